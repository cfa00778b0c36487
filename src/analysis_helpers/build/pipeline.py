"""The pipeline: read -> clean -> split -> measure -> write, part by part, in one folder of checkpoints."""

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

from ..check import load_schema
from ..corpus import Corpus, load_corpus
from ..dictionaries import INSTRUMENTS
from ..errors import TalksError
from ..words import LANGUAGES, WORD
from .deduplicate import deduplicate, sign_part
from .prepare import Settings, prepare_part
from .quotes import add_quoted_speakers, add_whole_quotations
from .read.metadata import KeptMetadata, keep_metadata, read_metadata
from .read.records import Record
from .read.registry import DOCUMENT_READERS, Item, Unit, list_sources, read_units
from .sentences import split_sentences
from .stages import DISTRIBUTION, Checkpoints, Frames, open_checkpoints, open_workers, run_stage
from .terms import count_pairs, count_terms, lexicon_terms, measure_sentences, read_terms, sum_collocations
from .write import make_account, print_removed, say_languages, write

PART_DOCUMENTS, PART_BYTES = 500, 16_000_000  # of the work; small, so that little is lost by an interrupt
METADATA = "metadata.sqlite"  # looked up by those who work: a million rows are too many to be sent with each part
LARGE_BYTES = 5_000_000  # from here on several processes save more time than starting them costs


def build_corpus(
    sources: Iterable[str | Path],
    out: str | Path,
    *,
    metadata: Iterable[str | Path] = (),
    columns: Mapping[str, str] | None = None,
    keep_languages: Iterable[str] = tuple(LANGUAGES),
    terms: str | Path | Iterable[str] = (),
    with_text: bool = True,
    workers: int | None = 1,
    scheduler: str | None = None,
    part_size: int = PART_DOCUMENTS,
    show_removed: bool = False,
) -> Corpus:
    """Build a corpus folder from texts: read, clean, split, measure, write.

    In: files, folders or archives (see `reading`); metadata tables keyed by file name; `columns` says which column
    of a table holds what, where its name does not (`{"text": "body"}`); the languages to keep, of those that can be
    measured (en, zh); `terms` of several
    words to count too, as a list or a file (one a line, or a CSV with a column `term`). Out: the corpus, also written
    to `out` (an earlier corpus there is replaced), with `build.json` (what was read and what became of it) and
    `rejected.csv`. Without text, the words and the titles found in them are left out; the measurements
    are the same. The work is done in parts of `part_size` documents by `workers` processes
    (None: one a processor where the input is large), or by the workers of a Dask cluster, whose `scheduler`
    (`tcp://host:8786`) is named; none of it changes the result. `show_removed` prints what cleaning took out.

    Interrupted, the build goes on where it stopped when it is called again with the same input. Raises `TalksError`
    for input that is not as it must be; then nothing is written. Known weakness: with several workers, a script must
    call it under `if __name__ == "__main__":`.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "note.txt").write_text("Both sides met in Geneva. They agreed to meet again.")
    >>> str(build_corpus([folder / "note.txt"], folder / "corpus"))
    'Corpus: 1 documents, 10 words'
    """
    listing, from_zotero = list_sources(sources)
    curated = read_metadata(metadata)
    settings = Settings(from_zotero | curated, _check_languages(keep_languages), dict(DOCUMENT_READERS))
    record = _describe(read_terms(terms))
    workers = workers or (os.cpu_count() or 1 if sum(_stamp(item)[0] for item in listing.items) > LARGE_BYTES else 1)
    plan = _plan(listing.items, settings, dict(columns or {}), record, part_size)
    places = {item.folder: item.path for item in listing.items}.values()
    with open_checkpoints(out, "corpus.json", plan) as done, open_workers(workers, scheduler, done, places) as who:
        # Read, clean, split; what each worker must know is looked up in a file
        keep_metadata(settings.known, done.folder / METADATA)
        parts = enumerate(_batches(read_units(listing.items, columns or {}), part_size))
        run_stage(who, done, "prepared", partial(_prepare, done, replace(settings, known={})), parts, what="reading")
        # Decide, from all documents
        deduplicate(done)
        account = make_account(done, listing.passed_over)
        _check_metadata(done, curated)
        _check_kept(done, account, out)
        # Measure
        n_kept, numbers = account["kept"], [(number,) for number in done.numbers("decided")]
        measure = partial(_measure, done)
        run_stage(who, done, "measured", measure, numbers, what="measuring", total=n_kept)
        run_stage(who, done, "summed", partial(sum_collocations, done), [(0,)], what="adding up")
        record["settings"]["collocations"] = done.read(0, "summed", "collocations").to_dict("records")
        multiword = [row["term"] for row in record["settings"]["collocations"]]
        multiword += [*lexicon_terms(), *record["settings"].get("terms", [])]
        run_stage(who, done, "counted", partial(_count, done, multiword), numbers, what="counting", total=n_kept)
        # Write
        write(done, record, account, with_text=with_text)
        if show_removed:
            print_removed(done)
    return load_corpus(out)


