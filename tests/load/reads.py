"""Reads a second: the count, a petition, the list. Every body is compared with what it must be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from kenes.load.api import PetitionsApi
from kenes.load.client import Connection
from kenes.load.result import percentile
from kenes.load.rush import Plan, Rush
from tests.load.setting import Setting

READERS: Final = 64
SECONDS: Final = 8.0
WARM_UP: Final = 1.0


async def run(setting: Setting) -> None:
    """64 readers at once, each on a connection of its own, while nobody signs."""
    await setting.open_petitions()
    await _sign_some(setting)
    api = PetitionsApi(setting.product.url)
    requests: Mapping[str, bytes] = {
        "count": api.count(setting.petitions[0]),
        "petition": api.petition(setting.petitions[0]),
        "list": api.collecting(20),
    }
    for name, request in requests.items():
        await _read(api, request, WARM_UP)
        before = setting.cpu_seconds()["api"]
        rate, latencies = await _read(api, request, SECONDS)
        used = setting.cpu_seconds()["api"] - before
        setting.measures.add(f"reads.{name}", rate, "reads/s")
        setting.measures.add(f"reads.{name}.p50", percentile(latencies, 0.50) * 1000, "ms")
        setting.measures.add(f"reads.{name}.p99", percentile(latencies, 0.99) * 1000, "ms")
        setting.measures.add(f"reads.{name}.cpu_api", used / len(latencies) * 1e6, "us/read")


async def _sign_some(setting: Setting) -> None:
    """A petition that is read has signatures from all regions."""
    crowd = Rush(setting.product.url, setting.crowd(500), setting.hot, Plan(concurrency=32, count=500))
    result = await crowd.run()
    assert result.clean, result.lines()


async def _read(api: PetitionsApi, request: bytes, seconds: float) -> tuple[float, list[float]]:
    """Reads a second, and each one's seconds in order."""
    async with Connection(api.address) as connection:
        expected = await connection.request(request)
    assert expected.status == 200, expected.body
    latencies: list[float] = []
    began = time.perf_counter()

    async def reader() -> None:
        async with Connection(api.address) as connection:
            while (asked := time.perf_counter()) - began < seconds:
                answer = await connection.request(request)
                latencies.append(time.perf_counter() - asked)
                assert answer.body == expected.body, answer

    async with asyncio.TaskGroup() as readers:
        for _ in range(READERS):
            readers.create_task(reader())
    return len(latencies) / (time.perf_counter() - began), sorted(latencies)
