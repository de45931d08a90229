"""When a delivery that failed is tried again: the schedule that the Standard Webhooks specification recommends."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

PAUSES: Final = tuple(
    timedelta(**pause).total_seconds()
    for pause in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 5},
        {"hours": 10},
        {"hours": 14},
        {"hours": 20},
        {"hours": 24},
    )
)
"""Seconds between one try and the next."""
JITTER: Final = 0.2
"""Part of a pause that it may be longer by, so that what failed together does not come back together."""


def pause(failed: int, chance: float, asked: float | None = None) -> float | None:
    """Seconds until the next try after `failed` of them (1 and more); None after the last.

    `chance` in [0, 1) spreads the tries. A receiver's own wish (`asked`, seconds) is heard where it is longer.
    """
    if failed > len(PAUSES):
        return None
    return max(PAUSES[failed - 1] * (1 + JITTER * chance), asked or 0.0)
