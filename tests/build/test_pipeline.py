"""The pipeline: resumed after any interrupt, the same bytes for any order and number of workers. Texts are invented."""

import errno
import json
import logging
import os
import signal
import sys
import zipfile
import zlib
from pathlib import Path
from unittest.mock import patch

import docx
import duckdb
import lxml.html
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import trafilatura
from lxml import etree

import analysis_helpers as ah
from analysis_helpers.build import pipeline, stages, write
from analysis_helpers.build.read.files import flatten_html
from analysis_helpers.build.read.registry import DOCUMENT_READERS, Item
from analysis_helpers.cli import main
from tests import made_files as made
from tests.conftest import bytes_of

STAGES = ("prepare_part", "measure_part", "count_terms")


def _build(source, out, **options):
    return ah.build_corpus([source], out, **{"part_size": 7, **options})


def _raising(error):
    def stop(*_, **__):
        raise error

    return stop


_stop, _full = _raising(KeyboardInterrupt()), _raising(OSError(28, "No space left on device"))


def _after(n, function, stop):
    """The function, n times, and then what stops it; with the list of its calls."""
    calls = []

    def counted(*arguments, **options):
        if len(calls) == n:
            return stop(*arguments, **options)
        calls.append(arguments)
        return function(*arguments, **options)

    return counted, calls


@pytest.mark.parametrize("name", ["write", "count_terms"])
def test_other_terms_and_a_changed_text_take_nothing_of_the_build_interrupted(name, many, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, name, _stop)
        with pytest.raises(KeyboardInterrupt):
            _build(many, tmp_path / "out", terms=["ended on"])
    if name == "write":
        corpus = _build(many, tmp_path / "out", terms=["on Monday"], with_text=False)
        assert corpus.count_terms_of(["on Monday"])["n"].sum() == 40
    else:
        (many / "t00.txt").write_text("Quite another text than before. It is short.", encoding="utf-8")
        passages = _build(many, tmp_path / "out", terms=["ended on"]).passages
        assert passages.loc[passages["doc_id"] == "t00", "text"].tolist()[0].startswith("Quite another")


def test_workers_and_order_of_listing_do_not_change_a_byte(many, whole, tmp_path, monkeypatch):
    _build(many, tmp_path / "two [2]", workers=2)
    assert bytes_of(tmp_path / "two [2]") == whole
    listed = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, pattern: sorted(listed(self, pattern), reverse=True))
    _build(many, tmp_path / "reversed", part_size=3)
    assert bytes_of(tmp_path / "reversed") == whole


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupted_build_goes_on_where_it_stopped(stage, many, whole, tmp_path, monkeypatch, capsys):
    """Ctrl-C in the third part of a stage; the parts done before are not done again."""
    out, work = tmp_path / "corpus", getattr(pipeline, stage)
    command = ["build", str(many), "--out", str(out)]
    monkeypatch.setitem(pipeline.build_corpus.__kwdefaults__, "part_size", 7)
    monkeypatch.setattr(pipeline, stage, _after(2, work, _stop)[0])
    assert main(command) == 130
    assert "the same command goes on where it stopped" in capsys.readouterr().err
    assert not out.exists()
    counted, again = _after(6, work, _stop)
    monkeypatch.setattr(pipeline, stage, counted)
    assert main(command) == 0
    assert len(again) == 4
    assert bytes_of(out) == whole
    assert not list(tmp_path.glob(".*"))


def _half(table, path, **_):
    Path(path).write_bytes(b"half")
    _full()


