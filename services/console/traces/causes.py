"""Which step of a trace each one follows from.

Records of one HTTP request share its span, so spans tell which request began a step, and the events themselves tell
the rest: a decision names its request by its sequence, a dead letter and a replay their record, a publication the
decision it tells of, a fan-out, a delivery and a try at a webhook the event they are about.
"""

import re
from collections.abc import Hashable
from itertools import pairwise
from typing import Final

from kenes.kafka.records import Record, Recorded
from kenes.kafka.replaying import CASE
from schemas.dead_letter import DeadLetter
from schemas.notifications.about import Origin
from schemas.notifications.fan_outs import FanOutAdvanced, FanOutBegun
from schemas.notifications.publication import PublicationRequested
from schemas.notifications.streams import DeliveryAttempted
from schemas.payload import Payload
from schemas.topics import DELIVERIES, DELIVERY_REQUESTS, REGISTRY
from services.console.headers import told

REQUESTS_OF: Final = {
    decisions.name: requests.name for requests, decisions in pairwise(REGISTRY) if "-requests." in requests.name
}
"""The topic of requests that each topic of decisions decides."""

_PLACE: Final = re.compile(r"(.+)/([0-9]{1,9})/([0-9]{1,18})")


class Causes:
    """Steps in the order of their trace, remembered by what later ones name them by."""

    def __init__(self) -> None:
        self._known: dict[Hashable, int] = {}

    def of(self, number: int, record: Record, recorded: Recorded | None) -> int | None:
        """The step that a record follows from, if it is among those before it; later ones may follow from this."""
        cause = next((self._known[name] for name in _causes(record, recorded) if name in self._known), None)
        self._known |= dict.fromkeys(_names(record, recorded), number)
        return cause


def _names(record: Record, recorded: Recorded | None) -> list[Hashable]:
    """What others may name a record by."""
    names: list[Hashable] = [("place", record.topic, record.partition, record.offset)]
    if recorded is None:
        return names
    event, data = recorded.event, recorded.data
    names.append(("event", event.id))
    if event.sequence is not None:
        names.append(("decision", record.topic, record.partition, event.sequence))
    if isinstance(data, FanOutBegun | FanOutAdvanced):
        names.append(("fan-out", data.event))
    if record.topic == DELIVERIES.name:
        names.append(("delivery", getattr(data, "delivery", None)))
    return names


def _causes(record: Record, recorded: Recorded | None) -> list[Hashable]:
    """What a record may follow from, the closest first."""
    names: list[Hashable] = []
    replayed = _place(told(record, CASE))
    if replayed is not None:
        names.append(replayed)
    if recorded is None:
        return names
    event, data = recorded.event, recorded.data
    if event.sequence is not None and record.topic in REQUESTS_OF:
        names.append(("place", REQUESTS_OF[record.topic], record.partition, event.sequence))
    if isinstance(data, DeadLetter):
        names.append(("place", data.origin.topic, data.origin.partition, data.origin.offset))
    if isinstance(data, PublicationRequested):
        names.append(_told_of(data))
    if record.topic == DELIVERY_REQUESTS.name:
        names.append(("delivery", getattr(data, "delivery", None)))
    return [*names, *_about(data)]


def _about(data: Payload) -> list[Hashable]:
    event = getattr(data, "event", None)
    # A webhook is sent what stands in the public log; followers are told by its fan-out.
    return [("event", event)] if isinstance(data, DeliveryAttempted) else [("fan-out", event), ("event", event)]


def _told_of(data: PublicationRequested) -> Hashable:
    try:
        origin = Origin.model_validate(data.data.get("origin"))
    except ValueError:
        return None
    return "decision", origin.topic, origin.partition, origin.sequence


def _place(text: str) -> Hashable:
    """The record that `topic/partition/offset` names."""
    found = _PLACE.fullmatch(text)
    return None if found is None else ("place", found[1], int(found[2]), int(found[3]))
