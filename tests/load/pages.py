"""The page of a petition while people sign it: what each of 50 readers waits, who ask again as soon as they have it.

Readers are visitors of three languages. Every page must be whole, in its language, and show a count no older than the
page may be. Signers keep to their pace, and all they did is verified.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

from kenes.load.client import Answer, Connection
from kenes.load.result import RushResult, percentile
from kenes.load.rush import Plan, Rush
from tests.load.measures import Goal
from tests.load.paced import RATE
from tests.load.readers import answered, read, read_bare
from tests.load.setting import Setting

READERS: Final = 50
SECONDS: Final = 12.0
BARE_SECONDS: Final = 4.0
STALE: Final = 11.0
"""Seconds after which a page must show a signature: it is kept for 5, and may be given while the next one is made."""

LANGUAGES: Final = ("kk", "ru", "en")
_SIGNERS: Final = 128
_GOAL: Final = Goal("<", 30)
_COUNT: Final = re.compile(rb'data-live="count">([^<]+)<')


@dataclass
class _Counts:
    """What the API says the count was, and since when."""

    known: list[tuple[float, int]] = field(default_factory=list)

    def note(self, count: int) -> None:
        self.known.append((time.perf_counter(), count))

    def least(self) -> int:
        """The smallest count that a page may show now."""
        old_enough = time.perf_counter() - STALE
        return max((count for at, count in self.known if at <= old_enough), default=0)


async def run(setting: Setting) -> None:
    """A bare server, the page while nobody signs, and the page in a rush."""
    await setting.open_petitions(1)
    path = f"/petitions/{setting.petitions[0]}"
    requests = [setting.address.request("GET", path, {"accept-language": each}) for each in LANGUAGES]
    size = await _size(setting, requests[0])
    bare_rate, bare = await read_bare(size, READERS, BARE_SECONDS)
    setting.measures.add("pages.bytes", size, "bytes")
    setting.measures.add("pages.bare", bare_rate, "reads/s")
    setting.measures.add("pages.bare.p99", percentile(bare, 0.99) * 1000, "ms")
    counts, asked = _Counts(), cycle(requests)
    await _measure(setting, "quiet", lambda: next(asked), counts)
    signing, counting = await _rush(setting), asyncio.create_task(_count(setting, counts))
    try:
        await _measure(setting, "rush", lambda: next(asked), counts)
        result = await signing.act_to_the_end()
    finally:
        counting.cancel()
    setting.measures.add("pages.rush.signatures", result.rate, "decisions/s")
    setting.measures.add("pages.rush.decision_p99", result.p99 * 1000, "ms")


@dataclass
class _Signing:
    """Signers at their pace, in the background."""

    crowd: Rush
    acting: asyncio.Task[RushResult]

    async def act_to_the_end(self) -> RushResult:
        result = await self.acting
        verified = await self.crowd.verify()
        assert verified.clean, verified.lines()
        return result


async def _rush(setting: Setting) -> _Signing:
    acts = int(RATE * (SECONDS + 2))
    crowd = Rush(
        setting.product.url, setting.crowd(acts), setting.hot, Plan(concurrency=_SIGNERS, rate=RATE, count=acts)
    )
    acting = asyncio.create_task(crowd.act())
    await asyncio.sleep(1.0)
    return _Signing(crowd, acting)


async def _measure(setting: Setting, name: str, ask: Callable[[], bytes], counts: _Counts) -> None:
    def whole(request: bytes, answer: Answer) -> None:
        answered(request, answer)
        language = request.partition(b"accept-language: ")[2][:2].decode()
        assert answer.header("content-language") == language, answer.head
        assert answer.body.rstrip().endswith(b"</html>"), answer.body[-200:]
        shown = _COUNT.search(answer.body)
        assert shown is not None, answer.body
        number = int("".join(filter(str.isdigit, shown.group(1).decode())))
        assert number >= counts.least(), (number, counts.least())

    await read(setting.address, ask, READERS, 1.0, answered)
    before = setting.cpu_seconds()["api"]
    rate, latencies = await read(setting.address, ask, READERS, SECONDS, whole)
    used = setting.cpu_seconds()["api"] - before
    bare = setting.measures.value("pages.bare.p99")
    setting.measures.add(f"pages.{name}", rate, "reads/s", baseline=setting.measures.value("pages.bare"))
    setting.measures.add(f"pages.{name}.p50", percentile(latencies, 0.50) * 1000, "ms")
    setting.measures.add(f"pages.{name}.p99", percentile(latencies, 0.99) * 1000, "ms", baseline=bare, goal=_GOAL)
    setting.measures.add(f"pages.{name}.cpu_api", used / len(latencies) * 1e6, "us/read")


async def _count(setting: Setting, counts: _Counts) -> None:
    """Asks for the count twice a second."""
    while True:
        counts.note(int((await setting.get(f"/petitions/{setting.petitions[0]}/count"))["count"]))
        await asyncio.sleep(0.5)


async def _size(setting: Setting, request: bytes) -> int:
    async with Connection(setting.address) as connection:
        return len((await connection.request(request)).body)