def _check_languages(asked: Iterable[str]) -> tuple[str, ...]:
    """Refuse a language that cannot be measured: its texts would be counted as if they were English."""
    languages = tuple(asked)
    if unknown := [code for code in languages if code not in LANGUAGES]:
        measured = " and ".join(LANGUAGES)
        raise TalksError(f"keep_languages holds {unknown[0]!r}; expected {measured}, which are measured; leave it out")
    return languages


def _describe(terms: list[str]) -> dict[str, Any]:
    """Write down how the corpus was made: when, by which version, with which settings."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    folders = {"lexicons/en": "", "build/weights": "", "lexicons/zh": "zh/"}  # lists of one name in both languages
    found = [(at, path) for name, at in folders.items() for path in files("analysis_helpers").joinpath(name).iterdir()]
    lists = {f"{before}{path.name}": path for before, path in found if path.is_file()}
    return {
        "schema_version": load_schema()["schema_version"],
        "measured": {"on": now.date().isoformat(), "by": f"{DISTRIBUTION} {version(DISTRIBUTION)}"},
        "settings": {
            "word": WORD,
            "tone": list(INSTRUMENTS),
            "attitude": "words by side and distance; characters by distance",
            "lexicons": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(lists.items())},
            "lexicon_terms": lexicon_terms(),
            **({"terms": terms} if terms else {}),
        },
    }


def _plan(
    items: list[Item], settings: Settings, columns: Mapping[str, str], record: dict[str, Any], part_size: int
) -> str:
    """Digest all that the result depends on: an interrupted build goes on only with the same."""
    made = {name: value for name, value in record.items() if name != "measured"} | {"by": record["measured"]["by"]}
    stamps = [(item.collection, item.name, item.doc_id, *_stamp(item)) for item in items]
    asked = [settings.known, settings.languages, sorted(settings.readers), dict(columns), part_size]
    return hashlib.sha256(json.dumps([made, stamps, asked], sort_keys=True).encode()).hexdigest()[:12]


def _stamp(item: Item) -> tuple[int, int]:
    """Give the size of a file and when it was saved."""
    with suppress(OSError):  # it went since it was listed; reading says so
        return item.size(), item.path.stat().st_mtime_ns
    return 0, 0


def _batches(units: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    """Cut the units into parts of so many units, or so many bytes."""
    batch: list[Unit] = []
    n_bytes = 0
    for item, row in units:
        batch.append((item, row))
        n_bytes += _stamp(item)[0] if row is None else len(row.get("text", ""))
        if len(batch) >= size or n_bytes >= PART_BYTES:
            yield batch
            batch, n_bytes = [], 0
    if batch:
        yield batch


def _prepare(done: Checkpoints, settings: Settings, number: int, units: list[Unit]) -> int:
    with closing(KeptMetadata(done.folder / METADATA)) as known:
        part = prepare_part(units, replace(settings, known=known))
    done.write(number, "prepared", part._asdict() | sign_part(number, part))
    return len(part.documents) + len(part.aside)


def _check_metadata(done: Checkpoints, curated: Mapping[str, Record]) -> None:
    """Refuse a row of the metadata that speaks of no document: a name in it is wrong."""
    if not curated:
        return
    with done.connect(documents="prepared", aside="prepared") as connection:
        rows = connection.sql("SELECT metadata_row FROM documents UNION SELECT metadata_row FROM aside").fetchall()
    unused = [(key, row["metadata_row"]) for key, row in curated.items() if (row["metadata_row"],) not in set(rows)]
    if unused:
        found = f"{unused[0][1]}: no document is called {unused[0][0]} ({len(unused)} rows in all)"
        expected = "expected the name or id of a document that was read; correct the row or delete it"
        raise TalksError(f"{found}; {expected}")


def _check_kept(done: Checkpoints, account: Mapping[str, Any], out: str | Path) -> None:
    if account["kept"]:
        return
    lost = (row for number in done.numbers("decided") for row in done.read(number, "decided", "rejected").itertuples())
    first = [f"{row.source}: {row.reason}; {row.remedy}" for row in islice(lost, 3)]
    why = " | ".join(filter(None, [say_languages(account), *(first or ["the sources hold none"])]))
    raise TalksError(f"{out}: none of the {account['read']} documents read could be kept; expected at least one; {why}")


def measure_part(documents: pd.DataFrame, passages: pd.DataFrame) -> Frames:
    """Measure one part: its passages, told apart by who is quoted, and its sentences. Pure: frames in, frames out."""
    sentences = add_quoted_speakers(split_sentences(passages), passages, documents)
    return {"passages": add_whole_quotations(passages, sentences), "sentences": measure_sentences(sentences)}


def _measure(done: Checkpoints, number: int) -> int:
    documents, passages = done.read(number, "decided", "documents"), done.read(number, "prepared", "passages")
    passages = passages[passages["doc_id"].isin(documents["doc_id"])].reset_index(drop=True)
    frames = measure_part(documents, passages)
    frames["words"], frames["pairs"] = count_pairs(frames["passages"])
    done.write(number, "measured", frames)
    return len(documents)


def _count(done: Checkpoints, multiword: list[str], number: int) -> int:
    passages = done.read(number, "measured", "passages")
    done.write(number, "counted", {"counts": count_terms(passages, multiword)})
    return passages["doc_id"].nunique()
