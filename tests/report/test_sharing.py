"""A package without texts: nothing restores them, every sum stays, and the report is the same."""

import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml

import analysis_helpers as ah
from analysis_helpers.cli import main
from analysis_helpers.corpus import TABLES
from analysis_helpers.report import share as sharing
from analysis_helpers.report.execute import FORM
from analysis_helpers.words import split_words
from tests.conftest import ROOT, bytes_of, notebook_of
from tests.report.test_project import problems_of

LONG = "antidisestablishmentarianizing"  # 30 letters


@pytest.fixture
def unproven(monkeypatch):
    """The proof executes a notebook twice; these tests are about the rest."""
    proof = {"identical": True, "sha256_of_outputs": "0" * 64}
    monkeypatch.setattr(sharing, "prove_same_outputs", lambda *_: proof)


@pytest.fixture(scope="module")
def package(example, tmp_path_factory):
    """Its package, written by the command, with the real proof: the notebook executed on both."""
    folder = tmp_path_factory.mktemp("package") / "shared"
    assert main(["share", str(example), "--out", str(folder)]) == 0
    return folder


def _written(folder):
    return [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]


def test_every_output_is_the_same_and_so_are_the_rows(example, package):
    """The command compares the outputs and refuses otherwise (see the test of the title below); here: that it did."""
    proof = json.loads((package / "proof.json").read_text(encoding="utf-8"))
    assert (proof["identical"], proof["notebook"]) == (True, "any_corpus")
    assert proof["sha256_of_outputs"] in (package / "README.md").read_text(encoding="utf-8")
    assert main(["check", str(package)]) == 0
    full, bare = ah.load_corpus(example), ah.load_corpus(package)
    assert bare.record["funnel"] == full.record["funnel"] == {"read": 22, "kept": 17, "duplicates": 2, "rejected": 3}
    assert bare.record["totals"] == full.record["totals"]
    assert not bare.has_text
    assert bare.counts.groupby("passage_id")["n"].sum().equals(full.counts.groupby("passage_id")["n"].sum())
    pd.testing.assert_frame_equal(bare.sentences, full.sentences.drop(columns="text"))
    for name in ("build.json", "rejected.csv"):
        assert (package / name).read_bytes() == (example / name).read_bytes()


def test_no_four_words_of_a_text_in_a_row_are_left(example, package):
    texts = ah.load_corpus(example).passages["text"]
    runs = {" ".join(words[i : i + 4]) for words in map(split_words, texts) for i in range(len(words) - 3)}
    assert len(runs) > 250
    assert list(_found(runs, ah.load_corpus(example))), "the search finds what is there"
    assert list(_found(runs, ah.load_corpus(package))) == []
    for text in _written(package):
        words = " ".join(split_words(text))
        assert not [run for run in runs if f" {run} " in f" {words} "]


def _found(runs, corpus):
    """Runs of words in any cell of any table, but for titles given by the metadata."""
    given = set(corpus.documents.loc[corpus.documents["title_from"] == "given", "title"])
    for table in TABLES:
        frame = getattr(corpus, table).select_dtypes("str")
        for value in {value for name in frame for value in frame[name].dropna()} - given:
            words = " ".join(split_words(value))
            yield from (run for run in runs if f" {run} " in f" {words} ")


def test_no_path_of_the_machine_is_left(example, package):
    places = [str(example.parent), str(package.parent), example.parent.name, str(Path.home()) + "/", "/tmp/"]
    corpus = ah.load_corpus(package)
    for text in [*(getattr(corpus, table).to_csv() for table in TABLES), *_written(package)]:
        assert not [place for place in places if place in text]


