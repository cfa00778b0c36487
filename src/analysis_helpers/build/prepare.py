"""Preparing: one part of the input becomes clean passages; what cannot be used is set aside with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..corpus import fields_of
from ..errors import UnreadableError
from ..words import count_words
from .clean import clean_documents, lost_words
from .deduplicate import sign_texts
from .read.dates import find_closing_date, find_date, read_date
from .read.encoding import find_garble, repair
from .read.files import extract_fragment
from .read.language import find_language
from .read.records import SIDES, plain
from .read.registry import Reader, Record, Unit, read_records
from .sentences import split_passages
from .speakers import add_speakers

GIVEN_DATE = "metadata"
AROUND = "around the article (HTML or PDF)"
WORKING = ("position", "given_title", "date_other", "date_order", "date_group", "curated", "metadata_row", "source")
ASIDE = ("position", "source", "doc_id", "reason", "remedy", "side", "n_words", "metadata_row")


@dataclass(frozen=True)
class Settings:
    """What the user decided, as far as reading and cleaning need it."""

    known: Mapping[str, Record]
    languages: tuple[str, ...]
    readers: Mapping[str, Reader]


@dataclass(frozen=True)
class Part:
    """One prepared part: its documents, their passages, what cleaning took out, what was set aside, signatures."""

    documents: pd.DataFrame
    passages: pd.DataFrame
    removed: pd.DataFrame
    aside: pd.DataFrame
    signatures: np.ndarray


def prepare_part(units: Iterable[Unit], settings: Settings) -> Part:
    """Read, clean and split the documents of one part. Pure: the same units give the same part, on any machine.

    Out: a `Part`; every document read is a row of `documents` or of `aside`.
    """
    records = [
        _judge(record, settings) for unit in units for record in read_records(unit, settings.known, settings.readers)
    ]
    records = [record | {"position": n} for n, record in enumerate(_refuse_repeated_ids(records))]
    documents = _as_frame([record for record in records if not record.get("reason")])
    aside = [_aside(record) for record in records if record.get("reason")]
    documents = clean_documents(documents.assign(given_title=documents["title"]))
    documents["title_from"] = documents["title_from"].where(documents["given_title"].notna(), "text")
    documents.loc[documents["title"].isna(), "title_from"] = None
    passages = add_speakers(split_passages(documents), documents)
    body = passages[passages["kind"] == "body"].groupby("doc_id", sort=False)["text"]
    clean = documents["doc_id"].map(body.agg("\n".join)).astype("str").fillna("")
    documents["sha256"] = [hashlib.sha256(text.encode()).hexdigest() for text in clean]
    empty = clean == ""
    aside += [_aside(row | NOTHING_LEFT) for row in documents[empty].to_dict("records")]
    documents, clean = documents[~empty].reset_index(drop=True), clean[~empty]
    passages = passages[passages["doc_id"].isin(documents["doc_id"])].reset_index(drop=True)
    passages["n_words"] = [count_words(text) for text in passages["text"]]
    words = passages[passages["kind"] == "body"].groupby("doc_id")["n_words"].sum()
    documents["n_words"] = documents["doc_id"].map(words).fillna(0).astype("int32")
    removed = _removed(documents, passages)
    return Part(
        documents.drop(columns=["text", "page_text", "blocks", "removed"]),
        passages,
        removed,
        pd.DataFrame(aside, columns=list(ASIDE)).astype(dict.fromkeys(set(ASIDE) - {"n_words", "position"}, "str")),
        sign_texts(clean),
    )


NOTHING_LEFT = {
    "reason": "nothing is left after cleaning",
    "remedy": "look at the file: it may hold menus and prompts only",
}


# ---------------------------------------------------------------------------------------------------
# Records: whether they can be used, and what is known of their date and language


def _judge(record: Record, settings: Settings) -> Record:
    """Add to a record its repaired text, language and date, or the reason why it is set aside."""
    if record.get("reason"):
        return record
    if record.get("use") == "exclude":
        why = record.get("note_use") or "no reason given"
        return record | {"reason": f"excluded by the metadata: {why}", "remedy": "set use to main or caution"}
    try:
        text = extract_fragment(repair(str(record.get("text", ""))))
    except UnreadableError as problem:
        return record | {"reason": problem.reason, "remedy": problem.remedy}
    record = record | {"text": text}
    if not any(map(count_words, text.split())):
        return record | {"reason": "holds no word", "remedy": "put the text into the file, or delete it"}
    if garble := find_garble(text):
        return record | {
            "reason": f"is no readable text: {plain(garble)}",
            "remedy": "get the text from its source again",
        }
    language = find_language(text)
    if language and language not in settings.languages:
        return record | {
            "reason": f"is in another language ({language})",
            "remedy": f"to keep such texts: --keep-languages {' '.join([*settings.languages, language])}",
        }
    return record | {"language": language} | _date_of(record, text)


def _date_of(record: Record, text: str) -> Record:
    """Find the date of a document: from the metadata, then from the page, from the text, from the end of the title."""
    if record.get("date_given"):
        return {"date_evidence": GIVEN_DATE, "date_group": record["source"]}
    group = {"date_group": record["file"] if record["where"] else record["collection"]}
    unreadable = None
    for kind in ("date", "page_date"):
        written = plain(str(record.get(kind) or ""))[:60]
        if not written:
            continue
        evidence = f"{'given' if kind == 'date' else 'page'}: {written}"
        found = read_date(written)
        if found.value:
            return group | _dated(found, evidence)
        unreadable = unreadable or f"unreadable: {written}"
    if on_page := find_date(text):
        found, quoted = on_page
        return group | _dated(found, f"text: {plain(quoted)[:60]}")
    if in_title := find_closing_date(record.get("title") or ""):
        found, quoted = in_title
        return group | _dated(found, f"title: {plain(quoted)[:60]}")
    return group | {"date": None, "date_precision": None, "date_evidence": unreadable}


def _dated(found: Any, evidence: str) -> Record:
    return {
        "date": found.value,
        "date_precision": found.precision,
        "date_other": found.other,
        "date_order": found.order,
        "date_evidence": evidence,
    }


def _refuse_repeated_ids(records: list[Record]) -> list[Record]:
    first: dict[str, str] = {}
    checked = []
    for record in records:
        doc_id = record["doc_id"]
        if doc_id in first and not record.get("reason"):
            record = record | repeated_id(doc_id, first[doc_id])  # noqa: PLW2901
        if not record.get("reason"):
            first[doc_id] = record["source"]
        checked.append(record)
    return checked


def repeated_id(doc_id: str, earlier: str) -> dict[str, str]:
    """Say that an id is taken: the reason and the remedy."""
    return {
        "reason": f"the id {doc_id} is already that of {earlier}; expected one id a document",
        "remedy": "rename a file, or give other ids",
    }


# ---------------------------------------------------------------------------------------------------
# Frames


def _aside(record: Record) -> Record:
    side = record.get("side") if record.get("side") in SIDES else None  # it may be why the record is set aside
    n_words = count_words(str(record.get("text") or ""))
    return {name: record.get(name) for name in ASIDE} | {"side": side, "n_words": n_words}


def _as_frame(records: list[Record]) -> pd.DataFrame:
    measured = {"n_words", "sha256", "duplicate_of", "similarity"}
    given = [field["name"] for field in fields_of("documents") if field["name"] not in measured]
    rows = [record | {"curated": "yes" if record.get("use") else ""} for record in records]
    columns = dict.fromkeys([*given, *WORKING, "text", "page_text"])
    frame = pd.DataFrame(rows, columns=list(columns))
    frame = frame.astype(dict.fromkeys(set(columns) - {"position"}, "str"))
    return frame.assign(use=frame["use"].fillna("main"))


def _removed(documents: pd.DataFrame, passages: pd.DataFrame) -> pd.DataFrame:
    """List what was taken out of each document, in order: what stood around it, what cleaning took, labels of turns."""
    rows = []
    for row in documents.to_dict("records"):
        around = lost_words(row["page_text"], row["text"]) if isinstance(row["page_text"], str) else []
        taken = [*((AROUND, text) for text in around), *row["removed"]]
        rows += [(row["doc_id"], kind, count_words(text), text) for kind, text in taken]
    labels = passages.loc[passages["label_words"] > 0]
    rows += [
        (doc_id, "speaker label", words, "")
        for doc_id, words in zip(labels["doc_id"], labels["label_words"], strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["doc_id", "kind", "n_words", "text"])
    return frame.astype({"doc_id": "str", "kind": "str", "n_words": "int32", "text": "str"})
