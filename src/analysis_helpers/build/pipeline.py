"""Building: runs read, clean, split and measure over parts, and writes the corpus folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from ..corpus import Corpus, load_corpus, load_schema
from ..dictionaries import INSTRUMENTS
from ..errors import TalksError
from ..words import WORD
from .cluster import DISTRIBUTION
from .fates import Fates, Prepared, decide_fates, keep_fates
from .prepare import Settings, prepare_part
from .quotes import add_quoted_speakers, add_whole_quotations
from .read.registry import (
    DOCUMENT_READERS,
    Item,
    KeptMetadata,
    Record,
    Unit,
    keep_metadata,
    list_sources,
    read_metadata,
    read_units,
)
from .sentences import split_sentences
from .stages import Frames, Workshop, open_engine, open_workshop, read_frame, run_stage, write_frames
from .tallies import add_tallies
from .terms import (
    MIN_COLLOCATION_COUNT,
    count_pairs,
    count_terms,
    find_collocations,
    lexicon_terms,
    measure_sentences,
)
from .write import assemble, print_removed

PART_DOCUMENTS, PART_BYTES = 500, 16_000_000  # of the work; small, so that little is lost by an interrupt
FATES = "fates.parquet"
METADATA = "metadata.sqlite"  # looked up by those who work: a million rows are too many to be sent with each part
LARGE_BYTES = 5_000_000  # from here on several processes save more time than starting them costs
HEAP_PARTS = 12  # whose pairs of words are added up at a time: half a million, in some 300 MB


def build_corpus(
    sources: Iterable[str | Path],
    out: str | Path,
    *,
    metadata: Iterable[str | Path] = (),
    columns: Mapping[str, str] | None = None,
    keep_languages: Iterable[str] = ("en",),
    with_text: bool = True,
    workers: int | None = 1,
    scheduler: str | None = None,
    part_size: int = PART_DOCUMENTS,
    show_removed: bool = False,
) -> Corpus:
    """Build a corpus folder from texts: read, clean, split, measure, write.

    In: files, folders or archives (see `reading`); metadata tables keyed by file name; `columns` says which column
    of a table holds what, where its name does not (`{"text": "body"}`); the languages to keep. Out: the corpus,
    also written to `out` (an earlier corpus there is replaced), with `build.json` (what was read and what became of
    it) and `rejected.csv`. Without text, the words and the titles found in them are left out; the measurements
    are the same. The work is done in parts of `part_size` documents by `workers` processes
    (None: one a processor where the input is large), or by the workers of a Dask cluster, whose `scheduler`
    (`tcp://host:8786`) is named; none of it changes the result. `show_removed` prints what cleaning took out.

    Interrupted, the build goes on where it stopped when it is called again with the same input. Raises `TalksError`
    for input that is not as it must be; then nothing is written. Known weakness: with several workers, a script must
    call it under `if __name__ == "__main__":`.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "note.txt").write_text("Both sides met in Geneva. They agreed to meet again.")
    >>> str(build_corpus([folder / "note.txt"], folder / "corpus"))
    'Corpus: 1 documents, 10 words'
    """
    listing, from_zotero = list_sources(sources)
    curated = read_metadata(metadata)
    settings = Settings(from_zotero | curated, tuple(keep_languages), dict(DOCUMENT_READERS))
    record = _describe()
    workers = workers or (os.cpu_count() or 1 if sum(map(_size, listing.items)) > LARGE_BYTES else 1)
    plan = _plan(listing.items, settings, dict(columns or {}), record, part_size)
    with open_workshop(out, "corpus.json", plan) as shop:
        keep_metadata(settings.known, shop.folder / METADATA)
        with open_engine(workers, scheduler) as engine:
            of_each_source = {item.folder: item.path for item in listing.items}
            engine.check(shop.lock, of_each_source.values(), ())
            batches = enumerate(_batches(read_units(listing.items, columns or {}), part_size))
            prepare = partial(_prepare, shop, replace(settings, known={}))
            run_stage(engine, shop, "prepared", prepare, batches, what="reading")
            fates = _decide(shop, curated, out)
            n_kept = fates.funnel["kept"]
            kept = ((number, set(part.loc[part["status"] == "kept", "doc_id"])) for number, part in fates.parts())
            measure = partial(_measure, shop)
            run_stage(engine, shop, "measured", measure, kept, what="measuring", total=n_kept)
            record["settings"]["collocations"] = _find_collocations(shop).to_dict("records")
            terms = [*(row["term"] for row in record["settings"]["collocations"]), *lexicon_terms()]
            tasks = [(n, terms) for n in shop.numbers("measured")]
            run_stage(engine, shop, "counted", partial(_count, shop), tasks, what="counting", total=n_kept)
        assemble(shop, fates, record, out, passed_over=listing.passed_over, with_text=with_text)
        if show_removed:
            print_removed(shop, fates)
    return load_corpus(out)


def _describe() -> dict[str, Any]:
    """Write down how the corpus was made: when, by which version, with which settings."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    folders = [files("analysis_helpers").joinpath(name) for name in ("lexicons", "lexicons/en", "build/weights")]
    lists = sorted(
        (path for folder in folders for path in folder.iterdir() if path.is_file()), key=lambda path: path.name
    )
    return {
        "schema_version": load_schema()["schema_version"],
        "measured": {"on": now.date().isoformat(), "by": f"{DISTRIBUTION} {version(DISTRIBUTION)}"},
        "settings": {
            "word": WORD,
            "tone": list(INSTRUMENTS),
            "target_tone": "words by side and distance",
            "lexicons": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in lists},
            "lexicon_terms": lexicon_terms(),
        },
    }


# ---------------------------------------------------------------------------------------------------
# First stage: from files to clean passages