def test_what_stands_beside_the_tables_describes_them(package):
    """Every column; a data package that frictionless finds valid; the numbers left out; a citation by the standard.

    Required keys and types of the Citation File Format 1.2.0, by hand.
    """
    corpus, table = ah.load_corpus(package), pd.read_csv(package / "data_dictionary.csv")
    expected = [(name, column) for name in TABLES for column in getattr(corpus, name)]
    assert list(zip(table["table"], table["column"], strict=True)) == expected
    assert table["description"].str.len().min() > 3
    assert problems_of(package / "datapackage.json") == []
    readme = " ".join((package / "README.md").read_text(encoding="utf-8").split())
    short = corpus.passages["n_words"].between(1, 7).sum()
    for said in ("longer than 25 characters (over 7 Chinese or Japanese ones", "in fewer than 5 texts"):
        assert said in readme
    for said in ("Read 22 = kept 17 + duplicates 2 + rejected 3", f"{short} passages (", "have fewer than 8 words"):
        assert said in readme
    text = (package / "CITATION.cff").read_text(encoding="utf-8")
    assert text.startswith("# To be filled in")
    citation, suite = yaml.safe_load(text), yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    named = ("type", "title", "license", "version", "authors")
    assert citation.pop("message")
    assert citation == {
        "cff-version": "1.2.0",
        "type": "dataset",
        "title": "Measured texts: example",
        "authors": [{"name": "Names of the compilers, to be filled in"}],
        "references": [{name: suite[name] for name in named}],
    }


def test_a_long_term_goes_in_four_texts_and_stays_in_five(corpus_of):
    """Four of five texts hold one word of 30 letters, all five another of 30; one of 25 letters in one text stays.

    A passage that has two rare terms keeps two rows.
    """
    other, just = LONG[::-1], "a" * 12 + "b" * 13
    openings = ["Farmers wrote a letter on", "Ships waited for days because of", "Nobody in the city asked about"]
    openings += ["The chair closed the session on", "A choir sang in the evening in praise of"]
    ends = [LONG, LONG, LONG, f"{LONG} and of {'z' * 30}", just]
    rows = [(f"d{n}", "US", f"{openings[n]} {other} and of {end}.") for n, end in enumerate(ends)]
    corpus = corpus_of("id side text", rows)
    bare = sharing.strip_corpus(corpus)
    terms = bare.counts.groupby("term")["n"].sum()
    assert LONG not in terms
    assert (terms["(rare-long-term-1)"], terms["(rare-long-term-2)"]) == (4, 1)
    assert terms[other] == 5
    assert terms[just] == 1
    assert ah.check_corpus(bare) is bare
    assert len(bare.counts) == len(corpus.counts)


def test_terms_of_several_words_go_from_one_text_unless_the_suite_lists_them(corpus_of):
    text = "They met to talk about the rare earths of the annex clause for a whole day."
    corpus = corpus_of("id side text", [("a", "US", text), ("b", "CN", "Nobody said a word about it on that day.")])
    planted = pd.DataFrame({"passage_id": ["a-p0001"], "term": ["annex clause"], "n": [1]})
    settings = {**corpus.record["settings"], "collocations": [{"term": "annex clause", "n": 10}]}
    counts = pd.concat([corpus.counts, planted]).astype({"n": "int32"})
    record = {**corpus.record, "settings": settings}
    bare = sharing.strip_corpus(corpus.replace(counts=counts, record=record))
    several = bare.counts.loc[bare.counts["term"].str.contains(" "), "term"]
    assert several.tolist() == ["(rare term 1)", "rare earths"]
    assert bare.record["settings"]["collocations"] == []
    assert ah.check_corpus(bare) is bare


def test_rare_words_go_from_short_passages_only(corpus_of):
    """Seven words are short, eight are not; "tariffs" is a word of the suite's lists."""
    rows = [
        ("a", "US", "Nobody praised the zebra nor the tariffs."),
        ("b", "CN", "Nobody praised the walrus when the day ended."),
    ]
    bare = sharing.strip_corpus(corpus_of("id side text", rows)).counts.set_index("passage_id")["term"]
    assert bare["a-p0001"].tolist() == ["(rare-word-1)", "(rare-word-2)", "nobody", "praised", "tariffs", "the"]
    assert bare["b-p0001"].tolist() == ["day", "ended", "nobody", "praised", "the", "walrus", "when"]


