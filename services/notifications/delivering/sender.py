"""Sends what is due: looks for it, hands it to the lane of its channel, and reports how each try ended.

What is in hand is remembered until the projection has folded the report of its try, so that an outbox that lags shows
nobody the same twice. That holds over a rebalance, too, for what is on its way then. A crash between a try and its
report sends again: at least once.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Final, Self
from uuid import uuid4

from kenes.identity.sealing import Keyring
from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt
from kenes.mongo.client import Document
from kenes.mongo.projection import LiveVersions
from kenes.mongo.vault import Vault
from kenes.observe.logs import get_logger
from kenes.tasks import Tasks
from schemas.envelope import Event
from schemas.notifications.deliveries import Attempt, AttemptReported
from schemas.notifications.parts import ChannelEnd, ChannelKind
from schemas.notifications.subscriptions import ChannelEndRequested, EraseRequested
from schemas.payload import Payload
from schemas.topics import DELIVERY_REQUESTS, SUBSCRIPTION_REQUESTS, Topic
from services.notifications.channels.port import Gone, NoticeChannel, Outcome, Retry, Sent
from services.notifications.delivering.lanes import Lane
from services.notifications.delivering.letters import ERASED, UNREADABLE, Letter, Letters
from services.notifications.delivering.metrics import DELIVERIES_TRIED
from services.notifications.delivering.outbox import Group, Looked, by_id, look
from services.notifications.delivering.owned import OwnedDeliveries
from services.notifications.folds.deliveries import Page
from services.notifications.following.projections import FOLLOWERS, NEWS
from services.notifications.people import keys_of

_log = get_logger(__name__)

EVERY: Final = 0.25
"""Seconds between two looks for what is due."""
SOURCE: Final = "/notifications/sender"
AGAIN: Final = 0.5
"""Seconds after which a report is written again that the broker did not take."""
FINISHED_WITHIN: Final = 3.0
"""Seconds that letters on their way have left when a process stops: most are answered in less than one."""


@dataclass
class _Held:
    """What one delivery waits for: the turn of its letter, then the answer, then the fold of the report."""

    letter: Letter
    tenure: float | None
    under_way: bool = False
    report: Receipt | None = None


@dataclass(frozen=True)
class Sender:
    """Sends the deliveries of the partitions that this process owns, each kind of channel in a lane of its own."""

    versions: LiveVersions
    vault: Vault
    owned: OwnedDeliveries
    letters: Letters
    keyring: Keyring
    producer: Producer
    channels: Mapping[ChannelKind, NoticeChannel]
    concurrency: int = 8
    _lanes: dict[str, Lane] = field(default_factory=dict)
    _in_hand: dict[str, _Held] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Sends in the background while the block runs; a failure of ours ends the block."""
        async with Tasks() as tasks:
            for kind, channel in self.channels.items():
                self._lanes[kind] = lane = Lane(kind, channel, self._begin, self._done)
                lane.start(tasks, self.concurrency)
            try:
                yield self
            finally:
                await asyncio.gather(*(lane.finish(FINISHED_WITHIN) for lane in self._lanes.values()))

    async def tick(self) -> None:
        """Takes up what is due, as much as the lanes have room for."""
        now = datetime.now(UTC)
        looked = await look(self.versions)
        self._let_go(looked.positions)
        for page in await looked.pages(self.owned.settled(looked.positions), now):
            lane = self._lanes.get(page.kind)
            if lane is not None and lane.room(urgent=page.is_urgent):
                await self._take(looked, page, lane, now)

    def _let_go(self, positions: Mapping[int, Position]) -> None:
        """Forgets the tries whose reports are folded, and letters of partitions that were taken away meanwhile."""
        for name, held in list(self._in_hand.items()):
            if held.report is not None:
                over = positions[held.report.partition].sequence >= held.report.offset
            else:
                over = not held.under_way and held.tenure != self.owned.tenure(held.letter.partition)
            if over:
                del self._in_hand[name]

    async def _take(self, looked: Looked, page: Page, lane: Lane, now: datetime) -> None:
        due = await looked.due(page, now)
        groups = {
            group: left
            for group, deliveries in due.items()
            if (left := [each for each in deliveries if each["_id"] not in self._in_hand])
        }
        chosen = dict(list(groups.items())[: lane.room(urgent=page.is_urgent)])
        for letter in await self._put_together(chosen):
            tenure = self.owned.tenure(letter.partition)
            self._in_hand.update({each["_id"]: _Held(letter, tenure) for each in letter.deliveries})
            lane.put(page.urgency, letter)

    async def _put_together(self, groups: Mapping[Group, Sequence[Document]]) -> list[Letter]:
        """The letters; what is told of an event that is not known here yet comes another time."""
        subscriptions, fan_outs = await self.versions.get(FOLLOWERS), await self.versions.get(NEWS)
        news = await by_id(fan_outs, "news", [each["event"] for group in groups.values() for each in group])
        subscribers = await by_id(subscriptions, "subscribers", [group[0] for group in groups])
        keys = await keys_of(
            self.vault, self.keyring, [each["owner"] for each in subscribers.values() if each["owner"]]
        )
        return [
            letter
            for (who, _, _), deliveries in groups.items()
            if all(each["event"] in news for each in deliveries)
            for letter in self.letters.of(
                deliveries, subscribers.get(who), keys.get(subscribers.get(who, {}).get("owner", "")), news
            )
        ]

    def _begin(self, letter: Letter) -> bool:
        """Whether the letter is still to be sent: its partition may have been taken away since, and given back."""
        found = [self._in_hand.get(each["_id"]) for each in letter.deliveries]
        held = [each for each in found if each is not None and each.letter is letter]
        if len(held) < len(found) or held[0].tenure != self.owned.tenure(letter.partition):
            return False
        for each in held:
            each.under_way = True
        return True

    async def _done(self, kind: str, letter: Letter, outcome: Outcome | None) -> None:
        """Reports a try. What ends with it is asked for first: then a crash in between only tries again."""
        attempt, reason = _attempt(outcome, letter)
        now = datetime.now(UTC)
        end = _end(letter, attempt)
        if end is not None:
            await self._write(
                SUBSCRIPTION_REQUESTS, [(letter.subscriber.encode(), _event(end, letter.subscriber, now))]
            )
        after = ceil(outcome.after) if isinstance(outcome, Retry) and outcome.after is not None else None
        reports = [
            AttemptReported(
                subscriber=letter.subscriber,
                delivery=each["_id"],
                tries=each["tries"],
                outcome=attempt,
                reason=reason,
                after=after,
            )
            for each in letter.deliveries
        ]
        key = letter.subscriber.encode()
        receipts = await self._write(
            DELIVERY_REQUESTS, [(key, _event(each, letter.subscriber, now)) for each in reports]
        )
        DELIVERIES_TRIED.labels(kind, str(attempt)).inc(len(reports))
        for report, receipt in zip(reports, receipts, strict=True):
            self._in_hand[report.delivery].report = receipt

    async def _write(self, topic: Topic, events: Sequence[tuple[bytes, Event[Payload]]]) -> list[Receipt]:
        """Writes until the broker has it: what was sent must not be forgotten."""
        while True:
            try:
                return await self.producer.send_each(topic, events)
            except BrokerUnavailableError as error:
                _log.warning("a report waits for the broker", error=str(error))
                await asyncio.sleep(AGAIN)


def _attempt(outcome: Outcome | None, letter: Letter) -> tuple[Attempt, str]:
    match outcome:
        case Sent():
            return Attempt.SENT, ""
        case Retry(reason=reason):
            return Attempt.RETRY, reason
        case Gone(reason=reason):
            return Attempt.GONE, reason
        case None:
            return Attempt.UNWANTED, letter.reason


def _end(letter: Letter, attempt: Attempt) -> ChannelEndRequested | EraseRequested | None:
    """What a try brings to an end: a channel whose other side takes nothing more, or all of somebody who was erased."""
    if letter.reason == ERASED:
        return EraseRequested(subscriber=letter.subscriber)
    if attempt is Attempt.GONE or letter.reason == UNREADABLE:
        cause = ChannelEnd.GONE if attempt is Attempt.GONE else ChannelEnd.ERASED
        return ChannelEndRequested(subscriber=letter.subscriber, channel=letter.channel, cause=cause)
    return None


def _event(request: Payload, subscriber: str, now: datetime) -> Event[Payload]:
    return Event(id=str(uuid4()), source=SOURCE, subject=subscriber, time=now, data=request)
