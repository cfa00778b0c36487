"""The extra `cluster`: the work of a build on workers of Dask; `make test` has a step with it. Texts are invented."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import pytest

import analysis_helpers as ah
from analysis_helpers.build import pipeline, stages
from analysis_helpers.build.read import registry as reading
from analysis_helpers.cli import main
from tests.conftest import ROOT, bytes_of
from tests.made_files import report, write

pytest.importorskip("distributed", reason="the extra cluster is not installed here")


def _start(kind, *options, path=()):
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *options]
    known = [*map(str, path), str(ROOT / "src"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, known))}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    with _scheduler(tmp_path_factory.mktemp("scheduler") / "file.json") as address:
        yield address


@contextmanager
def _scheduler(file):
    process = _start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    try:
        yield _address(file)
    finally:
        process.kill()
        process.wait()


def _address(file):
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):  # it is not there yet, or half of it
            return json.loads(file.read_text(encoding="utf-8"))["address"]
        time.sleep(0.05)
    raise TimeoutError("the scheduler did not start")


@contextmanager
def _worker(scheduler, *options, path=()):
    """A worker that the scheduler knows; afterwards it does not know it any more."""
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        before = len(client.nthreads())
        process = _start("worker", scheduler, "--no-nanny", *(options or ["--nthreads", "1"]), path=path)
        try:
            client.wait_for_workers(before + 1, timeout=300)
            yield process
        finally:
            process.kill()
            process.wait()
            while len(client.nthreads()) > before:
                time.sleep(0.05)


@pytest.fixture(scope="module")
def workers(scheduler):
    """Two workers for all tests; one of them is killed in the last."""
    with _worker(scheduler) as one, _worker(scheduler) as other:
        yield one, other


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://host"])
def test_a_wrong_address_is_said(address, many, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(stages, "ANSWER", 1)
    assert main(["build", str(many), "--out", str(tmp_path / "corpus"), "--scheduler", address]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"talks: {address}: no scheduler answers (")
    assert "start one with dask scheduler, or correct the address" in said
    assert not list(tmp_path.glob(".*"))


def test_a_scheduler_without_workers_says_so(many, tmp_path, scheduler, monkeypatch):
    monkeypatch.setattr(stages, "FIRST_WORKER", 0.5)
    with pytest.raises(ah.TalksError, match=r"do not answer .*, start at least one worker"):
        ah.build_corpus([many], tmp_path / "corpus", scheduler=scheduler)


@contextmanager
def _at_work(tmp_path, address, *places):
    with (
        stages.open_checkpoints(tmp_path / "checked", "corpus.json", "plan") as checkpoints,
        stages.open_workers(1, address, checkpoints, places) as workers,
    ):
        yield checkpoints, workers


def test_a_build_whose_last_worker_went_says_so_once_and_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(stages, "PATIENCE", 0.2)
    with _scheduler(tmp_path / "file.json") as address, _worker(address) as worker, _at_work(tmp_path, address) as work:
        checkpoints, workers = work
        worker.kill()
        worker.wait()
        said, started = "no worker is left; the build goes on when one is started; Ctrl-C ends it", []

        def wait(running, timeout, return_when):
            """Start another worker once nothing has come of waiting four times."""
            found = cf_wait(running, timeout, return_when)
            started.append(None)
            if len(started) == 4:
                started[0] = _start("worker", address, "--no-nanny", "--nthreads", "1")
            return found

        cf_wait = stages.wait
        monkeypatch.setattr(stages, "wait", wait)
        try:
            write = lambda number: checkpoints.write(number, "done", {}) or 1  # noqa: E731
            stages.run_stage(workers, checkpoints, "done", write, [(7,)], what="testing")
        finally:
            started[0].kill()
            started[0].wait()
    assert capsys.readouterr().err.count(said) == 1


def test_an_interrupt_cancels_what_waits_and_the_build_goes_on(many, whole, tmp_path, scheduler, workers, monkeypatch):
    from distributed import Client

    out, taken = tmp_path / "corpus", []
    command = ["build", str(many), "--out", str(out), "--scheduler", scheduler]
    monkeypatch.setitem(pipeline.build_corpus.__kwdefaults__, "part_size", 4)
    wait = stages.wait

    def interrupted(*arguments):
        taken.append(None)
        if len(taken) == 3:
            raise KeyboardInterrupt
        return wait(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(stages, "wait", interrupted)
        assert main(command) == 130
    with Client(scheduler, set_as_default=False) as client:
        assert not client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))
    assert 2 <= len(list((tmp_path / ".corpus.building").glob("*-prepared"))) < 10
    assert main(command) == 0
    assert bytes_of(out) == whole


OTHERS = {  # what stands on the path of another worker, how it is started, and what is said of it
    "another version": (
        {"talks_in_words-0.0.1.dist-info/METADATA": "Name: talks-in-words\nVersion: 0.0.1\n"},
        "1",
        r"tcp://\S+: tcp://\S+ has talks-in-words 0\.0\.1; expected \S+, as where the build runs; install",
    ),
    "without this package": (
        {"analysis_helpers/__init__.py": ""},
        "1",
        r"tcp://\S+ has another talks-in-words or none \(.*analysis_helpers\.build.*\); expected that of here",
    ),
    "several threads": ({}, "2", r"has 2 threads; expected 1; start it with --nthreads 1"),
}


@pytest.mark.parametrize(("files", "threads", "said"), OTHERS.values(), ids=OTHERS)
def test_another_worker_is_refused_before_work_starts(files, threads, said, many, tmp_path, scheduler, workers):
    worker = _worker(scheduler, "--nthreads", threads, path=[write(tmp_path / "path", files)])
    with worker, pytest.raises(ah.TalksError, match=said):
        ah.build_corpus([many], tmp_path / "corpus", scheduler=scheduler)
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "corpus").exists()


def test_a_worker_that_does_not_see_the_files_is_refused(many, tmp_path, scheduler, workers):
    said = r"tcp://\S+ does not see .*not mounted; expected .*; share"
    with pytest.raises(ah.TalksError, match=said), _at_work(tmp_path, scheduler, many, tmp_path / "not mounted"):
        pass
    with _at_work(tmp_path, scheduler, many) as (checkpoints, at_work):
        checkpoints.mark.write_text("of another build")  # what a machine with a folder of the same name would see
        with pytest.raises(ah.TalksError, match=r"the worker on \S+ does not see .*; expected"):
            at_work.executor.submit(at_work.wrap(pow), 2, 5).result()


def test_a_worker_that_dies_changes_no_byte(many, tmp_path, scheduler, workers, monkeypatch):
    """One of two workers is killed while it reads; the reader is this script's own and travels with the task."""
    killed = tmp_path / "killed"

    def read_deadly(data):
        if not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield {"text": data.decode()}

    monkeypatch.setitem(reading.DOCUMENT_READERS, ".deadly", read_deadly)
    (many / "zz.deadly").write_text(report(40), encoding="utf-8")
    monkeypatch.chdir(many.parent)
    corpus = ah.build_corpus([many.name], "cluster", part_size=4, scheduler=scheduler)
    assert corpus.record["funnel"]["kept"] == 41
    assert killed.exists()
    assert sorted(worker.poll() is None for worker in workers) == [False, True]
    ah.build_corpus([many], tmp_path / "serial", part_size=4)
    assert bytes_of(tmp_path / "cluster") == bytes_of(tmp_path / "serial")
    assert not list(tmp_path.glob(".*"))