def test_titles_quotations_checksums_and_folders_go(invented):
    documents = invented.documents.copy()
    documents.loc[0, ["title", "title_from", "date_evidence"]] = ["Found", "text", "text: on the fifth of May\nwe met"]
    documents.loc[1, ["title", "title_from", "date_evidence"]] = ["Given", "given", "given: 5 May"]
    documents.loc[0, "n_words"], documents.loc[1, "n_words"] = 99, 100
    rejected = invented.rejected.assign(source=["/srv/my texts/a.csv row 3", "texts/b.txt"])
    rejected["remedy"] = ["name it", "look (found: Not a heading, but text)"]
    rejected["reason"] = ["is that of C:\\texts\\a.txt", "said and/or written on 5/5/2025, see https://a.org/b/c"]
    bare = sharing.strip_corpus(invented.replace(documents=documents, rejected=rejected))
    assert bare.documents["title"].isna()[0]
    assert bare.documents.loc[1, "title"] == "Given"
    assert bare.documents.loc[:1, "date_evidence"].tolist() == ["text", "given: 5 May"]
    assert bare.documents.loc[0, "sha256"] == "0" * 64
    assert bare.documents.loc[1, "sha256"] == documents.loc[1, "sha256"]
    assert bare.rejected["source"].tolist() == ["a.csv row 3", "texts/b.txt"]
    assert bare.rejected["reason"].tolist() == ["is that of a.txt", rejected["reason"][1]]
    assert bare.rejected["remedy"].tolist() == ["name it", "look"]


@pytest.mark.parametrize(
    ("table", "row", "change", "message"),
    [
        ("passages", 0, {"text": "Planted."}, "passages: has a column text"),
        ("sentences", 0, {"text": "Planted."}, "sentences: has a column text"),
        ("documents", 0, {"title": "Planted", "title_from": "text"}, "holds titles found in the texts"),
        ("documents", 0, {"date_evidence": "text: planted"}, "date_evidence quotes texts"),
        ("documents", 0, {"sha256": "1" * 64}, "has checksums of texts under 100 words"),
        ("counts", 0, {"term": "zzz"}, "the terms of a passage stand in another order"),
        ("counts", 0, {"term": f"({LONG}"[1:]}, "holds rare terms that could restore text"),
    ],
)
def test_what_is_planted_back_is_found(invented, table, row, change, message):
    bare = sharing.strip_corpus(invented)
    assert sharing.check_package(bare) is bare
    frame = getattr(bare, table).copy()
    for column, value in change.items():
        frame.loc[row, column] = value
    with pytest.raises(ah.TalksError, match=message):
        sharing.check_package(bare.replace(**{table: frame}))


