"""The list and the search among 100,000 petitions: what each of eight readers waits, who ask for different things.

The petitions are put straight into the projection, then the api process is started anew and makes its index of them.
Words are asked for as people do, some often and most seldom. Beside each stands what a bare server takes for answers
of the same size. BENCH_PETITIONS=5000 makes fewer petitions.
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
from kenes.load.client import Answer
from kenes.load.result import percentile
from kenes.mongo.client import connected
from kenes.mongo.projection import live_version
from services.petitions.projection import petition_document, projections
from tests.load.library import Library, minute
from tests.load.measures import Goal
from tests.load.readers import answered, read, read_bare
from tests.load.records import KEYRING
from tests.load.setting import Setting

PETITIONS: Final = int(os.environ.get("BENCH_PETITIONS", "100000"))
READERS: Final = 8
SECONDS: Final = 8.0
BARE_SECONDS: Final = 1.0
_GOAL: Final = Goal("<", 50)
_BULK: Final = 1000
_START_SECONDS: Final = 400.0

Ask = Callable[[Library], tuple[str, dict[str, Any]]]
"""Makes a path and its query, another each time."""

LANGUAGES: Final = ("kk", "ru", "en")
_LIST: Final = f"{PREFIX}/petitions"


def _words(library: Library, count: int) -> str:
    return " ".join(library.some(LANGUAGES[count % 3], count))


ASKED: Final[dict[str, Ask]] = {
    "list": lambda _: (_LIST, {"limit": 20}),
    "filtered": lambda library: (_LIST, {"limit": 20, "category": library.category()}),
    "word": lambda library: (_LIST, {"limit": 20, "search": _words(library, 1)}),
    "words": lambda library: (_LIST, {"limit": 20, "search": _words(library, 2)}),
    "slip": lambda library: (_LIST, {"limit": 20, "search": library.slip(_words(library, 1))}),
    "similar": lambda library: (f"{_LIST}/similar", {"limit": 3, "text": _words(library, 7)}),
    "page": lambda library: ("/petitions", {"page": library.page()}),
    "page_word": lambda library: ("/petitions", {"q": _words(library, 1)}),
    "page_signed": lambda library: ("/petitions", {"sort": "signed", "category": library.category()}),
}


async def run(setting: Setting) -> None:
    """Everything is asked for at a closed loop: the next question follows the answer."""
    began = time.perf_counter()
    await _fill(setting)
    setting.measures.add("search.filled", time.perf_counter() - began, "s")
    began = time.perf_counter()
    setting.product.stop_role("api")
    setting.product.start_role("api")
    await asyncio.to_thread(setting.product.wait_ready, ["api"], _START_SECONDS)
    setting.measures.add("search.petitions", PETITIONS, "petitions")
    setting.measures.add("search.start", time.perf_counter() - began, "s")
    for name, ask in ASKED.items():
        await _measure(setting, name, ask)
    setting.measures.add("search.memory.api", setting.memory("api") / 1e6, "MB")
    setting.measures.add("search.memory.api_own", setting.own_memory("api") / 1e6, "MB")


async def _measure(setting: Setting, name: str, ask: Ask) -> None:
    library, sizes = Library(), list[int]()

    def request() -> bytes:
        path, query = ask(library)
        return setting.address.request("GET", f"{path}?{urlencode(query)}")

    def note(asked: bytes, answer: Answer) -> None:
        answered(asked, answer)
        sizes.append(len(answer.body))

    before = setting.cpu_seconds()["api"]
    rate, latencies = await read(setting.address, request, READERS, SECONDS, note)
    used = setting.cpu_seconds()["api"] - before
    bare_rate, bare = await read_bare(sum(sizes) // len(sizes), READERS, BARE_SECONDS)
    setting.measures.add(f"search.{name}", rate, "reads/s", baseline=bare_rate)
    setting.measures.add(f"search.{name}.p50", percentile(latencies, 0.50) * 1000, "ms")
    least = percentile(bare, 0.99) * 1000
    setting.measures.add(f"search.{name}.p99", percentile(latencies, 0.99) * 1000, "ms", baseline=least, goal=_GOAL)
    setting.measures.add(f"search.{name}.cpu_api", used / len(latencies) * 1e6, "us/read")


async def _fill(setting: Setting) -> None:
    """Documents as the projection writes them."""
    projection = next(each for each in projections(KEYRING.open_owner) if each.name == "petitions")
    async with connected(setting.product.mongo.uri, "petitions") as database:
        collection = (await live_version(database, projection)).collection("petitions")
        made = Library().petitions(PETITIONS, minute())
        while some := list(islice(made, _BULK)):
            await collection.insert_many([petition_document(each, 0, 0) for each in some], ordered=False)
