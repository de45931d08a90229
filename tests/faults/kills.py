"""Processes and servers are killed under use, and started again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from kenes.local.server import EmbeddedServer
from tests.faults.asking import Books
from tests.faults.drilled import Check
from tests.faults.fault import Fault, faults
from tests.load.measures import Goal
from tests.processes import Product

ROLES = ("api", "stream", "project")
CALM_SECONDS = 1.0
"""Of ordinary use, before something bad happens and after it."""
RECOVERY_LIMIT = 60.0
_GLANCE = 0.05


@dataclass(frozen=True)
class Plan:
    """How hard and how long: people per second, seconds of process kills, seconds between kills and outages."""

    seconds: float = 180.0
    rate: float = 150.0
    pace: float = 2.0
    outage: float = 2.0


Killed = tuple[Product, Plan]
"""What is killed, and how hard."""


def killing(product: Product, plan: Plan) -> tuple[Fault, ...]:
    """What every service is drilled with."""
    return faults((product, plan), processes_killed, broker_killed, broker_restarted, database_killed)


async def processes_killed(where: Killed, _books: Books) -> list[Check]:
    """SIGKILL of api, stream and project in turn, again and again."""
    product, plan = where
    kills = round(plan.seconds / plan.pace)
    began = time.monotonic()
    for number in range(kills):
        await asyncio.sleep(began + (number + 1) * plan.pace - time.monotonic())
        await asyncio.to_thread(product.kill, ROLES[number % len(ROLES)])
    await asyncio.to_thread(product.wait_ready)
    return [Check("kills", kills, "kills", Goal(">=", plan.seconds // plan.pace))]


async def broker_killed(where: Killed, _books: Books) -> list[Check]:
    """SIGKILL of the broker, a while without it, a new start."""
    product, plan = where
    return await _killed(product.kafka, plan)


async def broker_restarted(where: Killed, _books: Books) -> list[Check]:
    """The broker stops in order and starts again, as for an upgrade."""
    product, _ = where
    await asyncio.to_thread(product.kafka.restart)
    return []


async def database_killed(where: Killed, _books: Books) -> list[Check]:
    """SIGKILL of the database server, a while without it, a new start."""
    product, plan = where
    return await _killed(product.mongo, plan)


async def _killed(server: EmbeddedServer, plan: Plan) -> list[Check]:
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(plan.outage)
    await asyncio.to_thread(server.start)
    return []


async def settled(books: Books) -> None:
    """A second or so of ordinary use."""
    await _answered(books)
    await asyncio.sleep(CALM_SECONDS)


async def _answered(books: Books) -> None:
    """Returns with the next decision, or after a while without one."""
    answers = len(books.moments)
    for _ in range(int(RECOVERY_LIMIT / _GLANCE)):
        if len(books.moments) > answers:
            return
        await asyncio.sleep(_GLANCE)
