"""The newest events of everything that can be followed: one small document each."""

from collections.abc import Sequence
from typing import Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Update
from kenes.mongo.projection import Projection
from schemas.notifications.about import PublicEvent
from schemas.topics import PUBLIC_EVENTS
from services.notifications.domain.interests import keys_of

KEPT: Final = 50
NAME: Final = "feeds"


def fold_feeds(events: Sequence[Recorded]) -> Folding:
    """The fold into `feeds`: by interest, its newest events, the oldest of them first."""
    added: dict[str, list[Document]] = {}
    for each in events:
        if isinstance(each.data, PublicEvent):
            # Words are for saved searches, which have no feed.
            for interest in keys_of(each.data, ()):
                added.setdefault(interest, []).append(_entry(each))
    for interest, entries in added.items():
        yield Update(NAME, interest, {"$push": {"entries": {"$each": entries[-KEPT:], "$slice": -KEPT}}})


def _entry(recorded: Recorded) -> Document:
    event = recorded.event
    return {"id": event.id, "type": event.data.TYPE, "at": event.time, "data": event.data.model_dump(mode="json")}


FEEDS: Final = Projection(name=NAME, topic=PUBLIC_EVENTS, collections={NAME: ()}, fold=fold_feeds, pace=1.0)
