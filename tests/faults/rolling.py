"""Processes of one release are replaced by those of another, one at a time, while both serve."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from kenes.local.environment import API_PORT, METRICS_PORT
from kenes.local.ports import free_port, is_free
from kenes.local.probe import HOST, http_ready
from kenes.local.process import ChildProcess
from tests.faults.tap import Tap, tapped
from tests.processes import READY_SECONDS, ROOT, Product

BESIDE_SECONDS: Final = 2.0
"""How long both serve."""
_GLANCE: Final = 0.1


@dataclass
class Process:
    """A process of some release; `port` is where an api listens."""

    port: int
    stop: Callable[[], object]


@dataclass
class Gateway:
    """Two doors, as people come to one of two copies: both lead to the same api but while it is being replaced."""

    doors: tuple[Tap, Tap]

    @property
    def urls(self) -> list[str]:
        """Where people come in."""
        return [f"http://{HOST}:{door.port}" for door in self.doors]

    def lead(self, door: Tap, port: int) -> None:
        """Sends who comes by a door elsewhere; who is inside is cut off, and asks again."""
        door.target = port
        door.cut()


@dataclass
class Rolling:
    """The product, which is the release that begins, and what has taken the place of its processes."""

    product: Product
    gateway: Gateway
    _newer: dict[str, Process] = field(default_factory=dict)

    async def replace(self, role: str, release: str | None) -> None:
        """Starts a role in another release (`None`: the product's own), serves with both, and stops the one before."""
        before = self._newer.pop(role, None) or self._own(role)
        after = await asyncio.to_thread(self._start, role, release)
        if role == "api":
            self.gateway.lead(self.gateway.doors[1], after.port)
        await asyncio.sleep(BESIDE_SECONDS)
        if role == "api":
            self.gateway.lead(self.gateway.doors[0], after.port)
        await asyncio.to_thread(before.stop)
        if release is not None:
            self._newer[role] = after

    def stop(self) -> None:
        """Stops what is not the product's own."""
        for process in self._newer.values():
            process.stop()
        self._newer.clear()

    def _own(self, role: str) -> Process:
        return Process(_port(self.product), lambda: self.product.stop_role(role))

    def _start(self, role: str, release: str | None) -> Process:
        if release is None:
            self.product.start_role(role)
            self.product.wait_ready([role])
            return self._own(role)
        port, metrics = free_port(), free_port()
        argv = [sys.executable, "-m", "tests.faults.newer", release, role]
        told = self.product.environment(role) | {API_PORT: str(port), METRICS_PORT: str(metrics)}
        log = self.product.logs / f"{role}-{release}.log"
        child = ChildProcess(f"{role}-{release}", argv, log, env=told, cwd=ROOT)
        child.start()
        deadline = time.monotonic() + READY_SECONDS
        while not http_ready(f"http://{HOST}:{metrics}/readyz") or (role == "api" and is_free(port)):
            if time.monotonic() > deadline or not child.running:
                child.kill()
                raise RuntimeError(f"{role} of the release that {release} is not ready\n{child.last_lines(15)}")
            time.sleep(_GLANCE)
        return Process(port, child.stop)


def _port(product: Product) -> int:
    """Where the product's own api listens."""
    return int(product.url.rpartition(":")[2])


@contextmanager
def rolling(product: Product) -> Iterator[Rolling]:
    """A gateway before the running product."""
    first, second = free_port(), free_port()
    with tapped(first, _port(product)) as one, tapped(second, _port(product)) as other:
        found = Rolling(product, Gateway((one, other)))
        try:
            yield found
        finally:
            found.stop()
