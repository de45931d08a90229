"""What is told to everybody: each decision of another service at most once, in the order its log has it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.notifications.about import Origin, PublicEvent
from schemas.notifications.public import PUBLIC_TYPES
from schemas.notifications.publication import PublicationRefused, PublicationRequested
from schemas.payload import Payload

Told = Mapping[str, int]
"""Of one petition or consultation: the last decision that was told, by the topic it is on."""

NOTHING: Final[Told] = MappingProxyType({})


def decide(told: Told, request: Payload) -> Payload:
    """The public event, or why there is none. Raises what the members of the event break, and for another request."""
    if not isinstance(request, PublicationRequested):
        raise TypeError(f"{request.TYPE} asks for nothing to be told")
    kind = PUBLIC_TYPES.get(request.event)
    if kind is None:
        return PublicationRefused(origin=None, code="event-unknown")
    event = kind.model_validate(request.data)
    if event.origin.sequence <= told.get(event.origin.topic, -1):
        return PublicationRefused(origin=event.origin, code="told-before")
    return event


def evolve(told: Told, decision: Payload) -> Told:
    """What has been told after a decision; the same object where it told nothing."""
    if not isinstance(decision, PublicEvent):
        return told
    origin: Origin = decision.origin
    return MappingProxyType({**told, origin.topic: origin.sequence})
