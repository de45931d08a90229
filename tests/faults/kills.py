"""What is killed, and how long it takes until the next decision is answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from tests.faults.asking import Books
from tests.processes import Product

ROLES = ("api", "stream", "project")
CALM_SECONDS = 1.0
"""Between the last answer after one server's death and the death of the next."""
RECOVERY_LIMIT = 60.0
_GLANCE = 0.05


@dataclass(frozen=True)
class Plan:
    """How hard and how long: people per second, seconds of process kills, seconds between kills and outages."""

    seconds: float = 180.0
    rate: float = 150.0
    pace: float = 2.0
    outage: float = 2.0


async def kill_processes(product: Product, plan: Plan) -> Counter[str]:
    """SIGKILL for each process in turn."""
    kills: Counter[str] = Counter()
    began = time.monotonic()
    for number in range(round(plan.seconds / plan.pace)):
        await asyncio.sleep(began + (number + 1) * plan.pace - time.monotonic())
        role = ROLES[number % len(ROLES)]
        await asyncio.to_thread(product.kill, role)
        kills[role] += 1
    await asyncio.to_thread(product.wait_ready)
    return kills


async def kill_server(product: Product, name: str, plan: Plan, books: Books) -> float:
    """SIGKILL for `kafka` or `mongo`, a while without it, a new start. Seconds from the kill to the next decision."""
    await settled(books)
    server = product.kafka if name == "kafka" else product.mongo
    await asyncio.to_thread(server.kill)
    # What the processes had in hand is still answered; what comes after this instant needs the server again.
    killed = time.monotonic()
    await asyncio.sleep(plan.outage)
    back = time.monotonic()
    await asyncio.to_thread(server.start)
    await _answered(books)
    return back - killed + books.first_after(back)


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
