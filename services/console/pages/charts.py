"""Figures over time as the charts of the kit take them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.console.sampling.rings import Point


def drawn(points: Sequence[Point], per: float = 1.0) -> list[tuple[datetime, float | None]]:
    """Points with their instants; values in units of `per`."""
    return [
        (datetime.fromtimestamp(point.at, UTC), None if point.value is None else point.value / per) for point in points
    ]