def test_a_notebook_that_shows_text_is_refused(example, tmp_path, monkeypatch, capsys):
    """Reasons name a folder, which is left out of both; titles found in the texts are in one only."""
    cells = [nbformat.v4.new_code_cell("CORPUS = None", metadata={"tags": ["parameters"]})]
    load = "import analysis_helpers as ah\ncorpus = ah.load_corpus(CORPUS)\n"
    for name, column in (("reasons", "rejected['reason']"), ("titles", "documents['title']")):
        cells.append(nbformat.v4.new_code_cell(f"{load}print(corpus.{column}.tolist())", id=name))
    (tmp_path / FORM).parent.mkdir()
    nbformat.write(notebook_of(*cells), tmp_path / FORM)
    monkeypatch.setattr(sharing, "shipped_folder", lambda _: tmp_path)
    corpus = ah.load_corpus(example)
    assert corpus.documents["title_from"].eq("text").any()
    rejected = corpus.rejected.assign(reason="could not be read (no file at /srv/texts/a.pdf)")
    example = corpus.replace(rejected=rejected).save(tmp_path / "example")
    assert main(["share", str(example), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "any_corpus shows something else without the texts, in the cell titles; expected the same" in said
    assert not (tmp_path / "out").exists()


def test_two_packages_and_a_package_of_a_package_are_the_same_bytes(example, unproven, tmp_path):
    for source, folder in ((example, "a"), (example, "b"), (example, "b"), (tmp_path / "a/example", "c")):
        sharing.share_corpus(source, tmp_path / folder / "example")
    files = bytes_of(tmp_path / "a")
    assert len(files) == len(TABLES) + 8
    assert bytes_of(tmp_path / "b") == bytes_of(tmp_path / "c") == files


def test_nothing_of_others_is_overwritten(example, unproven, tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    for place in (tmp_path, example):
        assert main(["share", str(example), "--out", str(place)]) == 2
        assert "exists and was not made by this command" in capsys.readouterr().err
    assert ah.load_corpus(example).has_text
    assert (tmp_path / "thesis.txt").is_file()


def test_the_account_of_the_build_is_taken_over_or_refused(invented, unproven, tmp_path, capsys):
    """Reasons that become the same without their folder are added up; what is no corpus or no account is one line."""
    folder, out = invented.save(tmp_path / "mine"), tmp_path / "out"
    reasons = {"is that of /srv/a/x.txt": 2, "is that of /srv/b/x.txt": 3, "holds no word": 1}
    (folder / "build.json").write_text(json.dumps({"reasons": reasons}), encoding="utf-8")
    account = json.loads((sharing.share_corpus(folder, out) / "build.json").read_text(encoding="utf-8"))
    assert account == {"reasons": {"is that of x.txt": 5, "holds no word": 1}}
    (folder / "build.json").write_text("{", encoding="utf-8")
    for place, said in ((folder, "build.json: cannot be read; delete it"), (tmp_path / "none", "is no corpus")):
        assert main(["share", str(place), "--out", str(out)]) == 2
        assert said in capsys.readouterr().err


def test_codes_of_its_documents_travel_with_a_package_without_text(invented, unproven, tmp_path):
    """Of two codes beside the corpus one is of another document; a key that leads nowhere is found."""
    folder, name = invented.save(tmp_path / "mine"), invented.sentences["sentence_id"].iloc[0]
    rows = pd.DataFrame(
        {"sentence_id": name, "doc_id": [name[:-11], "b"], "target": "US", "coder": "a", "text": "Said."}
    )
    rows.to_csv(folder / "labels.csv", index=False)
    package = sharing.share_corpus(folder, tmp_path / "out")
    kept = pd.read_csv(package / "labels.csv")
    assert kept.equals(rows[:1].drop(columns="text"))
    assert problems_of(package / "datapackage.json") == []
    kept.assign(sentence_id="c").to_csv(package / "labels.csv", index=False)
    assert [kind for kind, _ in problems_of(package / "datapackage.json")] == ["foreign-key"]


def test_what_a_package_may_hide_is_not_counted_as_0(corpus_of, tmp_path):
    """ "the quince tart" stands in two texts, "rye bread" in one; "zither" only in a short passage of one text."""
    rows = [("a", "US", "We saw the quince tart and rye bread on the long table of the inn.\n\nA zither played.")]
    rows += [("b", "CN", "They ate the quince tart with us in the garden behind the old mill.")]
    corpus = corpus_of("id side text", rows, terms=["quince tart", "rye bread"])
    package = sharing.strip_corpus(corpus)
    assert package.record["settings"]["terms"] == ["quince tart"]
    assert package.count_terms_of(["Quince tart", "garden"])["n"].sum() == 3
    for term, message in (("rye bread", "not counted when"), ("zither", "as far as this package tells")):
        assert corpus.count_terms_of([term])["n"].sum() == 1
        with pytest.raises(ah.TalksError, match=message):
            package.count_terms_of([term])
    with pytest.warns(UserWarning, match="uses 'fentanyl': the count is 0"):
        package.count_terms_of(["fentanyl"])  # of the suite's lists, which no package hides
