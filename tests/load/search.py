"""The list and the search among 100,000 petitions: what each of eight readers waits, who ask for different things.

The petitions are put straight into the projection, then the api process is started anew and makes its index of them.
BENCH_PETITIONS=5000 makes fewer.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from kenes.load.api import PREFIX
from kenes.load.client import Connection
from kenes.load.result import percentile
from kenes.mongo.client import connected
from kenes.mongo.projection import live_version
from services.petitions.projection import petition_document, projections
from tests.load.library import Library, minute
from tests.load.measures import Goal
from tests.load.records import KEYRING
from tests.load.setting import Setting

PETITIONS: Final = int(os.environ.get("BENCH_PETITIONS", "100000"))
READERS: Final = 8
SECONDS: Final = 8.0
_GOAL: Final = Goal("<", 50)
_BULK: Final = 1000
_START_SECONDS: Final = 400.0

Ask = Callable[[Library], tuple[str, dict[str, Any]]]
"""Makes a path and its query, another each time."""

LANGUAGES: Final = ("kk", "ru", "en")


def _words(library: Library, count: int) -> list[str]:
    return library.some(LANGUAGES[count % 3], count)


ASKED: Final[dict[str, Ask]] = {
    "list": lambda _: ("/petitions", {"limit": 20}),
    "filtered": lambda library: ("/petitions", {"limit": 20, "category": library.category()}),
    "word": lambda library: ("/petitions", {"limit": 20, "search": _words(library, 1)[0]}),
    "words": lambda library: ("/petitions", {"limit": 20, "search": " ".join(_words(library, 2))}),
    "slip": lambda library: ("/petitions", {"limit": 20, "search": library.slip(_words(library, 1)[0])}),
    "similar": lambda library: ("/petitions/similar", {"limit": 3, "text": " ".join(_words(library, 7))}),
}


async def run(setting: Setting) -> None:
    """Everything is asked for at a closed loop: the next question follows the answer."""
    await _fill(setting)
    began = time.perf_counter()
    setting.product.stop_role("api")
    setting.product.start_role("api")
    await asyncio.to_thread(setting.product.wait_ready, ["api"], _START_SECONDS)
    setting.measures.add("search.petitions", PETITIONS, "petitions")
    setting.measures.add("search.start", time.perf_counter() - began, "s")
    for name, ask in ASKED.items():
        before = setting.cpu_seconds()["api"]
        latencies = await _read(setting, ask)
        used = setting.cpu_seconds()["api"] - before
        setting.measures.add(f"search.{name}", len(latencies) / SECONDS, "reads/s")
        setting.measures.add(f"search.{name}.p50", percentile(latencies, 0.50) * 1000, "ms")
        setting.measures.add(f"search.{name}.p99", percentile(latencies, 0.99) * 1000, "ms", goal=_GOAL)
        setting.measures.add(f"search.{name}.cpu_api", used / len(latencies) * 1e6, "us/read")
    setting.measures.add("search.memory.api", setting.memory("api") / 1e6, "MB")


async def _fill(setting: Setting) -> None:
    """Documents as the projection writes them."""
    projection = next(each for each in projections(KEYRING.open_owner) if each.name == "petitions")
    async with connected(setting.product.mongo.uri, "petitions") as database:
        collection = (await live_version(database, projection)).collection("petitions")
        made = Library().petitions(PETITIONS, minute())
        while some := list(islice(made, _BULK)):
            await collection.insert_many([petition_document(each, 0, 0) for each in some], ordered=False)


async def _read(setting: Setting, ask: Ask) -> list[float]:
    """Each answer's seconds, in order of length."""
    latencies: list[float] = []
    library = Library()
    began = time.perf_counter()

    async def reader() -> None:
        async with Connection(setting.address) as connection:
            while time.perf_counter() - began < SECONDS:
                path, query = ask(library)
                request = setting.address.request("GET", f"{PREFIX}{path}?{urlencode(query)}")
                asked = time.perf_counter()
                answer = await connection.request(request)
                latencies.append(time.perf_counter() - asked)
                assert answer.status == 200, answer

    async with asyncio.TaskGroup() as readers:
        for _ in range(READERS):
            readers.create_task(reader())
    return sorted(latencies)
