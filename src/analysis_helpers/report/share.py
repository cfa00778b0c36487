"""Sharing: a corpus becomes a package without its texts, and the proof that the notebooks need no more."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
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
from ..check import TABLES, check_corpus, describe_tables
from ..corpus import Corpus, load_corpus, write_corpus
from ..dictionaries import known_names, read_lexicon
from ..errors import TalksError
from ..folders import new_folder, write_json
from ..words import LONGEST_UNSPACED, LONGEST_WORD, is_too_long, split_words
from .site import execute_notebooks, find_notebooks

MARK = "proof.json"
LONG_DOCUMENTS = 5  # a term longer than a word is kept from so many documents on
SEVERAL_DOCUMENTS = 2  # no list of words of the notebooks holds a term of fewer
SHORT_PASSAGE = 8  # words; a shorter one can nearly be read from its words in any order
CHECKED_WORDS = 100  # a checksum tells whether a guess is right, and short texts can be guessed
NO_CHECKSUM = "0" * 64
LISTS = ("agenda", "targets", "people", "frames")
NAMED_IN_NOTEBOOKS = frozenset({"comment", "reported", "according"})  # 01_corpus, in the cell speak-words
LONG, SEVERAL, SHORT = "(rare-long-term-", "(rare term ", "(rare-word-"
_HEADINGS = re.compile(r"(?s) \(found: .*\)")
_ABSOLUTE = re.compile(r"(?:~|[A-Za-z]:)?[/\\]")
_PATH = re.compile(r"(?<![\w.:/\\~])(?:~|[A-Za-z]:)?(?:[/\\][^\s/\\:;,'\"|]+){2,}")


def share_corpus(corpus_folder: str | Path, out: str | Path) -> Path:
    """Write what may be published of a corpus: its measurements without its texts, and the proof that they suffice.

    In: a corpus folder, with or without its text, and the folder to write. Out: that folder, itself a corpus for
    `load_corpus`, with README.md, CITATION.cff, data_dictionary.csv, datapackage.json and proof.json. Every notebook is
    executed on both, which takes about a minute. README.md says what was left out, from which thresholds on, and what
    can still be guessed. An earlier package at `out` is replaced, nothing else.

    Raises `TalksError` where the corpus is not sound, the output of a notebook differs, or `out` is taken; then nothing
    is written. Known weakness: the proof holds for the notebooks of the suite, not for analyses of other words.
    """
    corpus_folder = Path(corpus_folder)
    corpus = check_corpus(load_corpus(corpus_folder))
    name = re.sub(r"[^\w .()-]", "", corpus_folder.resolve().name) or "corpus"
    with new_folder(out, replaces=MARK) as draft:
        stripped = strip_corpus(corpus)
        write_corpus(draft, [{table: getattr(stripped, table) for table in TABLES}], stripped.record, with_text=False)
        package = check_package(check_corpus(load_corpus(draft)))
        _copy_account(corpus_folder, draft, package)
        proof = prove_same_outputs(corpus.replace(rejected=_plain_reasons(corpus.rejected)), package, name)
        write_json(draft / MARK, proof)
        _write_dictionary(draft, name)
        (draft / "CITATION.cff").write_text(_citation(name), encoding="utf-8")
        (draft / "README.md").write_text(_readme(name, package, proof), encoding="utf-8")
    return Path(out)


# ---------------------------------------------------------------------------------------------------
# What is left out


def strip_corpus(corpus: Corpus) -> Corpus:
    """Leave out of a corpus all that is text or could restore it. Rows in = rows out, in every table; sums stay.

    Known weakness: a passage of a few common words can be guessed from them; the README of the package says how many.
    """
    documents = corpus.documents
    found = documents["title_from"].eq("text")
    documents = documents.assign(
        title=documents["title"].mask(found),
        date_evidence=documents["date_evidence"].str.replace(r"(?s)^(text|title):.*", r"\1", regex=True),
        sha256=documents["sha256"].mask(documents["n_words"] < CHECKED_WORDS, NO_CHECKSUM),
    )
    counts = _hide_terms(corpus)
    settings, left = corpus.record.get("settings", {}), set(counts["term"])
    settings = settings | {"collocations": [row for row in settings.get("collocations", []) if row["term"] in left]}
    return corpus.replace(
        documents=documents,
        passages=corpus.passages.drop(columns="text", errors="ignore"),
        sentences=corpus.sentences.drop(columns="text", errors="ignore"),
        counts=counts,
        rejected=_plain_reasons(corpus.rejected),
        record=corpus.record | {"settings": settings, "shared": _thresholds()},
    )


def _thresholds() -> dict[str, Any]:
    return {
        "by": f"{DISTRIBUTION} {version(DISTRIBUTION)}",
        "longest_word": LONGEST_WORD,
        "longest_word_chinese_or_japanese": LONGEST_UNSPACED,
        "long_term_kept_from_documents": LONG_DOCUMENTS,
        "term_of_several_words_kept_from_documents": SEVERAL_DOCUMENTS,
        "short_passage_below_words": SHORT_PASSAGE,
        "checksum_from_words": CHECKED_WORDS,
    }


def _hide_terms(corpus: Corpus) -> pd.DataFrame:
    """Put placeholders for the rare terms that could restore text; sort the terms of each passage.

    They are numbered within a passage, so that no row falls together with another and every sum stays. Terms of the
    suite's own lists stay: they are not taken from the texts, and the notebooks look for them.
    """
    passages = corpus.passages[["passage_id", "doc_id", "n_words"]].reset_index(names="place")
    rows = corpus.counts.merge(passages, on="passage_id", how="left").sort_values(["place", "term"])
    spread = rows["term"].map(rows.groupby("term")["doc_id"].nunique())
    long = rows["term"].isin([term for term in rows["term"].unique() if is_too_long(term)]) & (spread < LONG_DOCUMENTS)
    several, rare = rows["term"].str.contains(" ", regex=False), spread < SEVERAL_DOCUMENTS
    kept = rows["term"].isin(_own_terms(corpus)) | rows["term"].str.startswith("(")
    cases = [kept, several & (rare | long), long, ~several & rare & (rows["n_words"] < SHORT_PASSAGE)]
    hidden = pd.Series(np.select(cases, ["", SEVERAL, LONG, SHORT], ""), index=rows.index)
    number = rows.groupby(["passage_id", hidden]).cumcount() + 1
    rows["term"] = rows["term"].where(hidden == "", hidden + number.astype("str") + ")")
    return rows.sort_values(["place", "term"])[list(corpus.counts)].reset_index(drop=True)


def _own_terms(corpus: Corpus) -> set[str]:
    """The terms that the notebooks look for by name: those of the suite's lists, as they are counted."""
    listed = {" ".join(split_words(row["term"])) for name in LISTS for row in read_lexicon(name)}
    settings = corpus.record.get("settings", {})
    return {*listed, *settings.get("lexicon_terms", []), *known_names(), *NAMED_IN_NOTEBOOKS}


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
    path = corpus_folder / "build.json"
    if path.is_file():
        try:
            account = json.loads(path.read_text(encoding="utf-8"))
            reasons = Counter[str]()
            for reason, n in account["reasons"].items():
                reasons[_plain(reason)] += n
        except (ValueError, KeyError, AttributeError, TypeError):
            raise TalksError(f"{path}: cannot be read; delete it, or build the corpus again") from None
        write_json(draft / "build.json", account | {"reasons": reasons})


