"""Readers at a closed loop: each asks again as soon as it was answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from kenes.load.client import Address, Answer, Connection
from tests.load.bare import bare_server

Check = Callable[[bytes, Answer], None]
"""Raises for an answer, given after its request, that is not what it must be."""


async def read(
    address: Address, ask: Callable[[], bytes], readers: int, seconds: float, check: Check
) -> tuple[float, list[float]]:
    """Answers a second, and each one's seconds in ascending order. `ask` makes the next request."""
    latencies: list[float] = []
    began = time.perf_counter()

    async def reader() -> None:
        async with Connection(address) as connection:
            while time.perf_counter() - began < seconds:
                request = ask()
                asked = time.perf_counter()
                answer = await connection.request(request)
                latencies.append(time.perf_counter() - asked)
                check(request, answer)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(readers):
            tasks.create_task(reader())
    return len(latencies) / (time.perf_counter() - began), sorted(latencies)


async def read_bare(size: int, readers: int, seconds: float) -> tuple[float, list[float]]:
    """The same of a bare server that answers with `size` bytes."""
    async with bare_server(size) as address:
        request = address.request("GET", "/")
        return await read(address, lambda: request, readers, seconds, answered)


def answered(_request: bytes, answer: Answer) -> None:
    """Whatever it is, it was given."""
    assert answer.status == 200, answer
