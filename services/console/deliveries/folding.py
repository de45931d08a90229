"""The folds of deliveries to people, and of destinations that ended. Pure; rebuildable.

One small document per partition has the counts and what is due when. Beside it stands a document for each delivery that
waits: the decisions that end one do not say by which channel it goes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Insert, Put, Remove
from kenes.mongo.projection import Projection
from schemas.notifications.deliveries import (
    DeliveryAbandoned,
    DeliveryDispatched,
    DeliveryPostponed,
    DeliveryQueued,
    DeliveryShown,
)
from schemas.notifications.parts import ChannelKind
from schemas.notifications.subscriptions import ChannelEnded
from schemas.topics import DELIVERIES, SUBSCRIPTIONS
from services.console.deliveries.hours import Count, Hours, counted, minute, totals

FIGURES: Final = "delivery_figures"
WAITING: Final = "waiting_deliveries"
ENDED: Final = "ended_destinations"
DESTINATION: Final = "destination"
"""In the place of a channel: the decision that ends one does not say of which kind it was."""


class Outcome(StrEnum):
    """What became of a delivery to a person."""

    QUEUED = "queued"
    SENT = "sent"
    POSTPONED = "postponed"
    GIVEN_UP = "given-up"


def fold_deliveries(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `delivery_figures`, one document per partition, and `waiting_deliveries`."""
    partition = decisions[0].partition
    known: dict[str, Document] = yield from look_up(WAITING, _tried(decisions))
    batch = _Batch(known)
    for each in decisions:
        batch.take(each)
    if not batch.counts:
        return
    for name, document in batch.waiting.items():
        if known.get(name) != document:
            yield (Put if name in known else Insert)(WAITING, document)
    for name in known.keys() - batch.waiting.keys():
        yield Remove(WAITING, name)
    stored: dict[int, Document] = yield from look_up(FIGURES, [partition])
    before = stored.get(partition, {"hours": {}, "due": {}})
    after = {"hours": counted(before["hours"], batch.counts), "due": _moved(before["due"], batch.moves)}
    yield Put(FIGURES, {"_id": partition, **after})


def _tried(decisions: Iterable[Recorded]) -> Iterator[str]:
    """The deliveries of which something may be stored: one that is queued without tries is new."""
    for each in decisions:
        match each.data:
            case DeliveryQueued(tries=0):
                pass
            case DeliveryQueued() | DeliveryDispatched() | DeliveryPostponed() | DeliveryAbandoned() as data:
                yield data.delivery


class _Batch:
    """What a batch counts, and what waits after it. `moves` are steps of how many are due in a minute."""

    def __init__(self, waiting: Mapping[str, Document]) -> None:
        self.waiting = dict(waiting)
        self.counts: list[Count] = []
        self.moves: list[tuple[str, str, int]] = []

    def take(self, decision: Recorded) -> None:
        """Takes in a decision. Raises `KeyError` for what became of a delivery that does not wait."""
        data, at = decision.data, decision.event.time
        match data:
            case DeliveryShown():
                self.counts.append((at, ChannelKind.INBOX, Outcome.SENT))
            case DeliveryQueued():
                self._stand(data.delivery, str(data.kind), data.due_at)
                self.counts.append((at, data.kind, Outcome.QUEUED))
            case DeliveryPostponed():
                kind = self._leave(data.delivery)
                self._stand(data.delivery, kind, data.due_at)
                self.counts.append((at, kind, Outcome.POSTPONED))
            case DeliveryDispatched():
                self.counts.append((at, self._leave(data.delivery), Outcome.SENT))
            case DeliveryAbandoned():
                self.counts.append((at, self._leave(data.delivery), Outcome.GIVEN_UP))

    def _stand(self, name: str, kind: str, due_at: datetime) -> None:
        due = minute(due_at)
        self.waiting[name] = {"_id": name, "kind": kind, "due": due}
        self.moves.append((kind, due, 1))

    def _leave(self, name: str) -> str:
        left = self.waiting.pop(name)
        self.moves.append((left["kind"], left["due"], -1))
        return str(left["kind"])


def _moved(due: dict[str, dict[str, int]], moves: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """By channel how many are due in each minute, after these moves."""
    steps: dict[str, list[tuple[str, int]]] = {}
    for kind, at, step in moves:
        steps.setdefault(kind, []).append((at, step))
    return due | {kind: totals(due.get(kind, {}), more) for kind, more in steps.items()}


def fold_endings(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `ended_destinations`, one document per partition: how many ended in each hour, by cause."""
    counts = [
        (each.event.time, DESTINATION, str(each.data.cause))
        for each in decisions
        if isinstance(each.data, ChannelEnded)
    ]
    if counts:
        partition = decisions[0].partition
        stored: dict[int, Document] = yield from look_up(ENDED, [partition])
        before: Hours = stored.get(partition, {}).get("hours", {})
        yield Put(ENDED, {"_id": partition, "hours": counted(before, counts)})


OF_DELIVERIES: Final = Projection(
    name="deliveries", topic=DELIVERIES, collections={FIGURES: (), WAITING: ()}, fold=fold_deliveries, pace=1.0
)
OF_DESTINATIONS: Final = Projection(
    name="destinations", topic=SUBSCRIPTIONS, collections={ENDED: ()}, fold=fold_endings, pace=1.0
)
PROJECTIONS: Final = (OF_DELIVERIES, OF_DESTINATIONS)
