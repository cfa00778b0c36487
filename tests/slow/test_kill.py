"""Builds whose processes are ended from outside, at a moment that the texts decide and no clock. Texts are invented."""

import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT, bytes_of

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="signals to processes need Unix")
SCRIPT = """
import os, signal, sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from analysis_helpers import cli
from analysis_helpers.build import pipeline

def read_waiting(data):
    print("a worker has begun", flush=True)
    Path(data.decode()).read_text()  # until somebody opens it for writing
    yield {"text": "They met at last, and they said so."}

def read_deadly(data):
    if Path(data.decode()).exists():
        os.kill(os.getpid(), signal.SIGKILL)
    yield {"text": "They met again, and they said so again."}

def start_and_end(process, start=BaseProcess.start):
    start(process)
    os.kill(os.getpid(), signal.SIGTERM)

if __name__ == "__main__":
    if Path("born").exists():
        BaseProcess.start = start_and_end
    pipeline.DOCUMENT_READERS |= {".wait": read_waiting, ".deadly": read_deadly}
    pipeline.build_corpus.__kwdefaults__["part_size"] = 2
    sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def begin(tmp_path, monkeypatch):
    """Begin a build of nine short texts, which come in parts of two; its output ends when all its processes have."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))
    (tmp_path / "in").mkdir()
    (tmp_path / "build.py").write_text(SCRIPT, encoding="utf-8")
    for n in range(8):
        (tmp_path / f"in/t{n}.txt").write_text(f"Delegation {n} met in Lisbon and spoke of {n} boats.", "utf-8")

    def begin(workers, out="corpus"):
        command = [sys.executable, "build.py", "build", "in", "--out", out, "--workers", str(workers)]
        options = {"cwd": tmp_path, "start_new_session": True, "text": True}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    return begin


def test_a_build_that_was_killed_goes_on(begin, tmp_path):
    (tmp_path / "in/zz.deadly").write_text(str(tmp_path / "mark"), encoding="utf-8")
    (tmp_path / "mark").touch()
    first = begin(1)
    first.communicate()
    assert first.returncode == -signal.SIGKILL
    assert len(list((tmp_path / ".corpus.building").glob("*-prepared"))) == 4
    assert not (tmp_path / "corpus").exists()
    (tmp_path / "mark").unlink()
    for out in ("corpus", "whole"):
        assert "kept 9" in begin(1, out).communicate()[0]
    assert bytes_of(tmp_path / "corpus") == bytes_of(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build.py", "corpus", "in", "whole"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_parent(sent, begin, tmp_path):
    """One worker is at work, which nothing else would end. After an interrupt it finishes its part, and all is said."""
    os.mkfifo(tmp_path / "hold")
    (tmp_path / "in/aa.wait").write_text(str(tmp_path / "hold"), encoding="utf-8")
    process = begin(2)
    assert process.stdout.readline() == "a worker has begun\n"
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)  # as a terminal does
    else:
        process.send_signal(sent)
    if sent != signal.SIGKILL:
        (tmp_path / "hold").write_text("")
    _, errors = process.communicate(timeout=300)  # all who could write have ended
    if sent == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
        assert "analysis_helpers" not in errors  # Python's own fork server may miss a parent that is gone
    else:
        assert process.returncode == 130
        assert errors.splitlines()[-1] == "talks: interrupted; the same command goes on where it stopped"
        assert "Traceback" not in errors


def test_a_build_ends_in_order_while_a_worker_is_born(begin, tmp_path):
    (tmp_path / "born").touch()
    process = begin(2)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "talks: interrupted; the same command goes on where it stopped"
