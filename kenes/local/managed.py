"""One process as the supervisor sees it: what it is, and what to do with it now."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kenes.local.process import ChildProcess

EX_CONFIG: Final = 78
"""The status of a process that refuses its settings (sysexits.h): another try would end the same."""
FIRST_BACKOFF: Final = 0.5
"""Seconds until the first restart; each further one takes twice as long."""
LONGEST_BACKOFF: Final = 15.0
"""Seconds until a restart at most: whoever has mended the cause does not wait long."""
FIRST_TRIES: Final = 4


class State(StrEnum):
    WAITING = "waiting"  # for what it depends on
    STARTING = "starting"
    READY = "ready"
    BACKOFF = "restarting"
    DONE = "done"  # a task that ended well
    FAILED = "failed"  # a task that ended badly, or a process that cannot start


@dataclass(frozen=True)
class ProcessSpec:
    """A process to keep running, or with `once` a task to run to its end.

    `ready` is asked until it says yes; a process without it is ready as soon as it runs. `depends_on` names the
    processes that must be ready (tasks: done or failed) before this one is started, again after each restart. A task
    that fails is tried again a few times: what it asks may be slow to come. So doing it twice must do no harm.
    """

    child: ChildProcess
    ready: Callable[[], bool] | None = None
    depends_on: tuple[str, ...] = ()
    once: bool = False
    port: int | None = None
    start_seconds: float = 180.0
    stop_seconds: float = 10.0

    @property
    def name(self) -> str:
        return self.child.name


@dataclass
class Managed:
    """The life of one process: `step` moves it on and returns what is worth a line, if anything.

    Times are seconds of one monotonic clock, given by the caller.
    """

    spec: ProcessSpec
    state: State = State.WAITING
    restarts: int = 0
    been_ready: bool = False
    failures: int = field(default=0, repr=False)  # in a row, without being ready between
    _until: float = field(default=0.0, repr=False)

    @property
    def settled(self) -> bool:
        """Nothing to wait for: ready, or a task that has ended."""
        return self.state is State.READY or (self.spec.once and self.state in (State.DONE, State.FAILED))

    @property
    def hopeless(self) -> bool:
        """It has not been ready once and will not be: its settings are refused, or it ends again and again."""
        return not self.spec.once and self.state is State.FAILED

    def step(self, now: float, dependencies_settled: bool) -> str | None:
        """Looks at the process and does the next thing."""
        match self.state:
            case State.WAITING | State.BACKOFF if dependencies_settled and now >= self._until:
                self._start(now)
                return None
            case State.STARTING:
                return self._ended(now) if not self.spec.child.running else self._look(now)
            case State.READY if not self.spec.child.running:
                return self._ended(now)
            case _:
                return None

    def _start(self, now: float) -> None:
        # The log of an earlier run is moved aside once; what led to a restart must stay readable above the restart.
        self.spec.child.start(fresh=self.state is State.WAITING)
        self.state = State.STARTING
        self._until = now + self.spec.start_seconds

    def _look(self, now: float) -> str | None:
        if self.spec.once:
            return None
        if self.spec.ready is None or self.spec.ready():
            self.state, self.failures = State.READY, 0
            again, self.been_ready = self.been_ready, True
            return f"{self.spec.name} is ready{' again' if again else ''} (pid {self.spec.child.pid})"
        if now < self._until:
            return None
        self.spec.child.kill()
        return self._again(now, f"{self.spec.name} was not ready after {self.spec.start_seconds:.0f} s")

    def _ended(self, now: float) -> str:
        status = self.spec.child.returncode
        if self.spec.once and status == 0:
            self.state = State.DONE
            return f"{self.spec.name} is done"
        if status == EX_CONFIG and not self.been_ready:
            self.state = State.FAILED
            return f"{self.spec.name} refuses its settings: {self.spec.child.last_lines(3)}"
        return self._again(now, f"{self.spec.name} ended ({_how(status)})")

    def _again(self, now: float, what: str) -> str:
        # A process that had been ready is restarted soon; one that never gets there, ever more slowly.
        wait = min(FIRST_BACKOFF * 2**self.failures, LONGEST_BACKOFF)
        self.failures += 1
        if not self.been_ready and self.failures >= FIRST_TRIES:
            self.state = State.FAILED
            return f"{what}, {self.failures} times: given up; see {self.spec.child.log}"
        self.state = State.BACKOFF
        self.restarts += 1
        self._until = now + wait
        return f"{what}; restarting it in {wait:g} s; see {self.spec.child.log}"


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"status {status}"