# ---------------------------------------------------------------------------------------------------
# Whether it is enough left out, and not too much


def check_package(corpus: Corpus) -> Corpus:
    """Check that nothing is left in a corpus that should have been left out. The same corpus comes back.

    Raises `TalksError` with one line per finding.
    """
    problems = list(_find_restorable(corpus))
    if problems:
        raise TalksError("\n".join(f"{problem}; share the corpus again with talks share" for problem in problems))
    return corpus


def _find_restorable(corpus: Corpus) -> Iterator[str]:
    for table in ("passages", "sentences"):
        if "text" in getattr(corpus, table):
            yield f"{table}: has a column text; expected none in a package"
    documents, counts = corpus.documents, corpus.counts
    if documents.loc[documents["title_from"].eq("text"), "title"].notna().any():
        yield "documents: holds titles found in the texts; expected none in a package"
    if documents["date_evidence"].str.match(r"(?:text|title):").any():
        yield "documents: date_evidence quotes texts; expected the kind of evidence only"
    if (documents.loc[documents["n_words"] < CHECKED_WORDS, "sha256"] != NO_CHECKSUM).any():
        yield f"documents: has checksums of texts under {CHECKED_WORDS} words; expected none"
    before = counts.shift()
    if ((counts["passage_id"] == before["passage_id"]) & (counts["term"] <= before["term"])).any():
        yield "counts: the terms of a passage stand in another order; expected that of the alphabet"
    if not _hide_terms(corpus)["term"].equals(counts["term"]):
        yield "counts: holds rare terms that could restore text; expected placeholders"


