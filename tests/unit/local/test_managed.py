"""The life of one supervised process, on a clock of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kenes.local.managed import EX_CONFIG, FIRST_TRIES, LONGEST_BACKOFF, Managed, ProcessSpec, State
from kenes.local.process import ChildProcess


class FakeChild(ChildProcess):
    """Runs and ends when the test says so."""

    def __init__(self) -> None:
        super().__init__("worker", ["worker"], Path("worker.log"))
        self.starts: list[bool] = []
        self.status: int | None = None

    @property
    def running(self) -> bool:
        return bool(self.starts) and self.status is None

    @property
    def pid(self) -> int | None:
        return 100 + len(self.starts) if self.running else None

    @property
    def returncode(self) -> int | None:
        return self.status

    def start(self, *, fresh: bool = True) -> None:
        self.starts.append(fresh)
        self.status = None

    def kill(self) -> None:
        if self.running:
            self.status = -9


@pytest.fixture
def child() -> FakeChild:
    return FakeChild()


def ready_process(child: FakeChild) -> Managed:
    one = Managed(ProcessSpec(child))
    one.step(0, True)
    assert one.step(0.1, True) == "worker is ready (pid 101)"
    return one


def test_it_waits_for_what_it_depends_on(child: FakeChild) -> None:
    one = Managed(ProcessSpec(child))
    one.step(0, False)
    assert (one.state, child.starts) == (State.WAITING, [])
    one.step(1, True)
    assert (one.state, child.starts) == (State.STARTING, [True])


def test_it_is_ready_when_it_says_so_and_not_before(child: FakeChild) -> None:
    answers = iter([False, True])
    one = Managed(ProcessSpec(child, lambda: next(answers)))
    one.step(0, True)
    assert one.step(0.1, True) is None
    assert one.step(0.2, True) == "worker is ready (pid 101)"
    assert one.settled


def test_one_that_dies_is_reported_and_restarted_after_a_pause_with_its_log_kept(child: FakeChild) -> None:
    one = ready_process(child)
    child.status = -9
    assert one.step(10, True) == "worker ended (killed by SIGKILL); restarting it in 0.5 s; see worker.log"
    assert one.step(10.4, True) is None
    assert child.starts == [True]
    one.step(10.5, True)
    assert child.starts == [True, False]
    assert one.step(10.6, True) == "worker is ready again (pid 102)"
    assert one.restarts == 1


def test_a_restart_waits_for_the_broker_to_be_back(child: FakeChild) -> None:
    one = ready_process(child)
    child.status = 1
    one.step(10, False)
    one.step(20, False)
    assert len(child.starts) == 1
    one.step(21, True)
    assert len(child.starts) == 2


def test_pauses_grow_while_it_never_becomes_ready_and_start_small_once_it_was(child: FakeChild) -> None:
    answers = {"ready": True}
    one = Managed(ProcessSpec(child, lambda: answers["ready"]))
    now, pauses = 0.0, []

    def die() -> None:
        nonlocal now
        child.status = 1
        line = one.step(now, True)
        assert line is not None
        pauses.append(float(line.split(" in ")[1].split(" s")[0]))
        now += LONGEST_BACKOFF
        one.step(now, True)

    one.step(now, True)
    one.step(now, True)
    answers["ready"] = False
    for _ in range(7):
        die()
    assert pauses == [0.5, 1, 2, 4, 8, 15, 15]
    answers["ready"] = True
    one.step(now, True)
    pauses.clear()
    die()
    assert pauses == [0.5]


def test_one_that_is_not_ready_in_time_is_killed_and_tried_again(child: FakeChild) -> None:
    one = Managed(ProcessSpec(child, lambda: False, start_seconds=5))
    one.step(0, True)
    assert one.step(4.9, True) is None
    line = one.step(5, True)
    assert line is not None
    assert line.startswith("worker was not ready after 5 s; restarting")
    assert child.status == -9


def test_one_that_never_was_ready_is_given_up(child: FakeChild) -> None:
    one = Managed(ProcessSpec(child, lambda: False))
    now = 0.0
    for _ in range(FIRST_TRIES):
        one.step(now, True)
        child.status = 1
        one.step(now, True)
        now += LONGEST_BACKOFF
    assert one.hopeless
    assert len(child.starts) == FIRST_TRIES


def test_refused_settings_are_not_tried_again(child: FakeChild) -> None:
    one = Managed(ProcessSpec(child, lambda: False))
    one.step(0, True)
    child.status = EX_CONFIG
    line = one.step(0, True)
    assert line is not None
    assert line.startswith("worker refuses its settings")
    assert one.hopeless


def test_a_task_runs_once(child: FakeChild) -> None:
    one = Managed(ProcessSpec(child, once=True))
    one.step(0, True)
    one.step(1, True)
    assert not one.settled
    child.status = 0
    one.step(2, True)
    assert (one.state, one.settled, one.hopeless) == (State.DONE, True, False)
    one.step(100, True)
    assert len(child.starts) == 1


def test_a_task_that_fails_is_tried_again_and_stops_nothing_when_it_is_given_up(child: FakeChild) -> None:
    one, now = Managed(ProcessSpec(child, once=True)), 0.0
    for _ in range(FIRST_TRIES):
        assert not one.settled
        one.step(now, True)
        child.status = 1
        one.step(now, True)
        now += LONGEST_BACKOFF
    assert (one.state, one.settled, one.hopeless) == (State.FAILED, True, False)
    one.step(now, True)
    assert len(child.starts) == FIRST_TRIES
