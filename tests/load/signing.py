"""Decided signatures a second over HTTP: many people at once, over many petitions and all on one.

Spread and hot runs take turns, so that what else happens on the machine falls on both alike. Each run's receipts and
counts are verified before the next one begins.
"""

from __future__ import annotations

from typing import Final

from kenes.load.result import RushResult, percentile
from kenes.load.rush import Plan, Rush
from tests.load.measures import Goal
from tests.load.setting import Setting

SECONDS: Final = 5.0
TURNS: Final = 2
FASTEST: Final = 5000
"""More signatures a second than there will be: so many people are ready for each second."""
FLOORS: Final = {64: 1500.0, 256: 2000.0}


async def run(setting: Setting) -> None:
    """64 and 256 at once, spread and hot, then 64 with every fifth signature a second one by the same person."""
    await setting.open_petitions()
    await _rush(setting, setting.petitions, Plan(concurrency=64, seconds=3.0))  # partitions, caches, the JIT of Java
    for people in FLOORS:
        await _pair(setting, people)
    again = [
        await _rush(setting, setting.petitions, Plan(concurrency=64, seconds=SECONDS, duplicates_share=0.2))
        for _ in range(TURNS)
    ]
    _note(setting, "duplicates_64", again, 64)


async def _pair(setting: Setting, people: int) -> None:
    runs: dict[str, list[RushResult]] = {"spread": [], "hot": []}
    cpu: dict[str, dict[str, float]] = {"spread": {}, "hot": {}}
    for _ in range(TURNS):
        for kind, petitions in (("spread", setting.petitions), ("hot", setting.hot)):
            plan = Plan(concurrency=people, seconds=SECONDS)
            crowd = Rush(setting.product.url, setting.crowd(int(SECONDS * FASTEST)), petitions, plan)
            before = setting.cpu_seconds()
            runs[kind].append(await crowd.act())
            for role, seconds in setting.cpu_seconds().items():
                cpu[kind][role] = cpu[kind].get(role, 0.0) + seconds - before[role]
            _raise_differences(await crowd.verify())
    for kind, results in runs.items():
        _note(setting, f"{kind}_{people}", results, people)
        decided = sum(result.decided for result in results)
        for role, seconds in cpu[kind].items():
            setting.measures.add(f"signing.{kind}_{people}.cpu_{role}", seconds / decided * 1e6, "us/signature")
    hot, spread = (setting.measures.found[f"signing.{kind}_{people}"].value for kind in ("hot", "spread"))
    setting.measures.add(f"signing.hot_to_spread_{people}", hot, "decisions/s", baseline=spread, goal=_EVEN)


_EVEN: Final = Goal(">=", 0.95, ratio=True)


def _note(setting: Setting, name: str, results: list[RushResult], people: int) -> None:
    rate = sum(result.decided for result in results) / sum(result.seconds for result in results)
    latencies = sorted(latency for result in results for latency in result.latencies)
    setting.measures.add(
        f"signing.{name}",
        rate,
        "decisions/s",
        baseline=setting.measures.value(f"baseline.awaiting_{people}"),
        goal=Goal(">=", FLOORS[people]),
    )
    setting.measures.add(f"signing.{name}.p50", percentile(latencies, 0.50) * 1000, "ms")
    setting.measures.add(f"signing.{name}.p99", percentile(latencies, 0.99) * 1000, "ms")


async def _rush(setting: Setting, petitions: list[str], plan: Plan) -> RushResult:
    assert plan.seconds is not None
    crowd = setting.crowd(int(plan.seconds * FASTEST))
    result = await Rush(setting.product.url, crowd, petitions, plan).run()
    _raise_differences(result)
    return result


def _raise_differences(result: RushResult) -> None:
    """A rate of wrong answers is no rate."""
    if not result.clean:
        raise AssertionError("\n".join(result.lines()))
