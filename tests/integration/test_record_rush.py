"""The record rush of 2019, six million signatures in five weeks: one for each hundred, time compressed.

After each point of the recorded curve the count must be exact, and each threshold is reached where the curve
crosses it.
"""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import Any, Final

import pytest

from kenes.load.rush import Plan, Rush
from tests.integration.api import Api
from tests.processes import ROOT, Product

CURVE: Final = ROOT.parent / "shared" / "data" / "uk" / "revoke241584_counts.csv"
SCALE: Final = 100
POINTS: Final = 12
GOALS: Final = (100, 1_000)

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.stack,
    pytest.mark.skipif(not CURVE.exists(), reason="the recorded curve is not on this machine"),
]


def curve(file: Path = CURVE) -> list[int]:
    """The count at some points of the curve, the last one included, at the scale of the test."""
    with file.open(encoding="utf-8", newline="") as lines:
        counts = [int(row["count"]) // SCALE for row in csv.DictReader(lines)]
    step = len(counts) // POINTS
    chosen = sorted({*counts[::step], counts[-1]})
    return [count for count in chosen if count]


async def test_the_recorded_rush_ends_at_the_exact_number_with_the_thresholds_where_they_were(
    product: Product, api: Api
) -> None:
    petition = api.open(api.person(), pack="uk-hundredth")
    signed = 0
    for count in curve():
        people = product.issuer.crowd(count - signed, first=signed)
        result = await Rush(product.url, people, [petition], Plan(concurrency=64, count=len(people), sample=20)).run()
        assert result.clean, result.lines()
        signed = count
        assert api.count(petition) == signed
        reached = await asyncio.to_thread(reached_goals, api, petition, [goal for goal in GOALS if goal <= signed])
        assert all(each["goal"]["signatures"] <= each["count"] <= signed for each in reached)
    assert signed == 6_078_985 // SCALE


def reached_goals(api: Api, petition: str, goals: list[int]) -> list[dict[str, Any]]:
    """The goals that were reached, once they are those expected: the clock looks at the tallies every second."""

    def holds(found: dict[str, Any]) -> bool:
        return [each["goal"]["signatures"] for each in found["reached"]] == goals

    reached: list[dict[str, Any]] = api.eventually(f"/petitions/{petition}", None, holds)["reached"]
    return reached
