"""Starts processes in order, keeps them running, and stops them in the reverse order."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from kenes.local.errors import LocalStackError
from kenes.local.managed import Managed, ProcessSpec

_TICK: Final = 0.1
"""Seconds between two looks at the processes: short for people at a terminal, and next to no work."""
# `make` and the terminal may both deliver one Ctrl-C; only a later one means "at once".
_SAME_PRESS: Final = 1.0


class Supervisor:
    """Runs `specs` until it is told to stop.

    `report` gets one line for each thing that happens; `changed` is called after every change of state, with all
    processes, in the order they were given. Where it raises LocalStackError, that is reported, and the processes go on.
    """

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        report: Callable[[str], None],
        changed: Callable[[Sequence[Managed]], None] = lambda _: None,
    ) -> None:
        self._all = {spec.name: Managed(spec) for spec in _in_order(specs)}
        self._report = report
        self._changed = changed
        self._untold = ""
        self._stop = threading.Event()
        self._asked = 0.0
        self._hurry = False

    @property
    def processes(self) -> Sequence[Managed]:
        return list(self._all.values())

    def run(self, all_ready: Callable[[], None] = lambda: None) -> None:
        """Starts everything, calls `all_ready` once when it is, and watches until `stop` or a signal.

        Raises LocalStackError when a process cannot be started at all. Whatever happens, no child is left behind.
        """
        told = False
        try:
            with self._signals():
                while not self._stop.is_set():
                    self.step(time.monotonic())
                    if not told and all(one.settled for one in self._all.values()):
                        told = True
                        all_ready()
                    self._stop.wait(_TICK)
                self._stop_all()
        finally:
            for one in reversed(self.processes):
                one.spec.child.kill()

    def stop(self) -> None:
        """Lets `run` stop all children and return; a second call a second later makes it kill them."""
        now = time.monotonic()
        self._hurry = self._stop.is_set() and now - self._asked > _SAME_PRESS
        if not self._stop.is_set():
            self._asked = now
        self._stop.set()

    def step(self, now: float) -> None:
        """Looks at every process once."""
        for one in self._all.values():
            before = (one.state, one.spec.child.pid)
            line = one.step(now, all(self._all[name].settled for name in one.spec.depends_on))
            if line:
                self._report(line)
            if before != (one.state, one.spec.child.pid):
                self._tell()
            if one.hopeless:
                raise LocalStackError(f"{one.spec.name} does not start\n{one.spec.child.last_lines()}")

    def _tell(self) -> None:
        try:
            self._changed(self.processes)
        except LocalStackError as error:
            if self._untold != str(error):  # once: it is the same after each change
                self._untold = str(error)
                self._report(self._untold)

    def _stop_all(self) -> None:
        """Dependents before what they depend on; each layer is stopped at once and waited for."""
        for layer in reversed(_layers([one.spec for one in self._all.values()])):
            alive = [spec for spec in layer if spec.child.running]
            for spec in alive:
                spec.child.terminate()
            deadline = time.monotonic() + max((spec.stop_seconds for spec in alive), default=0)
            while any(spec.child.running for spec in alive) and time.monotonic() < deadline and not self._hurry:
                time.sleep(_TICK / 2)
            for spec in alive:
                if spec.child.running:
                    self._report(f"{spec.name} does not stop by itself: killed")
                spec.child.kill()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
        before = {number: signal.signal(number, asked) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _layers(specs: Sequence[ProcessSpec]) -> list[list[ProcessSpec]]:
    """Layer 0 depends on nothing, layer n on layers below n. Raises LocalStackError for a circle or a missing name."""
    layers: list[list[ProcessSpec]] = []
    placed: set[str] = set()
    left = list(specs)
    while left:
        layer = [spec for spec in left if placed.issuperset(spec.depends_on)]
        if not layer:
            raise LocalStackError(f"these processes wait for each other: {', '.join(spec.name for spec in left)}")
        layers.append(layer)
        placed.update(spec.name for spec in layer)
        left = [spec for spec in left if spec.name not in placed]
    return layers


def _in_order(specs: Sequence[ProcessSpec]) -> list[ProcessSpec]:
    return [spec for layer in _layers(specs) for spec in layer]
