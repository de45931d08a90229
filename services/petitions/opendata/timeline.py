"""What became of one petition: the steps in its life and the minutes in which counts were first reached."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Final

from services.petitions.domain.petition import Petition
from services.petitions.opendata.small_groups import Hour
from services.petitions.opendata.views import TimelineEntry

REACHED: Final = "signatures-reached"
ROUND: Final = tuple(10**power for power in range(2, 8))
"""Counts that are told beside those that bring something about."""


async def timeline(petition: Petition, thresholds: Iterable[int], hours: AsyncIterator[Hour]) -> list[TimelineEntry]:
    """Every entry, the oldest first. Reads the hours once, in the memory of one."""
    steps = [TimelineEntry(at=each.at, what=each.what, reason=each.reason) for each in petition.timeline]
    counts = [
        TimelineEntry(at=at, what=REACHED, signatures=number)
        async for at, number in reached(sorted({*thresholds, *ROUND}), hours)
    ]
    return sorted([*steps, *counts], key=lambda entry: entry.at)


async def reached(numbers: list[int], hours: AsyncIterator[Hour]) -> AsyncIterator[tuple[datetime, int]]:
    """The minute (UTC) at whose end each of `numbers` (ascending) was first reached."""
    count, waiting = 0, list(numbers)
    async for hour in hours:
        for minute, regions in sorted(hour.minutes.items()):
            count += sum(regions.values())
            while waiting and count >= waiting[0]:
                yield hour.start + timedelta(minutes=minute), waiting.pop(0)
