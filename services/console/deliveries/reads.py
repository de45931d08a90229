"""What pages and the API read of deliveries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from kenes.mongo.client import Database
from kenes.mongo.projection import LiveCollections
from schemas.notifications.parts import ChannelEnd, ChannelKind
from schemas.notifications.streams import Result
from services.console.deliveries.folding import DESTINATION, ENDED, FIGURES, Outcome
from services.console.deliveries.hours import KEPT, Hours, hour_in, minute, minute_in, totals
from services.console.deliveries.webhooks import COLLECTION, WEBHOOK
from services.console.views import View

HOUR: Final = timedelta(hours=1)
THROUGH: Final = frozenset({str(Outcome.SENT), str(Result.DELIVERED)})
LOST: Final = frozenset({str(Outcome.GIVEN_UP), str(Result.DEAD), str(Result.GONE)})


@dataclass(frozen=True)
class Table:
    """Which channels and outcomes stand in one table."""

    name: str
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]


TABLES: Final = (
    Table("letters", tuple(map(str, ChannelKind)), tuple(map(str, Outcome))),
    Table("webhooks", (WEBHOOK,), tuple(map(str, Result))),
    Table("endings", (DESTINATION,), tuple(map(str, ChannelEnd))),
)


class HourView(View):
    """So many deliveries by one channel came to this in one hour."""

    hour: datetime = Field(description="When it began, UTC")
    channel: str
    outcome: str
    count: int


class WaitingView(View):
    """What waits to be sent by a channel; of webhooks, streams whose last try failed and is made again."""

    channel: str
    waiting: int
    due: int = Field(description="Of these, how many should have gone by now")
    oldest_due_at: datetime | None = Field(description="To the minute")


class DeliveryFigures(View):
    """Deliveries of the last 48 hours, and what waits now."""

    at: datetime
    hours: list[HourView]
    waiting: list[WaitingView]

    def counts(self, within: timedelta) -> Counter[tuple[str, str]]:
        """How many by channel and outcome, in so long before the end of this hour."""
        first = hour_of(self.at) + HOUR - within
        found: Counter[tuple[str, str]] = Counter()
        for each in self.hours:
            if each.hour >= first:
                found[each.channel, each.outcome] += each.count
        return found

    def course(self, outcomes: Iterable[str]) -> list[tuple[datetime, float | None]]:
        """How many came to one of these, hour by hour, the oldest first."""
        wanted, now = set(outcomes), hour_of(self.at)
        by_hour: Counter[datetime] = Counter()
        for each in self.hours:
            if each.outcome in wanted and each.channel != DESTINATION:
                by_hour[each.hour] += each.count
        return [(hour, by_hour[hour]) for hour in (now - HOUR * back for back in range(KEPT // HOUR - 1, -1, -1))]


class Deliveries:
    """Reads of the console's own database."""

    def __init__(self, stored: LiveCollections, database: Database) -> None:
        self._stored = stored
        self._webhooks = database[COLLECTION]

    async def figures(self, now: datetime) -> DeliveryFigures:
        """What became of deliveries until now, and what waits."""
        letters = [each async for each in (await self._stored.of(FIGURES)).find({})]
        endings = [each async for each in (await self._stored.of(ENDED)).find({})]
        webhooks = [each async for each in self._webhooks.find({})]
        due: dict[str, dict[str, int]] = {}
        for document in letters:
            for kind, minutes in document["due"].items():
                due[kind] = totals(due.get(kind, {}), minutes.items())
        # What should have been tried so long ago is of a stream that was paused or is gone.
        first = minute(now - KEPT)
        again = totals({}, ((at, 1) for document in webhooks for at in document["again"].values() if at >= first))
        channels = {str(kind): due.get(kind, {}) for kind in ChannelKind if kind is not ChannelKind.INBOX}
        return DeliveryFigures(
            at=now,
            hours=hours_of([document["hours"] for document in (*letters, *webhooks, *endings)], now),
            waiting=[waiting(channel, minutes, now) for channel, minutes in (*channels.items(), (WEBHOOK, again))],
        )


def hours_of(stored: Sequence[Hours], now: datetime) -> list[HourView]:
    """The counts of all partitions together, of the last 48 hours, the oldest first."""
    found: Counter[tuple[str, str, str]] = Counter()
    for hours in stored:
        for hour, channels in hours.items():
            for channel, outcomes in channels.items():
                for outcome, count in outcomes.items():
                    found[hour, channel, outcome] += count
    first = hour_of(now) + HOUR - KEPT
    return [
        HourView(hour=hour_in(hour), channel=channel, outcome=outcome, count=count)
        for (hour, channel, outcome), count in sorted(found.items())
        if hour_in(hour) >= first
    ]


def waiting(channel: str, minutes: dict[str, int], now: datetime) -> WaitingView:
    """What waits by a channel, from how many are due in each minute."""
    oldest = min(minutes, default=None)
    return WaitingView(
        channel=channel,
        waiting=sum(minutes.values()),
        due=sum(count for at, count in minutes.items() if minute_in(at) <= now),
        oldest_due_at=None if oldest is None else minute_in(oldest),
    )


def hour_of(at: datetime) -> datetime:
    """When the hour of an instant began."""
    return at.replace(minute=0, second=0, microsecond=0)
