"""Building: resumed after any interrupt, the same bytes for any order and number of workers. Texts are invented."""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import analysis_helpers as ah
from analysis_helpers.build import pipeline as building
from analysis_helpers.build import stages as parts
from analysis_helpers.build import write as assembling
from analysis_helpers.build.cluster import Needs, find_fault, list_packages
from analysis_helpers.build.deduplicate import sign_texts
from analysis_helpers.build.engines import Engine
from analysis_helpers.cli import main
from tests.conftest import bytes_of

PLACES = ("Lisbon", "Porto", "Faro", "Braga", "Evora", "Sintra", "Tomar", "Aveiro")
GOODS = ("boats", "cork", "tiles", "sardines", "olives", "salt", "copper", "glass")


def _text(n):
    """An invented report; no two share five words in a row for long."""
    place, goods = PLACES[n % 8], GOODS[n // 8 % 8]
    words = " ".join(f"{goods[:3]}{place[:3]}{n}x{k}" for k in range(30))
    return f"{place} talks {n} on {goods} ended on Monday. They said that {words} would follow."


@pytest.fixture
def many(tmp_path, monkeypatch):
    """Forty invented texts in files and a table."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(30):
        (folder / f"t{n:02d}.txt").write_text(_text(n), encoding="utf-8")
    rows = [json.dumps({"id": f"row {n}", "date": f"2025-03-{n - 20:02d}", "text": _text(n)}) for n in range(30, 40)]
    (folder / "table.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def whole(many, tmp_path):
    """The bytes of a build that nothing interrupted."""
    corpus = ah.build_corpus([many], tmp_path / "whole", part_size=7)
    assert corpus.record["funnel"] == {"read": 40, "kept": 40, "duplicates": 0, "rejected": 0}
    return bytes_of(tmp_path / "whole")


def test_workers_and_order_of_listing_do_not_change_a_byte(many, whole, tmp_path, monkeypatch):
    ah.build_corpus([many], tmp_path / "two", part_size=7, workers=2)
    assert bytes_of(tmp_path / "two") == whole
    listed = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, pattern: sorted(listed(self, pattern), reverse=True))
    ah.build_corpus([many], tmp_path / "reversed", part_size=7)
    assert bytes_of(tmp_path / "reversed") == whole


def test_size_of_parts_does_not_change_the_tables(many, whole, tmp_path):
    ah.build_corpus([many], tmp_path / "other", part_size=3)
    assert bytes_of(tmp_path / "other") == whole


@pytest.mark.parametrize("stage", ["_prepare", "_measure", "_count"])
def test_an_interrupted_build_goes_on_where_it_stopped(stage, many, whole, tmp_path, monkeypatch, capsys):
    """Ctrl-C in the third part of a stage; the parts done before are not done again."""
    out, done = tmp_path / "corpus", []
    original = getattr(building, stage)

    def interrupted(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(arguments[-2])
        return original(*arguments)

    command = ["build", str(many), "--out", str(out)]
    monkeypatch.setattr(building, "PART_DOCUMENTS", 7)
    monkeypatch.setitem(building.build_corpus.__kwdefaults__, "part_size", 7)
    with monkeypatch.context() as patch:
        patch.setattr(building, stage, interrupted)
        assert main(command) == 130
    assert "the same command goes on where it stopped" in capsys.readouterr().err
    assert not out.exists()
    again = []

    def counted(*arguments):
        again.append(arguments[-2])
        return original(*arguments)

    monkeypatch.setattr(building, stage, counted)
    assert main(command) == 0
    assert done == [0, 1]
    assert again == [2, 3, 4, 5]
    assert bytes_of(out) == whole
    assert not list(tmp_path.glob(".*"))


def test_a_build_that_was_killed_goes_on(many, whole, tmp_path):
    """kill -9 as soon as two parts are there."""
    out = tmp_path / "corpus"
    script = tmp_path / "build.py"
    script.write_text(
        "import sys, time\n"
        "from analysis_helpers import building\n"
        "prepare = building._prepare\n"
        "def slow(*arguments):\n"
        "    time.sleep(0.3)\n"
        "    return prepare(*arguments)\n"
        "building._prepare = slow\n"
        "building.build_corpus([sys.argv[1]], sys.argv[2], part_size=7)\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([sys.executable, str(script), str(many), str(out)], stderr=subprocess.DEVNULL)
    place = tmp_path / ".corpus.building"
    deadline = time.monotonic() + 60
    while len(list(place.glob("*-prepared"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 2 <= len(list(place.glob("*-prepared"))) < 6
    assert not out.exists()
    ah.build_corpus([many], out, part_size=7)
    assert bytes_of(out) == whole


def test_a_full_disk_is_said_and_what_is_done_is_kept(many, whole, tmp_path, monkeypatch):
    out, written = tmp_path / "corpus", []
    original = parts.pq.write_table

    def full(table, path, **options):
        written.append(path)
        if len(written) == 20:
            Path(path).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        return original(table, path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(parts.pq, "write_table", full)
        with pytest.raises(ah.TalksError, match=r"corpus: cannot be written \(No space left on device\).* is kept"):
            ah.build_corpus([many], out, part_size=7)
    assert not out.exists()
    ah.build_corpus([many], out, part_size=7)
    assert bytes_of(out) == whole


def test_a_disk_that_is_full_at_the_end_keeps_what_is_done(many, whole, tmp_path, monkeypatch):
    """Only the finished tables are written again."""
    out = tmp_path / "corpus"

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(assembling, "write_corpus", full)
        with pytest.raises(ah.TalksError, match=r"corpus: cannot be written \(No space left on device\)"):
            ah.build_corpus([many], out, part_size=7)
    assert not out.exists()
    assert len(list((tmp_path / ".corpus.building").glob("*-counted"))) == 6
    for stage in ("_prepare", "_measure", "_count"):
        monkeypatch.setattr(building, stage, full)
    ah.build_corpus([many], out, part_size=7)
    assert bytes_of(out) == whole


def test_a_changed_text_begins_the_build_anew(many, tmp_path, monkeypatch):
    out = tmp_path / "corpus"

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(building, "_count", stop)
        with pytest.raises(KeyboardInterrupt):
            ah.build_corpus([many], out, part_size=7)
    (many / "t00.txt").write_text("Quite another text than before. It is short.", encoding="utf-8")
    corpus = ah.build_corpus([many], out, part_size=7)
    assert corpus.passages.loc[corpus.passages["doc_id"] == "t00", "text"].tolist()[0].startswith("Quite another")


def _end_yourself(number, needed):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_is_said_and_what_is_done_is_kept(many, whole, tmp_path, monkeypatch):
    out = tmp_path / "corpus"
    with monkeypatch.context() as patch:
        stage = building._count
        patch.setattr(
            building, "partial", lambda work, *known: _end_yourself if work is stage else partial(work, *known)
        )
        with pytest.raises(ah.TalksError, match=r"corpus: a process was ended from outside .* is kept; call .* fewer"):
            ah.build_corpus([many], out, part_size=7, workers=2)
    assert len(list((tmp_path / ".corpus.building").glob("*-measured"))) == 6
    ah.build_corpus([many], out, part_size=7)
    assert bytes_of(out) == whole


def test_a_second_build_of_the_same_corpus_is_refused(many, whole, tmp_path, monkeypatch):
    """The first one is at work in its second stage; it ends as if nothing had been."""
    out, said = tmp_path / "corpus", []
    original = building._measure

    def meddled(*arguments):
        if not said:
            with pytest.raises(ah.TalksError) as refused:
                ah.build_corpus([many], out, part_size=7)
            said.append(str(refused.value))
        return original(*arguments)

    monkeypatch.setattr(building, "_measure", meddled)
    ah.build_corpus([many], out, part_size=7)
    assert said[0].startswith(f"{out}: is being built already (process {os.getpid()} on ")
    assert said[0].endswith(f"wait until it ends, or, if it does not run any more, delete {tmp_path / '.corpus.lock'}")
    assert bytes_of(out) == whole
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("left", "begins"),
    [
        (lambda gone, here: json.dumps({"process": gone, "host": here}), True),
        (lambda gone, here: json.dumps({"process": gone, "host": f"not {here}"}), False),
        (lambda gone, here: json.dumps({"process": os.getppid(), "host": here}), False),
        (lambda gone, here: '{"process": ', False),
    ],
    ids=["crashed here", "elsewhere", "still runs", "unreadable"],
)
def test_the_lock_of_a_crashed_build_is_taken_away(left, begins, many, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    lock = tmp_path / ".corpus.lock"
    lock.write_text(left(process.pid, socket.gethostname()), encoding="utf-8")
    if begins:
        ah.build_corpus([many], tmp_path / "corpus")
        assert not lock.exists()
    else:
        with pytest.raises(ah.TalksError, match="is being built already"):
            ah.build_corpus([many], tmp_path / "corpus")
        assert lock.exists()
        assert not (tmp_path / ".corpus.building").exists()


def test_two_attempts_at_one_part_leave_one(tmp_path):
    """Where a worker was thought lost, both write; neither takes the other's draft, and nothing is left over."""
    place, frame = tmp_path / "00000-stage", pd.DataFrame({"n": [1, 2]})
    attempts = []

    class Slow(dict):
        def items(self):
            if not attempts:
                attempts.append("the other one, in between")
                parts.write_frames(place, {"numbers": frame})
            return super().items()

    parts.write_frames(place, Slow(numbers=frame))
    assert attempts
    assert [path.name for path in tmp_path.iterdir()] == ["00000-stage"]
    pd.testing.assert_frame_equal(parts.read_frame(place, "numbers"), frame)


def test_a_part_of_an_earlier_plan_that_comes_late_is_not_taken_for_ours(tmp_path):
    with parts.open_workshop(tmp_path / "corpus", "corpus.json", {"languages": ["en"]}) as shop:
        late = shop.place(0, "prepared")
    with parts.open_workshop(tmp_path / "corpus", "corpus.json", {"languages": ["en", "fr"]}) as shop:
        parts.write_frames(shop.folder / late.name, {})
        parts.write_frames(shop.place(123_456, "prepared"), {})
        assert shop.numbers("prepared") == [123_456]


def test_a_part_that_another_machine_wrote_is_waited_for(tmp_path, monkeypatch):
    with parts.open_workshop(tmp_path / "corpus", "corpus.json", {}) as shop:
        monkeypatch.setattr(parts.time, "sleep", lambda _: parts.write_frames(shop.place(1, "prepared"), {}))
        parts.run_stage(Engine(), shop, "prepared", lambda number, needed: 1, [(1, None)], what="reading")
        assert shop.numbers("prepared") == [1]
        monkeypatch.setattr(parts, "LATE", -1)
        with pytest.raises(ah.TalksError, match=r"00002-\w+-prepared: was written by a worker and is not seen here"):
            shop.wait_for({1, 2}, "prepared")


def test_a_machine_with_other_packages_has_a_fault():
    packages = list_packages()
    assert not find_fault(Needs(packages))
    for name, version in packages:
        wanted = tuple((one, "another" if one == name else its) for one, its in packages)
        said = f"has {name} {version}; expected another, as where the build runs; install the same there"
        assert find_fault(Needs(wanted)) == said


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals to process groups need Unix")
def test_ctrl_c_reaches_workers_without_a_traceback(many, tmp_path):
    out = tmp_path / "corpus"
    command = [sys.executable, "-m", "analysis_helpers.cli", "build", str(many), "--out", str(out), "--workers", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / ".corpus.building").is_dir() and not out.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert process.returncode in (0, 130)


def test_only_a_build_goes_on(tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis_helpers.report.site.make_report", interrupted)
    assert main(["report", "--out", str(tmp_path / "site")]) == 130
    assert capsys.readouterr().err == "talks: interrupted; nothing was written\n"


def test_a_large_input_is_shared_out(many, tmp_path, monkeypatch):
    """Without a number of workers, one a processor, from 5 MB on."""
    seen = []
    monkeypatch.setattr(building.os, "cpu_count", lambda: 3)
    engine = building.open_engine

    def noted(workers, scheduler):
        seen.append(workers)
        return engine(1, scheduler)

    monkeypatch.setattr(building, "open_engine", noted)
    ah.build_corpus([many], tmp_path / "small", workers=None)
    (many / "large.txt").write_text("\n\n".join(map(_text, range(40, 60))) + "\n" * 5_000_000, encoding="utf-8")
    ah.build_corpus([many], tmp_path / "large", workers=None)
    assert seen == [1, 3]


# ---------------------------------------------------------------------------------------------------
# Duplicates

WIRE = (
    "LISBON - Negotiators of both sides said late on Monday that they had agreed to meet again in spring, after two "
    "days of talks about boats, cork and the price of sardines. A spokesman called the mood frank and businesslike. "
    "The next round is planned for Porto. Neither side gave details of what had been offered, and no paper was signed. "
    "Fishermen at the harbour said that they expected little. The talks had begun on Sunday with a dinner for all."
)
EDITED = WIRE.replace("late on Monday", "on Monday night").replace("expected little", "hoped for little")
OTHER = (
    "PORTO - The price of cork rose again this week, as buyers from abroad filled their stores before the new duties. "
    "Growers in the south spoke of the best spring in ten years. Banks were more careful, and warned of a fall."
)


def test_signatures_estimate_the_share_of_common_runs():
    """By hand: runs of five words, as sets; the estimate from 128 numbers is within three standard errors."""

    def runs(text):
        words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
        return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}

    one, two = runs(WIRE), runs(EDITED)
    share = len(one & two) / len(one | two)
    signed = sign_texts([WIRE, EDITED, OTHER])
    assert 0.7 < share < 0.95
    assert abs((signed[0] == signed[1]).mean() - share) < 3 * (share * (1 - share) / 128) ** 0.5
    assert (signed[0] == signed[2]).mean() < 0.05


@pytest.mark.parametrize(
    ("rows", "kept", "marks"),
    [
        ([("a", "US", WIRE), ("b", "US", WIRE)], ["a"], {}),
        ([("a", "US", WIRE), ("b", "US", EDITED)], ["a"], {}),
        ([("a", "US", WIRE), ("b", "CN", WIRE)], ["a", "b"], {"b": "a"}),
        ([("a", "US", WIRE), ("b", "CN", EDITED)], ["a", "b"], {"b": "a"}),
        ([("a", "US", WIRE), ("b", "US", OTHER)], ["a", "b"], {}),
        ([("a", "", WIRE), ("b", "", EDITED), ("c", "", OTHER)], ["a", "c"], {}),
    ],
    ids=["word for word", "edited wire copy", "both sides", "both sides, edited", "another text", "no sides"],
)
def test_the_same_text_is_counted_once_a_side(rows, kept, marks, corpus_of):
    corpus = corpus_of("id side text", rows)
    documents = corpus.documents.set_index("doc_id")
    assert documents.index.tolist() == kept
    assert documents["duplicate_of"].dropna().to_dict() == marks
    assert (documents["similarity"].dropna() >= 0.7).all()
    lost = corpus.rejected
    assert corpus.record["funnel"]["duplicates"] == len(rows) - len(kept) == len(lost)
    assert (lost["duplicate_of"] == "a").all()
    assert ((lost["similarity"] == 1) == lost["reason"].str.startswith("same words")).all()


def test_a_person_can_keep_a_text_that_is_nearly_the_same(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (("a", WIRE), ("b", EDITED), ("c", WIRE)):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    table = tmp_path / "m.csv"
    table.write_text("file,use\nb,caution\nc,main\n", encoding="utf-8")
    corpus = ah.build_corpus([folder], tmp_path / "corpus", metadata=[table])
    assert corpus.documents["doc_id"].tolist() == ["a", "b"], "word for word copies are never counted twice"
    assert corpus.documents.set_index("doc_id").loc["b", "duplicate_of"] == "a"


def test_a_task_does_not_grow_with_the_metadata(many, tmp_path, monkeypatch):
    sizes, run_stage = [], building.run_stage

    def weighed(engine, shop, stage, work, tasks, **said):
        sizes.append(len(pickle.dumps(work)))
        run_stage(engine, shop, stage, work, tasks, **said)

    monkeypatch.setattr(building, "run_stage", weighed)
    for n_rows in (1, 20):
        rows = [f"t{n:02d}.txt,Harbour {n}" for n in range(n_rows)]
        (tmp_path / "m.csv").write_text("\n".join(["file,title", *rows]), encoding="utf-8")
        corpus = ah.build_corpus([many], tmp_path / "out", metadata=[tmp_path / "m.csv"])
        assert corpus.documents["title"].str.startswith("Harbour ").sum() == n_rows
    assert sizes[:3] == sizes[3:]


def test_short_texts_are_only_compared_word_for_word(corpus_of):
    rows = [("a", "US", "Both sides met in Lisbon and agreed to meet again in spring."),
            ("b", "US", "Both sides met in Lisbon and agreed to meet again in autumn.")]  # fmt: skip
    assert len(corpus_of("id side text", rows).documents) == 2


# ---------------------------------------------------------------------------------------------------
# What the command decides from all documents of a source


def test_another_column_and_another_language_can_be_asked_for(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    french = (
        "Les deux parties se sont rencontrées lundi à Lisbonne pour parler des droits de douane sur les bateaux et des "
        "visas des pêcheurs, et elles ont décidé de se revoir au printemps prochain."
    )
    (folder / "t.csv").write_text(f'words\n"{french}"\n', encoding="utf-8")
    options = ["--column", "text=words", "--keep-languages", "en", "fr"]
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus"), *options]) == 0
    assert ah.load_corpus(tmp_path / "corpus").documents["language"].tolist() == ["fr"]


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
    """By hand: a number over 12 can only be a day."""
    corpus = corpus_of("id date text", [("a", "03/05/2024", WIRE), ("b", witness, OTHER)])
    found = corpus.documents.set_index("doc_id").loc["a"]
    assert (str(found["date"].date()), found["date_precision"], found["date_evidence"]) == (date, precision, evidence)


# ---------------------------------------------------------------------------------------------------
# The account


def test_the_account_adds_up_and_says_why(tmp_path, capsys):
    folder = tmp_path / "in"
    (folder / "saved_files").mkdir(parents=True)
    files = {"a.txt": WIRE, "b.txt": EDITED, "c.txt": "...", "d.odt": "x", "saved_files/style.css": "x"}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "t.csv").write_text('title,text\n=1+1,"Home » World\n' + OTHER + '"\n@x,\n', encoding="utf-8")
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus"), "--show-removed"]) == 0
    account = json.loads((tmp_path / "corpus/build.json").read_text(encoding="utf-8"))
    assert {name: account[name] for name in ("read", "kept", "duplicates", "rejected")} == {
        "read": 6, "kept": 2, "duplicates": 1, "rejected": 3}  # fmt: skip
    assert sum(account["reasons"].values()) == 4
    assert account["passed_over"] == {".css": 1}
    printed = capsys.readouterr().out
    assert printed.strip().endswith("read 6 = kept 2 + duplicates 1 + rejected 3")
    assert "t-000002\tnavigation\t2\tHome » World" in printed
    assert "1 .css" in printed


def test_a_spreadsheet_finds_no_formula(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(WIRE, encoding="utf-8")
    (folder / "=HYPERLINK(1).odt").write_text("x", encoding="utf-8")
    ah.build_corpus([folder], tmp_path / "corpus")
    assert "\n'=HYPERLINK(1).odt," in (tmp_path / "corpus/rejected.csv").read_text(encoding="utf-8")


def test_the_terminal_is_not_written_to_by_file_names(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(WIRE, encoding="utf-8")
    (folder / "b\x1b[2J.odt").write_text("x", encoding="utf-8")
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus")]) == 0
    (folder / "a.txt").unlink()
    assert main(["build", str(folder), "--out", str(tmp_path / "corpus2")]) == 2
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
