"""What another shell is told: never a process that has ended, whoever has its id now."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kenes.local.errors import LocalStackError
from kenes.local.state import RunningProcess, StackState, StateFile, end, leftovers, me


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_reused_process_id_is_not_taken_for_the_process() -> None:
    myself = me()
    assert myself.find() is not None
    assert myself.model_copy(update={"created": (myself.created or 0) - 60}).find() is None


def test_an_ended_process_is_not_found_even_before_it_is_reaped() -> None:
    with sleeper() as process:
        created = psutil.Process(process.pid).create_time()
        seen = me().model_copy(update={"pid": process.pid, "created": created})
        assert seen.find() is not None
        process.kill()
        time.sleep(0.2)
        assert seen.find() is None


def test_the_lock_tells_a_living_run_from_a_stale_file(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    assert not file.is_held()
    file.write(StackState(supervisor=me(), started=time.time()))
    assert not file.is_held()
    with file.held() as mine:
        assert mine
        assert StateFile(tmp_path).is_held()
        with StateFile(tmp_path).held() as second:
            assert not second
    assert not file.is_held()


def test_a_file_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    assert file.read() is None
    (tmp_path / "stack.json").write_text('{"supervisor": {')
    assert file.read() is None


def test_children_left_by_a_killed_run_are_found_and_ended() -> None:
    with sleeper() as process:
        created = psutil.Process(process.pid).create_time()
        left = RunningProcess(name="kafka", state="ready", pid=process.pid, created=created)
        state = StackState(supervisor=me(), started=0, processes=(left, left.model_copy(update={"created": 1.0})))
        found = leftovers(state)
        assert [(name, child.pid) for name, child in found] == [("kafka", process.pid)]
        end([child for _, child in found])
        assert not psutil.pid_exists(process.pid)


def test_a_data_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    there_is_a_file = tmp_path / "var"
    there_is_a_file.touch()
    for data in (there_is_a_file, there_is_a_file / "deeper"):
        told = pytest.raises(LocalStackError, match=r"^the data folder .*var.* cannot be written .*KENES_LOCAL_DATA$")
        with told, StateFile(data).held():
            raise AssertionError("nothing runs without the lock")


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / f"stack.{os.getpid()}.part").symlink_to("/dev/full")
    with pytest.raises(LocalStackError, match="cannot be written \\(No space left on device\\)"):
        StateFile(tmp_path).write(StackState(supervisor=me(), started=time.time()))
