"""The fold of subscriptions: each subscriber whole, and each thing followed on a page of its followers.

Followers of one thing stand on pages of a thousand, so that everybody is found by equality, a page at a time, and what
is told to a few costs nothing of what the many follow. A page belongs to one partition.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Insert, Operation, Put, Remove, Update
from kenes.service.receipts import receipt
from schemas.envelope import sequence_of
from schemas.notifications.subscriptions import (
    ChannelEnded,
    Followed,
    SubscriberErased,
    SubscriptionRefused,
    Unfollowed,
)
from services.notifications.domain.interests import key_of
from services.notifications.domain.subscriber import NOBODY, Subscriber, evolve
from services.notifications.folds.public_channels import fold_public_channel

PER_PAGE: Final = 1_000


def shelf_id(key: str, partition: int) -> str:
    """The document that counts who has ever followed what is found by a key, of one partition."""
    return f"{key}/{partition}"


def shelf_place(key: str, partition: int) -> Document:
    """By what a shelf is found: those of many keys at once, whatever partitions they are of."""
    return {"key": key, "p": partition}


def page_id(key: str, partition: int, page: int) -> str:
    """One page of followers of one partition; pages are numbered from 0."""
    return f"{key}/{partition}#{page}"


def follow_id(subscriber: str, interest: str) -> str:
    """The document of one thing that one subscriber follows."""
    return f"{subscriber}/{interest}"


def fold_subscriptions(decisions: Sequence[Recorded]) -> Folding:
    """One document per subscriber, one per thing that each of them follows, one per request; and of public channels."""
    stored = yield from look_up("subscribers", (each.event.subject for each in decisions))
    asked = [each.data for each in decisions if isinstance(each.data, Followed)]
    follows = yield from look_up("follows", (follow_id(each.subscriber, each.interest) for each in asked))
    shelves = yield from look_up("shelves", {shelf_id(key_of(each.interest), decisions[0].partition) for each in asked})
    current = {key: load_subscriber(document) for key, document in stored.items()}
    pages, newest = _Pages(decisions[0].partition, follows, shelves), dict[str, Recorded]()
    for decision in decisions:
        yield Insert("subscription_receipts", receipt(decision))
        if isinstance(decision.data, SubscriptionRefused):
            continue
        subject = decision.event.subject
        before = current.get(subject, NOBODY)
        current[subject] = after = evolve(before, decision.data, decision.event.time)
        pages.take(before, after, decision.data)
        newest[subject] = decision
        yield from fold_public_channel(current[subject], decision)
    for subject, decision in newest.items():
        yield Put("subscribers", subscriber_document(current[subject], decision))
    yield from pages.operations()


def subscriber_document(subscriber: Subscriber, decision: Recorded) -> Document:
    """A subscriber as it is stored after a decision."""
    where = {"p": decision.partition, "s": sequence_of(decision.event)}
    return {"_id": decision.event.subject, **where, **subscriber.model_dump(mode="json")}


def load_subscriber(document: Document) -> Subscriber:
    """The subscriber in a document."""
    return Subscriber.model_validate(document)


class _Pages:
    """What a batch changes in the pages of followers of one partition."""

    def __init__(self, partition: int, follows: Mapping[Any, Document], shelves: Mapping[Any, Document]) -> None:
        self._partition = partition
        self._known: dict[str, Document] = dict(follows)
        self._changed: dict[str, Document | None] = {}
        self._counts = Counter({shelf: document["count"] for shelf, document in shelves.items()})
        self._given: Counter[str] = Counter()  # by key

    def take(self, before: Subscriber, after: Subscriber, data: Any) -> None:
        """Takes in a decision on what a subscriber follows."""
        match data:
            case Followed():
                self._put(data)
            case Unfollowed(subscriber=subscriber, interest=interest):
                self._drop(follow_id(subscriber, interest))
            case SubscriberErased(subscriber=subscriber) | ChannelEnded(subscriber=subscriber, unfollows=True):
                for each in before.follows:
                    if after.follow(each.interest) is None:
                        self._drop(follow_id(subscriber, each.interest))

    def _put(self, data: Followed) -> None:
        name = follow_id(data.subscriber, data.interest)
        known = self._known.get(name)
        follow = {
            "_id": name,
            "subscriber": data.subscriber,
            "interest": data.interest,
            "page": self._give(key_of(data.interest)) if known is None else known["page"],
            "cadence": str(data.cadence),
            "channels": list(data.channels),
            "since": data.since,
        }
        self._known[name] = self._changed[name] = follow

    def _drop(self, name: str) -> None:
        self._known.pop(name, None)
        self._changed[name] = None

    def _give(self, key: str) -> str:
        shelf = shelf_id(key, self._partition)
        page = self._counts[shelf] // PER_PAGE
        self._counts[shelf] += 1
        self._given[key] += 1
        return page_id(key, self._partition, page)

    def operations(self) -> Iterator[Operation]:
        for name, follow in self._changed.items():
            yield Remove("follows", name) if follow is None else Put("follows", follow)
        for key, number in self._given.items():
            more = {"$inc": {"count": number}, "$set": shelf_place(key, self._partition)}
            yield Update("shelves", shelf_id(key, self._partition), more)