def _plan(
    items: list[Item], settings: Settings, columns: Mapping[str, str], record: dict[str, Any], part_size: int
) -> dict[str, Any]:
    """Write down all that the result depends on: an interrupted build goes on only with the same."""
    described = {name: value for name, value in record.items() if name != "measured"}
    stamps = [(item.collection, item.name, item.doc_id, _size(item), _saved(item)) for item in items]
    return json.loads(
        json.dumps(
            {
                "by": record["measured"]["by"],
                "record": described,
                "files": hashlib.sha256(json.dumps(stamps).encode()).hexdigest(),
                "known": hashlib.sha256(json.dumps(settings.known, sort_keys=True).encode()).hexdigest(),
                "languages": settings.languages,
                "readers": sorted(settings.readers),
                "columns": dict(columns),
                "part_size": part_size,
            }
        )
    )


def _size(item: Item) -> int:
    with suppress(OSError):  # it went since it was listed; reading says so
        return item.size()
    return 0


def _saved(item: Item) -> int:
    with suppress(OSError):  # as above
        return item.path.stat().st_mtime_ns
    return 0


def _batches(units: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    """Cut the units into parts of so many units, or so many bytes."""
    batch: list[Unit] = []
    n_bytes = 0
    for item, row in units:
        batch.append((item, row))
        n_bytes += _size(item) if row is None else len(row.get("text", ""))
        if len(batch) >= size or n_bytes >= PART_BYTES:
            yield batch
            batch, n_bytes = [], 0
    if batch:
        yield batch


def _prepare(shop: Workshop, settings: Settings, number: int, units: list[Unit]) -> int:
    with closing(KeptMetadata(shop.folder / METADATA)) as known:
        part = prepare_part(units, replace(settings, known=known))
    signatures = pd.DataFrame(part.signatures, columns=[str(n) for n in range(part.signatures.shape[1])])
    frames = {"documents": part.documents, "passages": part.passages, "removed": part.removed, "aside": part.aside}
    write_frames(shop.place(number, "prepared"), frames | {"signatures": signatures})
    return len(part.documents) + len(part.aside)


# ---------------------------------------------------------------------------------------------------
# Between the stages: what becomes of each document, seen from all of them


def _decide(shop: Workshop, curated: Mapping[str, Record], out: str | Path) -> Fates:
    def parts() -> Iterator[Prepared]:
        for number in shop.numbers("prepared"):
            documents, aside, table = (read_frame(shop.place(number, "prepared"), name) for name in names)
            yield number, documents, aside, table.to_numpy()

    names = ("documents", "aside", "signatures")
    fates = keep_fates(decide_fates(parts), shop.folder / FATES)
    used = {row for _, part in fates.parts() for row in part["metadata_row"].dropna()} if curated else set()
    unused = [(key, row["metadata_row"]) for key, row in curated.items() if row["metadata_row"] not in used]
    if unused:
        raise TalksError(
            f"{unused[0][1]}: no document is called {unused[0][0]} ({len(unused)} rows in all); "
            f"expected the name or id of a document that was read; correct the row or delete it"
        )
    if not fates.funnel["kept"]:
        rows = islice((row for _, part in fates.parts() for row in part.itertuples()), 3)
        first = [f"{row.source}: {row.reason}; {row.remedy}" for row in rows]
        raise TalksError(
            f"{out}: none of the {fates.funnel['read']} documents read could be kept; expected at least one; "
            + " | ".join(first or ["the sources hold none"])
        )
    return fates


# ---------------------------------------------------------------------------------------------------
# Second and third stage: from passages to measurements


def measure_part(documents: pd.DataFrame, passages: pd.DataFrame) -> Frames:
    """Measure one part: its passages, told apart by who is quoted, and its sentences. Pure: frames in, frames out."""
    sentences = add_quoted_speakers(split_sentences(passages), passages, documents)
    return {
        "passages": add_whole_quotations(passages, sentences),
        "sentences": measure_sentences(sentences),
    }


def _measure(shop: Workshop, number: int, kept: set[str]) -> int:
    place = shop.place(number, "prepared")
    documents, passages = read_frame(place, "documents"), read_frame(place, "passages")
    documents = documents[documents["doc_id"].isin(kept)].reset_index(drop=True)
    passages = passages[passages["doc_id"].isin(documents["doc_id"])].reset_index(drop=True)
    frames = measure_part(documents, passages)
    frames["words"], frames["pairs"] = count_pairs(frames["passages"])
    write_frames(shop.place(number, "measured"), frames)
    return len(documents)


def _find_collocations(shop: Workshop) -> pd.DataFrame:
    words, n_rare = [], 0
    for heap in _add_up(shop, "words", ["word"]):
        often = heap["n"] >= MIN_COLLOCATION_COUNT
        words.append(heap[often])
        n_rare += int(heap.loc[~often, "n"].sum())
    words.append(pd.DataFrame({"word": [""], "n": [n_rare]}))  # part of no collocation, but of all words
    return find_collocations(pd.concat(words), pd.concat(_add_up(shop, "pairs", ["first", "second"])))


def _add_up(shop: Workshop, name: str, keys: list[str]) -> Iterator[pd.DataFrame]:
    numbers = shop.numbers("measured")
    tallies = (read_frame(shop.place(number, "measured"), name) for number in numbers)
    return add_tallies(tallies, keys, shop.folder, n_heaps=1 + len(numbers) // HEAP_PARTS)


def _count(shop: Workshop, number: int, multiword: list[str]) -> int:
    passages = read_frame(shop.place(number, "measured"), "passages")
    write_frames(shop.place(number, "counted"), {"counts": count_terms(passages, multiword)})
    return passages["doc_id"].nunique()
