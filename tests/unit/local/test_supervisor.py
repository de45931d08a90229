"""The order of start and stop, with real but tiny processes."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from kenes.local.errors import LocalStackError
from kenes.local.managed import ProcessSpec
from kenes.local.process import ChildProcess
from kenes.local.supervisor import Supervisor


def spec(
    folder: Path, name: str, *after: str, code: str = "import time; time.sleep(60)", stop: float = 5
) -> ProcessSpec:
    """A process that writes its name to `order` when it is asked to stop."""
    script = (
        "import signal, sys\n"
        f"def stop(*_):\n    open({str(folder / 'order')!r}, 'a').write('{name} '); sys.exit(0)\n"
        f"signal.signal(signal.SIGTERM, stop)\nopen({str(folder / name)!r}, 'w').close()\n{code}"
    )
    child = ChildProcess(name, [sys.executable, "-c", script], folder / f"{name}.log")
    return ProcessSpec(child, (folder / name).exists, after, stop_seconds=stop)


def test_dependents_start_after_and_stop_before_what_they_need(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([spec(tmp_path, "site", "broker"), spec(tmp_path, "broker")], said.append)
    supervisor.run(supervisor.stop)
    assert [line.split()[0] for line in said] == ["broker", "site"]
    assert (tmp_path / "order").read_text() == "site broker "


def test_one_that_does_not_stop_is_killed_and_named(tmp_path: Path) -> None:
    said: list[str] = []
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('up', 'w'); time.sleep(60)"
    child = ChildProcess("stubborn", [sys.executable, "-c", stubborn], tmp_path / "log", cwd=tmp_path)
    supervisor = Supervisor([ProcessSpec(child, (tmp_path / "up").exists, stop_seconds=0.3)], said.append)
    supervisor.run(supervisor.stop)
    assert said[-1] == "stubborn does not stop by itself: killed"
    assert not child.running


def test_no_child_is_left_when_one_cannot_start(tmp_path: Path) -> None:
    broken = ChildProcess("broken", [sys.executable, "-c", "raise SystemExit(78)"], tmp_path / "broken.log")
    fine = spec(tmp_path, "fine")
    supervisor = Supervisor([fine, ProcessSpec(broken, lambda: False)], lambda _: None)
    with pytest.raises(LocalStackError, match="broken does not start"):
        supervisor.run()
    assert not fine.child.running


def test_every_change_is_told_with_all_processes(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    specs = [spec(tmp_path, "broker"), spec(tmp_path, "site", "broker")]
    supervisor = Supervisor(specs, lambda _: None, lambda all_: seen.append([one.state for one in all_]))
    supervisor.run(supervisor.stop)
    assert seen[0] == ["starting", "waiting"]
    assert seen[-1] == ["ready", "ready"]


def test_a_state_that_cannot_be_told_is_reported_once_and_ends_nothing(tmp_path: Path) -> None:
    said: list[str] = []

    def full(_all: object) -> None:
        raise LocalStackError("no space left")

    supervisor = Supervisor([spec(tmp_path, "broker"), spec(tmp_path, "site", "broker")], said.append, full)
    supervisor.run(supervisor.stop)
    assert [line.split()[0] for line in said] == ["no", "broker", "site"]
    assert (tmp_path / "order").read_text() == "site broker "


@pytest.mark.parametrize("after", ["a", "b", "nobody"])
def test_processes_that_wait_for_each_other_or_for_nobody_are_refused(tmp_path: Path, after: str) -> None:
    with pytest.raises(LocalStackError, match="wait for each other"):
        Supervisor([spec(tmp_path, "a", "b"), spec(tmp_path, "b", after)], lambda _: None)


def test_it_can_be_stopped_from_another_thread(tmp_path: Path) -> None:
    supervisor = Supervisor([spec(tmp_path, "only")], lambda _: None)
    threading.Timer(0.3, supervisor.stop).start()
    supervisor.run()
    assert not supervisor.processes[0].spec.child.running
