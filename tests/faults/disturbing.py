"""What happens to processes without an end of them: they stand still, share what one alone should own, are cut off."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Final

from kenes.local.process import ChildProcess
from schemas.topics import SIGNATURE_REQUESTS
from tests.faults.asking import Books
from tests.faults.drilled import Check
from tests.faults.site import Site
from tests.faults.tap import Tap
from tests.load.measures import Goal
from tests.processes import ROOT

PAUSED_SECONDS: Final = 20.0
"""Ten times as long as the broker waits for a silent consumer here."""
TAKEN: Final = "partition acquired"
"""What a stream process writes down when it becomes the owner of a partition."""
CUTS: Final = 8
CUT_EVERY: Final = 1.0
CLOSED_SECONDS: Final = 5.0
DELAY: Final = 0.1
DELAYED_SECONDS: Final = 10.0
_STARTED_WITHIN: Final = 12.0


async def paused_stream(site: Site, _books: Books) -> list[Check]:
    """The only owner of all partitions stands still for longer than its session lasts."""
    return await _paused(site, "stream")


async def paused_project(site: Site, _books: Books) -> list[Check]:
    """The only one that folds stands still."""
    return await _paused(site, "project")


async def paused_api(site: Site, _books: Books) -> list[Check]:
    """Nobody answers, and nobody hangs up."""
    return await _paused(site, "api")


async def two_owners(site: Site, _books: Books) -> list[Check]:
    """Two stream processes; each in turn stands still, is taken for dead, and goes on with what it held."""
    other = _second_stream(site)
    other.start()
    try:
        await asyncio.sleep(_STARTED_WITHIN)
        for pid in (site.product.pid("stream"), other.pid):
            if pid is not None:
                await _stand_still(pid)
                await asyncio.sleep(CUT_EVERY)
    finally:
        await asyncio.to_thread(other.stop)
    taken = other.log.read_text(encoding="utf-8").count(TAKEN)
    return [Check("partitions_taken_by_the_second", taken, "partitions", Goal(">=", SIGNATURE_REQUESTS.partitions))]


async def broker_connections(site: Site, _books: Books) -> list[Check]:
    """Connections to the broker are reset again and again, then refused for a while, then slow."""
    return await _disturbed(site.kafka)


async def database_connections(site: Site, _books: Books) -> list[Check]:
    """The same with the database."""
    return await _disturbed(site.mongo)


async def _paused(site: Site, role: str) -> list[Check]:
    await _stand_still(site.product.pid(role))
    return []


async def _disturbed(tap: Tap) -> list[Check]:
    for _ in range(CUTS):
        await asyncio.sleep(CUT_EVERY)
        tap.cut()
    tap.closed = True
    tap.cut()
    await asyncio.sleep(CLOSED_SECONDS)
    tap.closed, tap.delay = False, DELAY
    await asyncio.sleep(DELAYED_SECONDS)
    tap.delay = 0.0
    return [Check("connections_cut", tap.cuts, "connections", Goal(">=", CUTS))]


async def _stand_still(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(PAUSED_SECONDS)
    finally:
        os.kill(pid, signal.SIGCONT)


def _second_stream(site: Site) -> ChildProcess:
    product = site.product
    argv = [sys.executable, "-m", f"services.{product.service}", "stream"]
    # Its metrics go to any free port: the first one has the usual.
    environment = product.environment("another")
    return ChildProcess("stream-2", argv, product.logs / "stream-2.log", env=environment, cwd=ROOT)
