"""The fold of deliveries: each with what became of it, the pages of what is still to be sent, and the inboxes.

What is queued stands on a page by channel, priority and second, so that a sender finds it by equality; the agenda of a
partition says which pages there are. What is sent stands on no page.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zlib import crc32

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, Lookup, look_up
from kenes.mongo.operations import Insert, Operation, Put
from kenes.service.receipts import receipt
from schemas.notifications.deliveries import (
    AttemptReported,
    DeliveryAbandoned,
    DeliveryDispatched,
    DeliveryPostponed,
    DeliveryQueued,
    DeliveryRefused,
    DeliveryRequested,
    DeliverySeen,
    DeliveryShown,
    InboxSeen,
)
from schemas.notifications.parts import INBOX, Priority
from services.notifications.domain.delivery import Phase

BUCKETS: Final = 16
"""Pages of one second that many wait for together, as a digest's or the end of a night; what one subscriber gets stands
on one of them."""

_ORDER: Final = {priority: number for number, priority in enumerate(Priority)}
_ASKED_BY_NOBODY: Final = (DeliveryRequested.TYPE, AttemptReported.TYPE)


class Page(tuple[int, str, int, int, int]):
    """Partition, kind of channel, rank of the priority, second since 1970, bucket."""

    __slots__ = ()

    def __str__(self) -> str:
        return "/".join(map(str, self))

    @classmethod
    def read(cls, text: str) -> "Page":
        """The page with this name."""
        partition, kind, *numbers = text.split("/")
        return cls((int(partition), kind, *map(int, numbers)))

    @property
    def partition(self) -> int:
        """Whose owner sends what is on it."""
        return self[0]

    @property
    def kind(self) -> str:
        """The kind of channel that all on it go by."""
        return self[1]

    @property
    def urgency(self) -> tuple[int, int]:
        """What is less goes first."""
        return self[2], self[3]

    @property
    def is_urgent(self) -> bool:
        """Security and duties."""
        return self[2] == _ORDER[Priority.URGENT]

    @property
    def due(self) -> datetime:
        """Not before this second is anything on it due, UTC."""
        return datetime.fromtimestamp(self[3], UTC)


def fold_deliveries(decisions: Sequence[Recorded]) -> Folding:
    """One document per delivery, one agenda per partition, one per request of a person."""
    partition = decisions[0].partition
    told: list[Any] = [each.data for each in decisions if not isinstance(each.data, DeliveryRefused)]
    changed = (each.delivery for each in told if not isinstance(each, InboxSeen) and not _is_new(each))
    documents: dict[str, Document] = yield from look_up("deliveries", changed)
    for who in {each.subscriber for each in told if isinstance(each, InboxSeen)}:
        unread = yield Lookup("deliveries", "unread_of", [who])
        documents |= {each["_id"]: each for each in unread if each["_id"] not in documents}
    agendas = yield from look_up("agendas", [partition])
    batch = _Batch(documents, Counter(agendas.get(partition, {}).get("pages", {})))
    for decision in decisions:
        if _asked_by_a_person(decision.data):
            yield Insert("delivery_receipts", receipt(decision))
        batch.take(decision)
    yield from batch.operations(partition)


def _is_new(data: Any) -> bool:
    """Whether a decision is the first one on its delivery: then nothing is stored of it."""
    return isinstance(data, DeliveryShown) or (isinstance(data, DeliveryQueued) and data.tries == 0)


def _asked_by_a_person(data: Any) -> bool:
    match data:
        case DeliverySeen() | InboxSeen():
            return True
        case DeliveryQueued(tries=tries):
            return tries > 0
        case DeliveryRefused(request=request):
            return request not in _ASKED_BY_NOBODY
        case _:
            return False


class _Batch:
    """What a batch changes in the deliveries of one partition, and in its agenda."""

    def __init__(self, documents: Mapping[str, Document], pages: Counter[str]) -> None:
        self._documents = dict(documents)
        self._stored = set(documents)
        self._changed: set[str] = set()
        self._pages = pages
        self._moved = False

    def take(self, decision: Recorded) -> None:
        """Takes in a decision."""
        data: Any = decision.data
        match data:
            case DeliveryQueued():
                self._queue(data, decision)
            case DeliveryShown():
                told = {"event": data.event, "interest": data.interest, "channel": INBOX, "kind": INBOX}
                shown = {"inbox": True, "at": decision.event.time, "unread_of": data.subscriber}
                self._set(data, phase=Phase.UNREAD, **shown, **told)
            case DeliveryDispatched():
                self._leave(data, phase=Phase.SENT, sent_at=decision.event.time)
            case DeliveryPostponed():
                kept = self._documents[data.delivery]
                page = self._page(decision, kept, data.due_at)
                self._leave(data, page=page, due=data.due_at, tries=data.tries, reason=data.reason)
                self._stand(page)
            case DeliveryAbandoned():
                self._leave(data, phase=Phase.GIVEN_UP, tries=data.tries, reason=data.reason)
            case DeliverySeen():
                self._set(data, phase=Phase.READ, unread_of=None)
            case InboxSeen():
                self._read_all(data)

    def _queue(self, data: DeliveryQueued, decision: Recorded) -> None:
        told = {name: getattr(data, name) for name in ("event", "interest", "channel", "kind", "priority")}
        written = {name: str(value) for name, value in told.items()}
        page = self._page(decision, {**written, "subscriber": data.subscriber}, data.due_at)
        state = {"tries": data.tries, "due": data.due_at, "page": page, "reason": ""}
        self._set(data, phase=Phase.QUEUED, inbox=False, at=decision.event.time, unread_of=None, **written, **state)
        self._stand(page)

    def _page(self, decision: Recorded, told: Document, due: datetime) -> str:
        bucket = crc32(told["subscriber"].encode()) % BUCKETS if due > decision.event.time else 0
        rank = _ORDER[Priority(told["priority"])]
        return str(Page((decision.partition, told["kind"], rank, int(due.timestamp()), bucket)))

    def _stand(self, page: str, step: int = 1) -> None:
        self._pages[page] += step
        self._moved = True

    def _leave(self, data: Any, **changes: Any) -> None:
        """The delivery leaves the page it stands on."""
        self._stand(self._documents[data.delivery]["page"], -1)
        self._set(data, **{"page": None, **changes})

    def _read_all(self, data: InboxSeen) -> None:
        for name, document in self._documents.items():
            if document.get("unread_of") == data.subscriber and document["at"] <= data.until:
                self._documents[name] = document | {"phase": str(Phase.READ), "unread_of": None}
                self._changed.add(name)

    def _set(self, data: Any, *, phase: Phase | None = None, **changes: Any) -> None:
        name = data.delivery
        before = self._documents.get(name) or {"_id": name, "subscriber": data.subscriber, "page": None}
        after = before | changes
        self._documents[name] = after if phase is None else after | {"phase": str(phase)}
        self._changed.add(name)

    def operations(self, partition: int) -> Iterator[Operation]:
        for name in self._changed:
            operation = Put if name in self._stored else Insert
            yield operation("deliveries", self._documents[name])
        if self._moved:
            pages = {page: number for page, number in self._pages.items() if number > 0}
            yield Put("agendas", {"_id": partition, "pages": pages})
