"""How many people one api process shows live counts to, what each costs it, and how soon all see a change."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import orjson

from kenes.load.api import PetitionsApi
from kenes.load.rush import Plan, Rush
from kenes.load.watcher import LiveEvent, Watcher, watch
from tests.load.measures import Goal
from tests.load.setting import Setting

CLIENTS: Final = 10_000
_AT_ONCE: Final = 100
_CHANGES: Final = 5
_SEEN_WITHIN: Final = 20.0


class _Viewer:
    """One browser: the newest count it shows."""

    __slots__ = ("at", "count")

    def __init__(self) -> None:
        self.count = -1
        self.at = 0.0

    def note(self, event: LiveEvent) -> None:
        self.count = orjson.loads(event.data)["count"]
        self.at = time.perf_counter()


async def run(setting: Setting) -> None:
    """10,000 watch one petition: single signatures reach everybody, and so does the end of a rush."""
    await setting.open_petitions(2)
    api = PetitionsApi(setting.product.url)
    await _settle(setting)
    before = setting.memory("api")
    viewers, watchers = await _open(api, setting.hot[0])
    try:
        await asyncio.sleep(1.0)
        held = setting.memory("api") - before
        setting.measures.add("live.memory_per_client", held / CLIENTS / 1024, "KiB")
        await _single_changes(setting, viewers)
        await _rush(setting, viewers)
        reached = sum(not watcher.lost.done() for watcher in watchers)
        setting.measures.add("live.clients", reached, "streams", goal=Goal(">=", 5000))
        # A stream's share of the time: heartbeats and frames to everybody while the rush went on.
        setting.measures.add("live.memory_api", setting.memory("api") / 1e6, "MB", goal=Goal("<=", 150))
    finally:
        for watcher in watchers:
            watcher.close()


async def _settle(setting: Setting) -> None:
    """What the process allocates on first use is no client's."""
    viewers, watchers = await _open(PetitionsApi(setting.product.url), setting.hot[0], 200)
    await _sign(setting, viewers, 1)
    for watcher in watchers:
        watcher.close()
    await asyncio.sleep(1.0)


async def _open(api: PetitionsApi, petition: str, clients: int = CLIENTS) -> tuple[list[_Viewer], list[Watcher]]:
    viewers = [_Viewer() for _ in range(clients)]
    watchers: list[Watcher] = []
    for start in range(0, clients, _AT_ONCE):
        some = viewers[start : start + _AT_ONCE]
        watchers += await asyncio.gather(*(watch(api.address, api.live(petition), one.note) for one in some))
    return viewers, watchers


async def _single_changes(setting: Setting, viewers: list[_Viewer]) -> None:
    seconds = sorted([await _sign(setting, viewers, 1) for _ in range(_CHANGES)])
    setting.measures.add("live.change_to_all", seconds[len(seconds) // 2] * 1000, "ms")


async def _rush(setting: Setting, viewers: list[_Viewer]) -> None:
    """People sign as fast as they are answered while everybody watches."""
    plan = Plan(concurrency=64, seconds=5.0)
    crowd = Rush(setting.product.url, setting.crowd(20_000), setting.hot, plan)
    result = await crowd.act()
    await _all_show(viewers, crowd.before[setting.hot[0]] + result.accepted)
    assert (await crowd.verify()).clean
    setting.measures.add("live.signing_64_while_all_watch", result.rate, "decisions/s")


async def _sign(setting: Setting, viewers: list[_Viewer], people: int) -> float:
    """Seconds from the click until the last viewer shows the count."""
    crowd = Rush(setting.product.url, setting.crowd(people), setting.hot, Plan(concurrency=1, count=people))
    result = await crowd.act()
    await _all_show(viewers, crowd.before[setting.hot[0]] + result.accepted)
    return max(viewer.at for viewer in viewers) - crowd.began


async def _all_show(viewers: list[_Viewer], count: int) -> None:
    async with asyncio.timeout(_SEEN_WITHIN):
        while not all(viewer.count == count for viewer in viewers):  # noqa: ASYNC110 - one look at 10,000 is cheaper
            await asyncio.sleep(0.02)
