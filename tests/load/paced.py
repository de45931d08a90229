"""At a steady 330 signatures a second: how long until the decision, and until another browser shows the count.

Spread, each petition is watched, and has at most one signature on its way, so that each count tells whose it is. On
one petition, counts are matched with clicks in order: the mean is exact, and so is every percentile where decisions
come in the order of the clicks.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import orjson

from kenes.load.api import PetitionsApi
from kenes.load.result import percentile
from kenes.load.rush import Plan, Rush
from kenes.load.watcher import LiveEvent, Watcher, watch
from tests.load.measures import Goal
from tests.load.setting import Setting

RATE: Final = 330.0
SECONDS: Final = 12.0
WARM_UP: Final = 3.0
_PEOPLE: Final = 128
_GOALS: Final = {
    "decision_p50": Goal("<", 25),
    "decision_p99": Goal("<", 120),
    "count_p50": Goal("<", 150),
    "count_p99": Goal("<", 500),
}


@dataclass
class _Watching:
    """What another browser sees of some petitions: when each count was first shown."""

    seen: dict[str, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    watchers: list[Watcher] = field(default_factory=list)

    async def open(self, api: PetitionsApi, petitions: list[str]) -> None:
        for petition in petitions:

            def note(event: LiveEvent, petition: str = petition) -> None:
                self.seen[petition].append((time.perf_counter(), orjson.loads(event.data)["count"]))

            self.watchers.append(await watch(api.address, api.live(petition), note))

    def delays(self, clicks: dict[str, list[float]], before: dict[str, int]) -> list[float]:
        """Seconds from each click to the first count that holds as many signatures."""
        found = []
        for petition, clicked in clicks.items():
            shown = self.seen[petition]
            at = 0
            for number, click in enumerate(clicked, 1):
                while at < len(shown) and shown[at][1] < before[petition] + number:
                    at += 1
                assert at < len(shown), f"{petition}: signature {number} of {len(clicked)} was never shown"
                found.append(shown[at][0] - click)
        return sorted(found)

    def close(self) -> None:
        for watcher in self.watchers:
            watcher.close()


async def run(setting: Setting) -> None:
    """All on one petition, then spread."""
    await setting.open_petitions()
    warm = Plan(concurrency=_PEOPLE, rate=RATE, seconds=WARM_UP)
    await Rush(setting.product.url, setting.crowd(int(RATE * WARM_UP) + 1), setting.petitions, warm).run()
    for kind, petitions in (("hot", setting.hot), ("spread", setting.petitions)):
        found = await _paced(setting, petitions)
        for name, seconds in found.items():
            setting.measures.add(f"paced.{kind}.{name}", seconds * 1000, "ms", goal=_GOALS[name])


async def _paced(setting: Setting, petitions: list[str]) -> dict[str, float]:
    api = PetitionsApi(setting.product.url)
    watching = _Watching()
    await watching.open(api, petitions)
    try:
        acts = int(RATE * SECONDS)
        plan = Plan(concurrency=_PEOPLE, rate=RATE, count=acts)
        crowd = Rush(setting.product.url, setting.crowd(acts), petitions, plan)
        result = await crowd.act()
        await asyncio.sleep(1.0)  # the last counts are on their way
        delays = watching.delays(_clicks(petitions, crowd.began, acts), crowd.before)
        verified = await crowd.verify()
        assert verified.clean, verified.lines()
        assert len(delays) == result.accepted == acts
    finally:
        watching.close()
    return {
        "decision_p50": result.p50,
        "decision_p99": result.p99,
        "count_p50": percentile(delays, 0.50),
        "count_p99": percentile(delays, 0.99),
    }


def _clicks(petitions: list[str], began: float, acts: int) -> dict[str, list[float]]:
    """When each petition was clicked: people sign one petition after another, at the planned times."""
    clicks: dict[str, list[float]] = {petition: [] for petition in petitions}
    for number in range(acts):
        clicks[petitions[number % len(petitions)]].append(began + number / RATE)
    return clicks
