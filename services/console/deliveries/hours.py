"""Counts by hour, channel and outcome, of the last 48 hours. Pure; plain dictionaries, as the database keeps them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

KEPT: Final = timedelta(hours=48)

Hours: TypeAlias = dict[str, dict[str, dict[str, int]]]
"""Hour, `2026-11-22T13` in UTC, to channel to outcome to how many."""
Count: TypeAlias = tuple[datetime, str, str]
"""An instant, a channel and what came of it."""

_HOUR: Final = "%Y-%m-%dT%H"
_MINUTE: Final = "%Y-%m-%dT%H:%M"


def counted(hours: Hours, counts: Iterable[Count]) -> Hours:
    """The hours with more counts, without those that are too long before the newest."""
    after = {hour: {name: dict(kinds) for name, kinds in channels.items()} for hour, channels in hours.items()}
    for at, channel, outcome in counts:
        outcomes = after.setdefault(at.astimezone(UTC).strftime(_HOUR), {}).setdefault(channel, {})
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    first = first_kept(after)
    return {hour: channels for hour, channels in after.items() if hour >= first}


def first_kept(hours: Iterable[str]) -> str:
    """The hour before which nothing is kept, by the newest of these."""
    newest = max(hours, default="")
    return (hour_in(newest) - KEPT).strftime(_HOUR) if newest else ""


def hour_in(text: str) -> datetime:
    """The instant at which an hour begins."""
    return datetime.strptime(text, _HOUR).replace(tzinfo=UTC)


def minute(at: datetime) -> str:
    """The minute of an instant, as text that sorts: `2026-11-22T13:05`, UTC."""
    return at.astimezone(UTC).strftime(_MINUTE)


def minute_in(text: str) -> datetime:
    """The instant at which a minute begins."""
    return datetime.strptime(text, _MINUTE).replace(tzinfo=UTC)


def totals(counts: Mapping[str, int], more: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Numbers by name with others added; what is nothing is left out."""
    after = dict(counts)
    for name, number in more:
        after[name] = after.get(name, 0) + number
    return {name: number for name, number in after.items() if number}
