"""Preparing: one part of the input is read, cleaned and split; what cannot be used is set aside with its reason."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import NamedTuple

import pandas as pd

from ..check import fields_of
from ..errors import UnreadableError
from ..words import LANGUAGES, count_words, language_of, languages_of
from .clean import RESPELLED, clean_documents
from .read.dates import NO_DATE, find_closing_date, find_date, read_date
from .read.encoding import find_garble, repair
from .read.files import extract_fragment
from .read.language import find_language
from .read.metadata import COUNTED
from .read.records import SIDES, Record, lost_words, plain
from .read.registry import Reader, Unit, read_records
from .sentences import split_passages
from .speakers import add_speakers

NOTHING_LEFT = "nothing is left after cleaning"
GIVEN_DATE = "metadata"
OUTSIDE = {
    "around": "around the article (HTML or PDF)",
    "beside": "beside the text (labels, notes, other columns)",
    "tags": "markup",
}
WORKING = ("position", "given_title", "date_other", "date_order", "date_group", "curated", "metadata_row", "source")
ASIDE = ("position", "source", "doc_id", "reason", "remedy", "side", "n_words", "metadata_row")


@dataclass(frozen=True)
class Settings:
    """What the user decided, as far as reading and cleaning need it."""

    known: Mapping[str, Record]
    languages: tuple[str, ...]
    readers: Mapping[str, Reader]


class Part(NamedTuple):
    """One prepared part: its documents, their passages, what cleaning took out, what was set aside."""

    documents: pd.DataFrame
    passages: pd.DataFrame
    removed: pd.DataFrame
    aside: pd.DataFrame


def prepare_part(units: Iterable[Unit], settings: Settings) -> Part:
    """Read, clean and split the documents of one part; every document read is a row of `documents` or of `aside`."""
    records, taken = list[Record](), dict[str, str]()
    for record in (record for unit in units for record in read_records(unit, settings.known, settings.readers)):
        try:
            found = {} if record.get("reason") else _judge(record, settings, taken)
        except UnreadableError as problem:
            found = {"reason": problem.reason, "remedy": problem.remedy}
        records.append(record | found | {"position": len(records)})
    aside = [_aside(record) for record in records if record.get("reason")]
    documents = clean_documents(_as_frame([record for record in records if not record.get("reason")]))
    printed = split_passages(documents)
    printed["language"] = printed["doc_id"].map(dict(zip(documents["doc_id"], languages_of(documents), strict=True)))
    passages = add_speakers(printed, documents).assign(printed=printed["text"])
    passages["n_words"] = [*map(count_words, passages["text"], passages["language"])]
    body = passages[passages["kind"] == "body"].groupby("doc_id", sort=False)
    clean = documents["doc_id"].map(body["text"].agg("\n".join)).astype("str").fillna("")
    empty = {"reason": NOTHING_LEFT, "remedy": "look at the file: it may hold menus and prompts only"}
    aside += [_aside(row | empty) for row in documents[clean == ""].to_dict("records")]
    title_from = documents["title_from"].where(documents["given_title"].notna(), "text")
    documents = documents.assign(
        title_from=title_from.where(documents["title"].notna()),
        sha256=[hashlib.sha256(text.encode()).hexdigest() for text in clean],
        n_words=documents["doc_id"].map(body["n_words"].sum()).fillna(0).astype("int32"),
    )[clean != ""].reset_index(drop=True)
    passages = passages[passages["doc_id"].isin(documents["doc_id"])].reset_index(drop=True)
    return Part(
        documents.drop(columns=["text", *OUTSIDE, "blocks", "removed"]),
        passages.drop(columns="printed"),
        _removed(documents, passages),
        pd.DataFrame(aside, columns=list(ASIDE)).astype(dict.fromkeys(set(ASIDE) - {"n_words", "position"}, "str")),
    )


def _judge(record: Record, settings: Settings, taken: dict[str, str]) -> Record:
    """Give the language and the date of a record, whose text is repaired; raise where it cannot be used."""
    if record.get("use") == "exclude":
        why = record.get("note_use") or "no reason given"
        raise UnreadableError(f"excluded by the metadata: {why}", "set use to main or caution")
    whole = repair(str(record.get("text", "")))
    text = record["text"] = extract_fragment(whole)
    if not any(map(count_words, text.split())):
        raise UnreadableError("holds no word", "put the text into the file, or delete it")
    if garble := find_garble(text):
        raise UnreadableError(f"is no readable text: {plain(garble)}", "get the text from its source again")
    record["question"] = repair(str(record.get("question") or "")) or None
    language = record.get("language") or find_language(text)
    if language and language not in settings.languages:
        remedy = f"texts in {' and '.join(LANGUAGES)} are measured; give a translation, or delete it"
        if language in LANGUAGES:
            remedy = f"to keep such texts: --keep-languages {' '.join([*settings.languages, language])}"
        raise UnreadableError(f"is in another language ({language})", remedy)
    if record["doc_id"] in taken:
        raise UnreadableError(*repeated_id(record["doc_id"], taken[record["doc_id"]]))
    taken[record["doc_id"]] = record["source"]
    dated = _date_of(record, text)
    unread = [] if record.get("date_given") else lost_words(record.get("date") or "", dated["date_evidence"] or "")
    beside = "\n".join(filter(None, [record.get("beside"), *unread]))
    return {"language": language, "beside": beside, "tags": "".join(lost_words(whole, text))} | dated


def _date_of(record: Record, text: str) -> Record:
    """Find the date of a document: from the metadata, then from the page, from the text, from the end of the title."""
    if record.get("date_given"):
        return {"date_evidence": GIVEN_DATE, "date_group": record["source"]}
    both = {name: plain(str(record.get(kind) or ""))[:60] for name, kind in (("given", "date"), ("page", "page_date"))}
    given = [(name, written) for name, written in both.items() if written]
    found = ((name, read_date(written), written) for name, written in given)
    name, date, written = next((way for way in found if way[1].value), (None, None, None))
    if not date:
        name = "text" if (hit := find_date(text)) else "title"
        date, written = hit or find_closing_date(record.get("title") or "") or (NO_DATE, "")
    unreadable = next((f"unreadable: {written}" for _, written in given), None)
    evidence = f"{name}: {plain(written)[:60]}" if date.value else unreadable
    group = record["file"] if record["where"] else record["collection"]
    names = ("date", "date_precision", "date_other", "date_order", "date_evidence", "date_group")
    return dict(zip(names, (*astuple(date), evidence, group), strict=True))


def repeated_id(doc_id: str, earlier: str) -> tuple[str, str]:
    """Say that an id is taken: the reason and the remedy."""
    reason = f"the id {doc_id} is already that of {earlier}; expected one id a document"
    return reason, "rename a file, or give other ids"


def _aside(record: Record) -> Record:
    side = record.get("side") if record.get("side") in SIDES else None  # it may be why the record is set aside
    n_words = count_words(str(record.get("text") or ""), language_of(record.get("language")).code)
    return {name: record.get(name) for name in ASIDE} | {"side": side, "n_words": n_words}


def _as_frame(records: list[Record]) -> pd.DataFrame:
    measured = {"n_words", "sha256", "duplicate_of", "similarity"}
    given = [field["name"] for field in fields_of("documents") if field["name"] not in measured]
    rows = [record | {"curated": "yes" if record.get("use") else ""} for record in records]
    columns = dict.fromkeys([*given, *WORKING, "text", *OUTSIDE])
    frame = pd.DataFrame(rows, columns=list(columns))
    frame = frame.astype(dict.fromkeys(set(columns) - {"position"}, "str"))
    frame = frame.assign(**{name: pd.to_numeric(frame[name]).astype("float64") for name in COUNTED})
    return frame.assign(use=frame["use"].fillna("main"), given_title=frame["title"])


def _removed(documents: pd.DataFrame, passages: pd.DataFrame) -> pd.DataFrame:
    """List what was taken out of each document, in order: what stood around it, what cleaning took, labels of turns."""
    rows = []
    for row, code in zip(documents.to_dict("records"), languages_of(documents), strict=True):
        outside = [(kind, row[name]) for name, kind in OUTSIDE.items() if isinstance(row[name], str) and row[name]]
        for kind, text in [*outside, *row["removed"]]:
            rows.append((row["doc_id"], kind, 0 if kind == RESPELLED else count_words(text, code), text))
    labels = passages.loc[passages["label_words"] > 0]
    for row in labels.itertuples():
        label = row.printed[: len(row.printed) - len(row.text)].strip()
        rows.append((row.doc_id, "speaker label", row.label_words, label))
    frame = pd.DataFrame(rows, columns=["doc_id", "kind", "n_words", "text"])
    return frame.astype({"doc_id": "str", "kind": "str", "n_words": "int32", "text": "str"})
