"""A child process: its output kept, its whole group ended, its former logs moved aside."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from kenes.local.process import ChildProcess, rotate

FAMILY = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True); time.sleep(60)"
)


def python(code: str, log: Path) -> ChildProcess:
    return ChildProcess("child", [sys.executable, "-c", code], log)


def first_line(child: ChildProcess) -> str:
    for _ in range(200):
        text = child.log.read_text()
        if "\n" in text:
            return text.splitlines()[0]
        child.wait(0.05)
    raise AssertionError("the child said nothing")


def test_output_of_both_streams_goes_to_the_log(tmp_path: Path) -> None:
    child = python("import sys; print('out', flush=True); sys.exit('err')", tmp_path / "logs" / "child.log")
    child.start()
    assert child.wait(10) == 1
    assert child.last_lines() == "out\nerr"
    assert child.pid is None


def test_the_whole_group_is_killed(tmp_path: Path) -> None:
    child = python(FAMILY, tmp_path / "child.log")
    child.start()
    grandchild = psutil.Process(int(first_line(child)))
    child.kill()
    assert not child.running
    assert psutil.wait_procs([grandchild], timeout=60)[0] == [grandchild]


def test_a_child_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = python(code, tmp_path / "child.log")
    child.start()
    first_line(child)
    child.stop(0.2)
    assert child.returncode == -9


def test_a_second_start_of_a_running_child_starts_nothing(tmp_path: Path) -> None:
    child = python("import time; time.sleep(60)", tmp_path / "child.log")
    child.start()
    pid = child.pid
    child.start()
    assert child.pid == pid
    child.kill()


def test_a_start_moves_the_log_aside_and_a_restart_goes_on_with_it(tmp_path: Path) -> None:
    child = python("print('line')", tmp_path / "child.log")
    for fresh in (True, False, True):
        child.start(fresh=fresh)
        child.wait(10)
    assert child.log.read_text() == "line\n"
    assert (tmp_path / "child.log.1").read_text() == "line\nline\n"


def test_only_so_many_old_logs_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    for number in range(6):
        log.write_text(f"{number}")
        rotate(log, keep=2)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"x.log.1": "5", "x.log.2": "4"}


def test_a_command_that_does_not_exist_is_an_error_of_the_caller(tmp_path: Path) -> None:
    child = ChildProcess("child", ["/nowhere/at-all"], tmp_path / "child.log")
    with pytest.raises(FileNotFoundError, match="/nowhere/at-all"):
        child.start()