@pytest.mark.parametrize(
    ("module", "name", "full", "done"),
    [(pq, "write_table", _after(20, pq.write_table, _half)[0], ()), (write, "write_corpus", _full, STAGES)],
    ids=["on the way", "at the end"],
)
def test_a_full_disk_is_said_and_what_is_done_is_kept(module, name, full, done, many, whole, tmp_path, monkeypatch):
    """At the end only the finished tables are written again."""
    with monkeypatch.context() as patch:
        patch.setattr(module, name, full)
        with pytest.raises(ah.TalksError, match=r"corpus: cannot be written \(No space left on device\)"):
            _build(many, tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()
    for stage in done:
        monkeypatch.setattr(pipeline, stage, _full)
    _build(many, tmp_path / "corpus")
    assert bytes_of(tmp_path / "corpus") == whole


def test_a_column_has_its_type_also_in_a_part_without_a_value(tmp_path, monkeypatch):
    texts = ["...", "Both sides met.", 'China agreed. "We trust the United States," Minister Wang told reporters.']
    rows = [json.dumps({"id": f"t{n}", "text": text}) for n, text in enumerate(texts)]
    (tmp_path / "t.jsonl").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(pipeline, "write", _stop)
    with pytest.raises(KeyboardInterrupt):
        _build(tmp_path / "t.jsonl", tmp_path / "corpus", part_size=1)
    tables = {}
    for path in (tmp_path / ".corpus.building").glob("*/*.parquet"):
        stage = path.parent.name.rpartition("-")[2]
        tables.setdefault((stage, path.name), []).append(pq.read_schema(path).remove_metadata())
    assert {len(schemas) for key, schemas in tables.items() if key[0] != "summed"} == {3}
    assert all(schema == schemas[0] for schemas in tables.values() for schema in schemas)


def read_short(data):
    raise MemoryError


def read_deadly(data):
    mark = Path(data.decode())
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    yield {"text": made.report(50)}


def test_a_worker_that_dies_is_said_and_what_is_done_is_kept(many, tmp_path, monkeypatch):
    monkeypatch.setitem(DOCUMENT_READERS, ".deadly", read_deadly)
    (many / "zz.deadly").write_text(str(tmp_path / "mark"), encoding="utf-8")
    with pytest.raises(ah.TalksError, match=r"corpus: a process was ended from outside .* is kept; call .* fewer"):
        _build(many, tmp_path / "corpus", workers=2)
    _build(many, tmp_path / "corpus")
    _build(many, tmp_path / "whole")
    assert bytes_of(tmp_path / "corpus") == bytes_of(tmp_path / "whole")


def _chained(*_, **__):
    try:
        raise MemoryError
    except MemoryError:
        raise ValueError("no such table") from None


def _logged(*_, **__):
    logging.getLogger("trafilatura.core").warning("retry failed: %s %s", MemoryError(), None)


def _of_member(self, info, *_, read=zipfile.ZipFile.read):
    if str(getattr(info, "filename", "")).endswith(".txt"):
        raise zlib.error("Error -4 while decompressing data")
    return read(self, info)


SHORT = etree.ParserError("Memory allocation failed")
SHORTAGES = {
    "of a page": (trafilatura, "bare_extraction", _raising(MemoryError())),
    "that a library passes over": (trafilatura, "bare_extraction", _logged),
    "of the tree of a page": (lxml.html, "document_fromstring", _raising(SHORT)),
    "of a Word file": (docx, "Document", _raising(MemoryError())),
    "that a library calls otherwise": (docx, "Document", _chained),
    "of a table": (pq.ParquetFile, "iter_batches", _raising(pa.ArrowMemoryError("malloc of size 640 failed"))),
    "of a member": (zipfile.ZipFile, "read", _of_member),
    "of the system": (Item, "open", _raising(OSError(errno.ENOMEM, "Cannot allocate memory"))),
    "of sums": (pipeline, "deduplicate", _raising(duckdb.OutOfMemoryException("Out of Memory Error: no block"))),
}


def test_a_shortage_at_the_tree_of_a_page_is_said_where_it_was(monkeypatch):
    """Whatever is made of a page afterwards, the words that `flatten_html` lists must not be taken for all."""
    monkeypatch.setattr(lxml.html, "document_fromstring", _raising(SHORT))
    with pytest.raises(MemoryError, match="Memory allocation failed"):
        flatten_html("<p>They met.</p>")
    monkeypatch.setattr(lxml.html, "document_fromstring", _raising(etree.ParserError("Document is empty")))
    assert flatten_html("<p>They met.</p>") == ""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A small folder of what several libraries read, and the bytes of its corpus."""
    files = {f"x{ending}": made.SAMPLES[ending] for ending in (".html", ".docx", ".parquet", ".zip")}
    folder = made.write(tmp_path_factory.mktemp("mixed") / "in", {"a.txt": made.report(1)} | files)
    with patch.dict(os.environ, SOURCE_DATE_EPOCH="1750000000"):
        _build(folder, folder.parent / "whole")
    return folder, bytes_of(folder.parent / "whole")


@pytest.mark.parametrize("case", SHORTAGES)
def test_a_shortage_of_memory_stops_the_build_and_changes_no_word(case, mixed, tmp_path, monkeypatch):
    """Not one document is set aside for it, and none keeps other words: the next call makes the same corpus."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    with monkeypatch.context() as short:
        short.setattr(*SHORTAGES[case])
        with pytest.raises(ah.TalksError, match=r"^\S+corpus: memory ran out[^;\n]*; what is done is kept; free memo"):
            _build(mixed[0], tmp_path / "corpus", part_size=1)
    assert not (tmp_path / "corpus").exists()
    assert bool(list(tmp_path.glob(".corpus.building/0*"))) == (case != "of the system")
    _build(mixed[0], tmp_path / "corpus", part_size=1)
    assert bytes_of(tmp_path / "corpus") == mixed[1]


def test_a_shortage_in_another_process_is_said_too_and_a_lie_of_a_file_is_none(many, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(DOCUMENT_READERS, ".short", read_short)
    (many / "zz.short").write_text("x", encoding="utf-8")
    assert main(["build", str(many), "--out", str(tmp_path / "corpus"), "--workers", "2"]) == 2
    assert "corpus: memory ran out while reading zz.short; what is done is kept" in capsys.readouterr().err
    lie = pa.ArrowMemoryError("malloc of size 281474976710656 failed")
    monkeypatch.setitem(DOCUMENT_READERS, ".short", _raising(lie))
    funnel = _build(many, tmp_path / "corpus").record["funnel"]
    assert funnel == {"read": 41, "kept": 40, "duplicates": 0, "rejected": 1}


def test_a_second_build_of_the_same_corpus_is_refused(many, whole, tmp_path, monkeypatch):
    """The first one is at work in its second stage; it ends as if nothing had been, and so does one after a crash."""
    out, measure_part = tmp_path / "corpus", pipeline.measure_part
    (tmp_path / ".corpus.lock").touch()  # of a build that has crashed

    def meddled(*arguments, **options):
        with pytest.raises(ah.TalksError, match=r"corpus: is being written already; expected one .* wait until"):
            _build(many, out)
        with pytest.raises(ah.TalksError, match="is being written already"):
            ah.load_corpus().save(out)
        return measure_part(*arguments, **options)

    monkeypatch.setattr(pipeline, "measure_part", meddled)
    _build(many, out)
    assert bytes_of(out) == whole
    assert not list(tmp_path.glob(".*"))


def test_two_attempts_at_one_part_leave_one(tmp_path):
    """Where a worker was thought lost, both write; neither takes the other's draft, and nothing is left over."""
    checkpoints, frame = stages.Checkpoints(tmp_path, tmp_path, "plan"), pd.DataFrame({"n": [1, 2]})

    class Slow(dict):
        def items(self):
            checkpoints.write(0, "stage", {"numbers": frame})  # the other one, in between
            return super().items()

    checkpoints.write(0, "stage", Slow(numbers=frame))
    assert [path.name for path in tmp_path.iterdir()] == ["00000-plan-stage"]
    pd.testing.assert_frame_equal(checkpoints.read(0, "stage", "numbers"), frame)


def test_a_part_of_an_earlier_plan_that_comes_late_is_not_taken_for_ours(tmp_path):
    with stages.open_checkpoints(tmp_path / "corpus", "corpus.json", "plan") as earlier:
        pass
    with stages.open_checkpoints(tmp_path / "corpus", "corpus.json", "another") as ours:
        earlier.write(0, "prepared", {})
        ours.write(123_456, "prepared", {})
        assert ours.numbers("prepared") == [123_456]


def test_a_part_that_another_machine_wrote_is_waited_for(tmp_path, monkeypatch):
    with (
        stages.open_checkpoints(tmp_path / "corpus", "corpus.json", "plan") as checkpoints,
        stages.open_workers(1, None, checkpoints, []) as workers,
    ):
        monkeypatch.setattr(stages.time, "sleep", lambda _: checkpoints.write(1, "prepared", {}))
        stages.run_stage(workers, checkpoints, "prepared", lambda number: 1, [(1,)], what="reading")
        assert checkpoints.numbers("prepared") == [1]
        monkeypatch.setattr(stages, "LATE", -1)
        with pytest.raises(ah.TalksError, match=r"00002-\w+-prepared: was written by a worker and is not seen here"):
            checkpoints.wait_for({1, 2}, "prepared")


def test_without_the_extra_a_cluster_is_refused(many, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "dask", None)
    command = ["build", str(many), "--out", str(tmp_path / "new/corpus")]
    assert main([*command, "--scheduler", "tcp://here:8786"]) == 2
    said = "talks: tcp://here:8786: Dask distributed is not installed here; expected the extra cluster; "
    assert capsys.readouterr().err == said + "run make cluster, or pip install 'talks-in-words[cluster]'\n"
    assert not (tmp_path / "new").exists()
    with pytest.raises(SystemExit):
        main([*command, "--scheduler", "tcp://here:8786", "--workers", "2"])


def test_only_a_build_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("analysis_helpers.report.reports.make_report", _stop)
    assert main(["report", "--out", str(tmp_path / "site")]) == 130
    assert capsys.readouterr().err == "talks: interrupted; nothing was written\n"


def test_a_large_input_is_shared_out(many, tmp_path, monkeypatch):
    """Without a number of workers, one a processor, from 5 MB on."""
    seen = []

    def noted(workers, *_):
        seen.append(workers)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(pipeline, "open_workers", noted)
    for size in (1, 5_000_000):
        (many / "large.txt").write_bytes(b"x" * size)
        with pytest.raises(KeyboardInterrupt):
            _build(many, tmp_path / "corpus", workers=None)
    assert seen == [1, 3]


WIRE = "LISBON - Negotiators of both sides said late on Monday that they had agreed to meet again in spring, at last."
OTHER = "PORTO - The price of cork rose again this week, as buyers from abroad filled their stores before the duties."


@pytest.mark.parametrize(
    ("witness", "date", "precision", "evidence"),
    [
        ("17/05/2024", "2024-05-03", "day", "given: 03/05/2024 (day first, as other dates of this source)"),
        ("05/17/2024", "2024-03-05", "day", "given: 03/05/2024 (month first, as other dates of this source)"),
        ("04/06/2024", "2024-01-01", "year", "given: 03/05/2024 (day or month first: nothing in this source decides)"),
    ],
    ids=["day first", "month first", "in doubt"],
)
def test_day_or_month_first_is_decided_by_source(witness, date, precision, evidence, corpus_of):
    """By hand: a number over 12 can only be a day; the witness stands in another part."""
    corpus = corpus_of("id date text", [("a", "03/05/2024", WIRE), ("b", witness, OTHER)], part_size=1)
    found = corpus.documents.set_index("doc_id").loc["a"]
    assert (str(found["date"].date()), found["date_precision"], found["date_evidence"]) == (date, precision, evidence)


def test_refused_languages_are_named_at_once(tmp_path, capsys):
    french = "Les deux délégations se sont retrouvées dans le port et ont parlé du prix des sardines. " * 4
    german = "Die beiden Delegationen trafen sich wieder im Hafen und sprachen über den Preis der Sardinen. " * 4
    texts = {"a.txt": WIRE, "b.txt": french, "c.txt": german, "d.txt": f"{french} Personne ne savait rien de plus."}
    folder = made.write(tmp_path / "in", texts)
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus")]) == 0
    assert "3 refused: language fr 2, de 1, see " in capsys.readouterr().out
    assert ah.load_corpus(tmp_path / "corpus").record["refused_languages"] == {"de": 1, "fr": 2}
    (folder / "a.txt").unlink()
    assert main(["build", str(folder), "--out", str(tmp_path / "none")]) == 2
    assert "3 refused: language fr 2, de 1 | " in capsys.readouterr().err


def test_the_account_adds_up_and_says_why(tmp_path, capsys):
    files = {"a.txt": WIRE, "b.txt": WIRE, "c.txt": "...", "d.odt": "x", "=HYPERLINK(1).odt": "x"}
    files |= {"saved_files/style.css": "x", "t.csv": f'title,text\n=1+1,"Home » World\n{OTHER}"\n@x,\n'}
    folder = made.write(tmp_path / "in", files)
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus"), "--show-removed"]) == 0
    account = json.loads((tmp_path / "corpus/build.json").read_text(encoding="utf-8"))
    assert {name: account[name] for name in ("read", "kept", "duplicates", "rejected")} == {
        "read": 7, "kept": 2, "duplicates": 1, "rejected": 4}  # fmt: skip
    assert sum(account["reasons"].values()) == 5
    assert account["passed_over"] == {".css": 1}
    assert account["dates"] == account["date_precision"] == {"none": 2}
    printed = capsys.readouterr().out
    assert printed.strip().endswith("read 7 = kept 2 + duplicates 1 + rejected 4")
    assert "t-000002\tnavigation\t2\tHome » World" in printed
    assert "1 .css" in printed
    listed = (tmp_path / "corpus/rejected.csv").read_text(encoding="utf-8")
    assert "\n'=HYPERLINK(1).odt," in listed, "a spreadsheet finds no formula"
    assert len(listed.splitlines()) == 1 + 5
