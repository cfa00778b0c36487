"""Sharing: a corpus becomes a package without its texts, and the proof that its report needs no more."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import numpy as np
import pandas as pd

from ..build.stages import DISTRIBUTION
from ..build.write import harmless
from ..check import TABLES, check_corpus
from ..corpus import Corpus, load_corpus, new_folder, shipped_data, write_corpus, write_json
from ..dictionaries import known_names, read_codebook
from ..errors import TalksError
from ..words import LONGEST_UNSPACED, LONGEST_WORD, is_too_long, listed_terms
from .data_package import CODED, describe_tables
from .execute import FORM, execute_notebook, shipped_folder

MARK = "proof.json"
LONG_DOCUMENTS = 5  # a term longer than a word is kept from so many documents on
SEVERAL_DOCUMENTS = 2  # no list of words of a report holds a term of fewer
SHORT_PASSAGE = 8  # words; a shorter one can nearly be read from its words in any order
CHECKED_WORDS = 100  # a checksum tells whether a guess is right, and short texts can be guessed
NO_CHECKSUM = "0" * 64
THRESHOLDS = {  # as they stand in corpus.json
    "longest_word": LONGEST_WORD,
    "longest_word_chinese_or_japanese": LONGEST_UNSPACED,
    "long_term_kept_from_documents": LONG_DOCUMENTS,
    "term_of_several_words_kept_from_documents": SEVERAL_DOCUMENTS,
    "short_passage_below_words": SHORT_PASSAGE,
    "checksum_from_words": CHECKED_WORDS,
}
PLACEHOLDERS = {"n_several": "(rare term ", "n_long": "(rare-long-term-", "n_short": "(rare-word-"}
_HEADINGS = re.compile(r"(?s) \(found: .*\)")
_ABSOLUTE = re.compile(r"(?:~|[A-Za-z]:)?[/\\]")
_PATH = re.compile(r"(?<![\w.:/\\~])(?:~|[A-Za-z]:)?(?:[/\\][^\s/\\:;,'\"|]+){2,}")


def share_corpus(corpus_folder: str | Path, out: str | Path) -> Path:
    """Write what may be published of a corpus: its measurements without its texts, and the proof that they suffice.

    In: a corpus folder, with or without its text, and the folder to write. Out: that folder, itself a corpus for
    `load_corpus`, with README.md, CITATION.cff, data_dictionary.csv, datapackage.json and proof.json. The notebook of
    `talks report` is executed on both. README.md says what was left out, from which thresholds on, and what can still
    be guessed. An earlier package at `out` is replaced, nothing else. Raises `TalksError` where the corpus is not
    sound, an output differs, or `out` is taken; then nothing is written. Known weakness: the proof holds for the
    notebook of a report, not for analyses of other words.
    """
    corpus_folder = Path(corpus_folder)
    corpus = check_corpus(load_corpus(corpus_folder))
    name = re.sub(r"[^\w .()-]", "", corpus_folder.resolve().name) or "corpus"
    with new_folder(out, replaces=MARK) as draft:
        stripped = strip_corpus(corpus)
        write_corpus(draft, [{table: getattr(stripped, table) for table in TABLES}], stripped.record, with_text=False)
        package = check_package(check_corpus(load_corpus(draft)))
        _copy_account(corpus_folder, draft, package)
        _copy_labels(corpus_folder, draft, package)
        proof = prove_same_outputs(corpus.replace(rejected=_plain_reasons(corpus.rejected)), package, name)
        write_json(draft / MARK, proof)
        _write_dictionary(draft, name)
        # The Citation File Format 1.2.0; every value is quoted as JSON does, which YAML reads.
        cited = {"title": json.dumps(f"Measured texts: {name}"), "version": json.dumps(version(DISTRIBUTION))}
        (draft / "CITATION.cff").write_text(_fill("CITATION.cff", **cited), encoding="utf-8")
        (draft / "README.md").write_text(_readme(name, package, proof), encoding="utf-8")
    return Path(out)


def strip_corpus(corpus: Corpus) -> Corpus:
    """Leave out of a corpus all that is text or could restore it. Rows in = rows out, in every table; sums stay."""
    documents, counts = corpus.documents, _hide_terms(corpus)
    documents = documents.drop(columns="question", errors="ignore").assign(
        title=documents["title"].mask(documents["title_from"].eq("text")),
        date_evidence=documents["date_evidence"].str.replace(r"(?s)^(text|title):.*", r"\1", regex=True),
        sha256=documents["sha256"].mask(documents["n_words"] < CHECKED_WORDS, NO_CHECKSUM),
    )
    settings, left = corpus.record.get("settings", {}), set(counts["term"])
    settings = settings | {"collocations": [row for row in settings.get("collocations", []) if row["term"] in left]}
    settings |= {"terms": [term for term in settings["terms"] if term in left]} if "terms" in settings else {}
    shared = {"by": f"{DISTRIBUTION} {version(DISTRIBUTION)}"} | THRESHOLDS
    without = {name: getattr(corpus, name).drop(columns="text", errors="ignore") for name in ("passages", "sentences")}
    rejected, record = _plain_reasons(corpus.rejected), corpus.record | {"settings": settings, "shared": shared}
    return corpus.replace(documents=documents, counts=counts, rejected=rejected, record=record, **without)


def _hide_terms(corpus: Corpus) -> pd.DataFrame:
    """Put placeholders, numbered within a passage, for the rare terms that could restore text; sort those of each."""
    passages = corpus.passages[["passage_id", "doc_id", "n_words"]].reset_index(names="place")
    rows = corpus.counts.merge(passages, on="passage_id", how="left").sort_values(["place", "term"])
    spread = rows["term"].map(rows.groupby("term")["doc_id"].nunique())
    long = rows["term"].isin([term for term in rows["term"].unique() if is_too_long(term)]) & (spread < LONG_DOCUMENTS)
    several, rare = rows["term"].str.contains(" ", regex=False), spread < SEVERAL_DOCUMENTS
    kept = rows["term"].isin(_own_terms(corpus)) | rows["term"].str.startswith("(")
    cases = [kept, several & (rare | long), long, ~several & rare & (rows["n_words"] < SHORT_PASSAGE)]
    hidden = pd.Series(np.select(cases, ["", *PLACEHOLDERS.values()], ""), index=rows.index)
    number = rows.groupby(["passage_id", hidden]).cumcount() + 1
    rows["term"] = rows["term"].where(hidden == "", hidden + number.astype("str") + ")")
    return rows.sort_values(["place", "term"])[list(corpus.counts)].reset_index(drop=True)


def _own_terms(corpus: Corpus) -> set[str]:
    """The terms of the lists of the suite: not taken from the texts, and the notebook looks for them."""
    return {*listed_terms(), *corpus.record.get("settings", {}).get("lexicon_terms", []), *known_names()}


def _plain_reasons(rejected: pd.DataFrame) -> pd.DataFrame:
    return rejected.assign(**{name: rejected[name].map(_plain) for name in ("source", "reason", "remedy")})


def _plain(value: Any) -> Any:
    """Leave of a path of a machine only the name of the file, and of a table no headings: they may be its first text.

    Examples
    --------
    >>> _plain("/srv/my texts/a.csv row 1"), _plain("texts/a.csv row 1")
    ('a.csv row 1', 'texts/a.csv row 1')
    >>> _plain("the id a is that of /srv/texts/a.txt"), _plain("has no column text (found: We met, today)")
    ('the id a is that of a.txt', 'has no column text')
    """
    if not isinstance(value, str):
        return value
    if _ABSOLUTE.match(value):
        return re.split(r"[/\\]", value)[-1]
    return _HEADINGS.sub("", _PATH.sub(lambda found: re.split(r"[/\\]", found[0])[-1], value))


def _copy_account(corpus_folder: Path, draft: Path, package: Corpus) -> None:
    """Take over the account of the build and the list of what was not kept, where the corpus has them."""
    if (corpus_folder / "rejected.csv").is_file():
        package.rejected.map(harmless).to_csv(draft / "rejected.csv", index=False, lineterminator="\n")
    path, reasons = corpus_folder / "build.json", Counter[str]()
    if path.is_file():
        try:
            account = json.loads(path.read_text(encoding="utf-8"))
            for reason, n in account["reasons"].items():
                reasons[_plain(reason)] += n
        except (ValueError, KeyError, AttributeError, TypeError):
            raise TalksError(f"{path}: cannot be read; delete it, or build the corpus again") from None
        write_json(draft / "build.json", account | {"reasons": reasons})


def _copy_labels(corpus_folder: Path, draft: Path, package: Corpus) -> None:
    beside = shipped_data() if corpus_folder.resolve() == shipped_data() / "corpus" else corpus_folder
    if (beside / "labels.csv").is_file():
        labels = pd.read_csv(beside / "labels.csv", dtype="str", keep_default_na=False)
        known = [row["column"] for row in read_codebook(CODED) if row["column"] in labels]
        labels = labels.loc[labels["doc_id"].isin(package.documents["doc_id"]), known]
        labels.to_csv(draft / "labels.csv", index=False, lineterminator="\n")


def check_package(corpus: Corpus) -> Corpus:
    """Check that nothing is left in a corpus that should have been left out: the same corpus, or an error per line."""
    documents, counts = corpus.documents, corpus.counts
    titles = documents["title"][documents["title_from"].eq("text")].notna()
    quotes = documents["date_evidence"].str.match(r"(?:text|title):")
    told = (documents["n_words"] < CHECKED_WORDS) & (documents["sha256"] != NO_CHECKSUM)
    before = counts.shift()
    unsorted = (counts["passage_id"] == before["passage_id"]) & (counts["term"] <= before["term"])
    shown = _hide_terms(corpus)["term"].reset_index(drop=True) != counts["term"].reset_index(drop=True)
    problems = {
        "passages: has a column text; expected none in a package": "text" in corpus.passages,
        "sentences: has a column text; expected none in a package": "text" in corpus.sentences,
        "documents: has a column question; expected none in a package": "question" in documents,
        "documents: holds titles found in the texts; expected none in a package": titles.any(),
        "documents: date_evidence quotes texts; expected the kind of evidence only": quotes.any(),
        f"documents: has checksums of texts under {CHECKED_WORDS} words; expected none": told.any(),
        "counts: the terms of a passage stand in another order; expected that of the alphabet": unsorted.any(),
        "counts: holds rare terms that could restore text; expected placeholders": shown.any(),
    }
    if any(problems.values()):
        lines = [f"{problem}; share the corpus again with talks share" for problem, there in problems.items() if there]
        raise TalksError("\n".join(lines))
    return corpus


def prove_same_outputs(corpus: Corpus, package: Corpus, name: str) -> dict[str, Any]:
    """Execute the notebook of a report on a corpus and its package, at one place, and compare all outputs by bytes."""
    with TemporaryDirectory(prefix="talks-") as scratch:
        shown, other = (_execute(either, Path(scratch), name) for either in (corpus, package))
    differing = [cell for cell in shown if shown[cell] != other[cell]]
    if differing:
        raise TalksError(
            f"{name}: the notebook {Path(FORM).stem} shows something else without the texts, in the cell "
            f"{differing[0]}; expected the same; let that cell use no text, no title found in a text and no rare term, "
            f"then share again"
        )
    return {
        "statement": "The notebook was executed on the corpus and on this package; every output is identical.",
        "identical": True,
        "by": f"{DISTRIBUTION} {version(DISTRIBUTION)}",
        "notebook": Path(FORM).stem,
        "sha256_of_outputs": hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest(),
    }


def _execute(corpus: Corpus, scratch: Path, name: str) -> dict[str, str]:
    """Give what each cell shows, as JSON; the scratch folder, whose name differs each time, is left out."""
    place, executed = corpus.save(scratch / "corpus" / name), scratch / Path(FORM).name
    execute_notebook(shipped_folder("notebooks") / FORM, executed, {"CORPUS": str(place)})
    where, cells = json.dumps(str(scratch))[1:-1], nbformat.read(executed, as_version=4).cells
    return {cell.id: json.dumps(cell.get("outputs"), sort_keys=True).replace(where, "") for cell in cells}


def _write_dictionary(draft: Path, name: str) -> None:
    """Write the data dictionary twice: a table for people, a Frictionless data package for machines."""
    resources = describe_tables(draft)
    fields = [(table["name"], field) for table in resources for field in table["schema"]["fields"]]
    rows = [(table, field["name"], field["type"], field["description"]) for table, field in fields]
    columns = ["table", "column", "type", "description"]
    pd.DataFrame(rows, columns=columns).to_csv(draft / "data_dictionary.csv", index=False, lineterminator="\n")
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "corpus"
    package = {"name": slug, "title": f"Measured texts: {name}", "resources": resources}
    write_json(draft / "datapackage.json", package)


def _fill(template: str, **values: Any) -> str:
    path = files("analysis_helpers").joinpath("report", "templates", template)
    return path.read_text(encoding="utf-8").format(**values)


def _readme(name: str, package: Corpus, proof: dict[str, Any]) -> str:
    documents, passages, terms = package.documents, package.passages, package.counts["term"].str
    short = passages["n_words"].between(1, SHORT_PASSAGE - 1)
    return _fill(
        "README.md",
        name=name,
        documents=len(documents),
        words=int(documents["n_words"].sum()),
        measured=f"{package.record['measured']['by']}, {package.record['measured']['on']}",
        instruments=", ".join(package.record.get("settings", {}).get("tone") or ["tone"]).replace("tone_", ""),
        titles=int(documents["title_from"].eq("text").sum()),
        checksums=int((documents["sha256"] == NO_CHECKSUM).sum()),
        short_passages=int(short.sum()),
        share_of_passages=short.mean(),
        share_of_words=passages.loc[short, "n_words"].sum() / max(passages["n_words"].sum(), 1),
        **{key: int(terms.startswith(start).sum()) for key, start in PLACEHOLDERS.items()},
        **package.record["funnel"],
        **package.record["shared"],
        sha256_of_outputs=proof["sha256_of_outputs"],
    )
