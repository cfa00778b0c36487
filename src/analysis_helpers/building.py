"""Building: runs read, clean, split and measure over parts, and writes the corpus folder."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from tqdm import tqdm

from .cleaning import WORD, clean_documents, count_words
from .corpus import Corpus, fields_of, load_corpus, load_schema, to_arrow, write_corpus
from .encoder import encoder_versions, use_encoder
from .errors import TalksError
from .folders import new_folder
from .measuring import count_pairs, count_terms, find_collocations, lexicon_terms, measure_sentences
from .quoting import add_quoted_speakers, add_whole_quotations
from .reading import Record, read_metadata, read_records
from .sentiment import INSTRUMENTS, SEMANTIC
from .splitting import add_speakers, split_passages, split_sentences
from .target_tone import add_target_tone

PART_SIZE = 2_000
DISTRIBUTION = "talks-in-words"
Part = dict[str, pd.DataFrame]


def build_corpus(
    sources: Iterable[str | Path],
    out: str | Path,
    *,
    metadata: Iterable[str | Path] = (),
    with_text: bool = True,
    part_size: int = PART_SIZE,
    semantic: bool | None = None,
) -> Corpus:
    """Build a corpus folder from texts: read, clean, split, measure, write.

    In: files or folders of `.txt`, `.csv` and `.jsonl`; metadata tables keyed by file name. Out: the
    corpus, also written to `out` (an earlier corpus there is replaced). Without text, the words and
    the titles found in them are left out; the measurements are the same. Parts of `part_size`
    documents bound the memory. `semantic` says whether the sentence encoder measures tone too; by default
    it does where the extra is installed, and the record says so. Raises `TalksError` for input that is
    not as it must be; then nothing is written.

    Known weakness: one process does all, and a build that is interrupted starts again.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "note.txt").write_text("Both sides met in Geneva. They agreed to meet again.")
    >>> build_corpus([folder / "note.txt"], folder / "corpus")
    Corpus: 1 documents, 10 words
    """
    semantic = use_encoder(semantic)
    records = read_records(map(Path, sources), read_metadata(map(Path, metadata)))
    with TemporaryDirectory(prefix="talks-") as folder, new_folder(out, replaces="corpus.json") as draft:
        scratch = Path(folder)
        words, pairs, spread = Counter(), Counter(), Counter()
        funnel, reasons = Counter(read=0, kept=0, duplicates=0, rejected=0), Counter()
        n_parts = 0
        for part in prepare_parts(_progress(records, "reading"), part_size, with_text):
            _store(part, scratch / f"{n_parts:05d}")
            for total, counted in zip((words, pairs, spread), count_pairs(part["passages"]), strict=True):
                total.update(counted)
            funnel.update(_count_fates(part))
            reasons.update(part["rejected"]["reason"])
            n_parts += 1
        if not funnel["kept"]:
            why = "; ".join(f"{n} {reason}" for reason, n in reasons.most_common(3)) or "the sources hold none"
            raise TalksError(
                f"{out}: none of the {funnel['read']} documents read could be kept ({why}); expected at least one; "
                f"see the sources and the metadata"
            )
        collocations = find_collocations(words, pairs, spread)
        record = _describe(collocations, funnel, semantic)
        folders = (scratch / f"{number:05d}" for number in range(n_parts))
        parts = (_measure_part(folder, collocations["term"], semantic) for folder in folders)
        write_corpus(draft, _progress(parts, "measuring", n_parts), record, with_text=with_text)
    return load_corpus(out)


def _progress(items: Iterable[Any], what: str, total: int | None = None) -> Iterable[Any]:
    unit = "parts" if total else "documents"
    return tqdm(items, desc=what, unit=f" {unit}", total=total, disable=None, leave=False)


# ---------------------------------------------------------------------------------------------------
# First pass: from records to clean passages, and what was not kept


def prepare_parts(records: Iterable[Record], part_size: int, with_text: bool) -> Iterator[Part]:
    """Yield parts of cleaned and split documents, each with its rejected and duplicate records.

    A duplicate has the same clean text as an earlier document of the same side; the same text
    published by both sides is kept on both.
    """
    first: dict[tuple[str, str], str] = {}
    stream = iter(records)
    while batch := list(islice(stream, part_size)):
        left_out = [_reject(record, reason) for record in batch if (reason := _reason(record))]
        documents = _as_frame([record for record in batch if not _reason(record)])
        documents = clean_documents(documents.assign(given_title=documents["title"]))
        passages = add_speakers(split_passages(documents), documents)
        body = passages[passages["kind"] == "body"].groupby("doc_id", sort=False)["text"]
        clean = documents["doc_id"].map(body.agg("\n".join)).fillna("")
        documents["sha256"] = [hashlib.sha256(text.encode()).hexdigest() for text in clean]
        rows = documents.to_dict("records")
        fates = [_fate(row, text, first) for row, text in zip(rows, clean, strict=True)]
        left_out += [_reject(row, *fate) for row, fate in zip(rows, fates, strict=True) if fate]
        kept = documents[pd.Series([fate is None for fate in fates], index=documents.index, dtype="bool")]
        passages = passages[passages["doc_id"].isin(kept["doc_id"])].reset_index(drop=True)
        yield _as_part(kept, passages, left_out, with_text)


def _reason(record: Record) -> str:
    if record.get("use") == "exclude":
        return f"excluded by the metadata: {record.get('note_use') or 'no reason given'}"
    return "" if count_words(record["text"]) else "holds no word"


def _fate(document: Record, text: str, first: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """Say why a cleaned document is not kept: (reason, the text it repeats), or None where it is."""
    if not text:
        return "nothing is left after cleaning", ""
    earlier = first.setdefault((str(document["side"]), document["sha256"]), document["doc_id"])
    return None if earlier == document["doc_id"] else ("same words as an earlier text of the same side", earlier)


def _reject(record: Record, reason: str, duplicate_of: str = "") -> Record:
    return {
        "source": record["source"],
        "doc_id": record["doc_id"],
        "status": "duplicate" if duplicate_of else "rejected",
        "reason": reason,
        "duplicate_of": duplicate_of or None,
        "side": record.get("side"),
        "n_words": count_words(record["text"]),
    }


def _as_frame(records: list[Record]) -> pd.DataFrame:
    given = [field["name"] for field in fields_of("documents") if field["name"] not in {"n_words", "sha256"}]
    frame = pd.DataFrame(records, columns=[*given, "text", "source"])
    frame["date"] = pd.to_datetime(frame["date"], format="%Y-%m-%d").astype("datetime64[ms]")
    frame = frame.astype(dict.fromkeys([name for name in frame if name != "date"], "str"))
    return frame.assign(use=frame["use"].fillna("main"))


def _as_part(documents: pd.DataFrame, passages: pd.DataFrame, left_out: list[Record], with_text: bool) -> Part:
    passages["n_words"] = [count_words(text) for text in passages["text"]]
    labels = passages["label_words"].groupby(passages["doc_id"]).sum()
    words = passages[passages["kind"] == "body"].groupby("doc_id")["n_words"].sum()
    rows = [
        (doc_id, kind, n)
        for doc_id, removed in zip(documents["doc_id"], documents["removed"], strict=True)
        for kind, n in sorted([*removed, *([("speaker label", labels[doc_id])] if labels[doc_id] else [])])
    ]
    rejected = pd.DataFrame(left_out, columns=[field["name"] for field in fields_of("rejected")])
    return {
        "documents": documents.assign(
            n_words=documents["doc_id"].map(words).fillna(0).astype("int32"),
            title=documents["title"] if with_text else documents["given_title"],
        ),
        "passages": passages,
        "removed": pd.DataFrame(rows, columns=["doc_id", "kind", "n_words"]),
        "rejected": rejected.astype(dict.fromkeys([name for name in rejected if name != "n_words"], "str")),
    }


def _count_fates(part: Part) -> dict[str, int]:
    kept, left_out = len(part["documents"]), part["rejected"]["status"]
    duplicates, rejected = int((left_out == "duplicate").sum()), int((left_out == "rejected").sum())
    return {"read": kept + duplicates + rejected, "kept": kept, "duplicates": duplicates, "rejected": rejected}


def _store(part: Part, folder: Path) -> None:
    folder.mkdir()
    for table, frame in part.items():
        pq.write_table(to_arrow(frame, table), folder / f"{table}.parquet")


# ---------------------------------------------------------------------------------------------------
# Second pass: from passages to measurements


def measure_part(part: Part, multiword: Iterable[str], *, semantic: bool | None = None) -> Part:
    """Measure one part: the same tables, with `sentences` and `counts` added. Pure: frames in, frames out."""
    sentences = add_quoted_speakers(split_sentences(part["passages"]), part["passages"], part["documents"])
    return part | {
        "passages": add_whole_quotations(part["passages"], sentences),
        "sentences": add_target_tone(measure_sentences(sentences, semantic=semantic), semantic=semantic),
        "counts": count_terms(part["passages"], multiword),
    }


def _measure_part(folder: Path, collocations: Iterable[str], semantic: bool) -> Part:
    part = {
        path.stem: pq.ParquetFile(path).read().to_pandas(date_as_object=False)
        for path in sorted(folder.glob("*.parquet"))
    }
    return measure_part(part, [*collocations, *lexicon_terms()], semantic=semantic)


def _describe(collocations: pd.DataFrame, funnel: Counter[str], semantic: bool) -> dict[str, Any]:
    """Write down how the corpus was made: when, by which version, with which settings."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    folders = [files("analysis_helpers").joinpath(name) for name in ("lexicons", "weights")]
    lists = sorted((path for folder in folders for path in folder.iterdir()), key=lambda path: path.name)
    return {
        "schema_version": load_schema()["schema_version"],
        "measured": {"on": now.date().isoformat(), "by": f"{DISTRIBUTION} {version(DISTRIBUTION)}"},
        "funnel": dict(funnel),
        "settings": {
            "word": WORD,
            "tone": [*INSTRUMENTS, SEMANTIC] if semantic else list(INSTRUMENTS),
            "target_tone": "sentence encoder" if semantic else "words by side and distance",
            **({"encoder": encoder_versions()} if semantic else {}),
            "lexicons": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in lists},
            "collocations": collocations.to_dict("records"),
            "lexicon_terms": lexicon_terms(),
        },
    }