def prove_same_outputs(corpus: Corpus, package: Corpus, name: str) -> dict[str, Any]:
    """Execute every notebook on a corpus and on its package, and compare what they show, byte by byte.

    Out: the proof, with the SHA-256 of what each notebook shows. Both corpora are put at the same place one after the
    other, so that not even their path differs. Raises `TalksError` with the first notebook and cell that differ.
    """
    with TemporaryDirectory(prefix="talks-") as scratch:
        shown, again = (_run_notebooks(either, Path(scratch), name) for either in (corpus, package))
    for notebook, cells in shown.items():
        other = again[notebook]
        differing = [cell for cell in [*cells, *other] if cells.get(cell) != other.get(cell)]
        if differing:
            raise TalksError(
                f"{name}: the notebook {notebook} shows something else without the texts, in the cell "
                f"{differing[0]}; expected the same; let that cell use no text, no title found in a text and no rare "
                f"term, then share again"
            )
    digests = {
        notebook: hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()
        for notebook, cells in shown.items()
    }
    return {
        "statement": "Every notebook was executed on the corpus and on this package; every output is identical.",
        "identical": True,
        "by": f"{DISTRIBUTION} {version(DISTRIBUTION)}",
        "sha256_of_outputs": digests,
    }


def _run_notebooks(corpus: Corpus, scratch: Path, name: str) -> dict[str, dict[str, str]]:
    place, executed = scratch / "corpus" / name, scratch / "notebooks"
    corpus.save(place)
    shutil.rmtree(executed, ignore_errors=True)
    executed.mkdir()
    sources = find_notebooks()
    for source in sources:
        shutil.copy(source, executed)
    execute_notebooks(sources, executed, {"CORPUS": str(place)})
    return {source.stem: _shown(executed / source.name, scratch) for source in sources}


def _shown(notebook: Path, scratch: Path) -> dict[str, str]:
    """What each cell shows, as JSON: its outputs, or its sentences; the scratch folder has another name each time."""
    where = json.dumps(str(scratch))[1:-1]
    cells = nbformat.read(notebook, as_version=4).cells
    shown = {cell.id: cell.outputs if cell.cell_type == "code" else cell.source for cell in cells}
    return {key: json.dumps(value, sort_keys=True).replace(where, "") for key, value in shown.items()}


# ---------------------------------------------------------------------------------------------------
# What stands beside the tables


def _write_dictionary(draft: Path, name: str) -> None:
    """Write the data dictionary twice: a table for people, a Frictionless data package for machines."""
    resources = describe_tables(draft)
    with (draft / "data_dictionary.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["table", "column", "type", "description"])
        for table in resources:
            for field in table["schema"]["fields"]:
                rows.writerow([table["name"], field["name"], field["type"], field["description"]])
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "corpus"
    package = {"name": slug, "title": f"Measured texts: {name}", "resources": resources}
    text = json.dumps(package, indent=2, ensure_ascii=False)
    (draft / "datapackage.json").write_text(text + "\n", encoding="utf-8")


def _template(name: str) -> str:
    return files("analysis_helpers").joinpath("report", "templates", name).read_text(encoding="utf-8")


def _citation(name: str) -> str:
    """Write the Citation File Format 1.2.0; every value is quoted as JSON does, which YAML reads."""
    values = {"title": f"Measured texts: {name}", "version": version(DISTRIBUTION)}
    return _template("CITATION.cff").format(**{key: json.dumps(value) for key, value in values.items()})


def _readme(name: str, package: Corpus, proof: dict[str, Any]) -> str:
    documents, passages, counts = package.documents, package.passages, package.counts
    short = passages["n_words"].between(1, SHORT_PASSAGE - 1)
    placeholders = {key: int(counts["term"].str.startswith(start).sum()) for key, start in _PLACEHOLDERS.items()}
    return _template("README.md").format(
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
        proof="\n".join(f"| `{key}` | `{digest}` |" for key, digest in proof["sha256_of_outputs"].items()),
        **package.record["funnel"],
        **package.record["shared"],
        **placeholders,
    )


_PLACEHOLDERS = {"n_long": LONG, "n_several": SEVERAL, "n_short": SHORT}
