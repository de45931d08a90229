"""What of an event its readers are told: the members that become facts, and its title in their language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kenes.regions import place_name
from schemas.notifications.about import About, PublicEvent
from schemas.notifications.consultations import ConsultationExtended, ConsultationMeetingRecorded, ConsultationWithdrawn
from schemas.notifications.personal import (
    PERSONAL_TYPES,
    PersonalEvent,
    PetitionModerationBegun,
    PetitionOrganiserJoined,
    PetitionRejected,
    PetitionReturned,
)
from schemas.notifications.petitions import PetitionGoalReached, PetitionPublished
from schemas.notifications.public import PUBLIC_TYPES
from schemas.parts import Statement
from services.notifications.channels.port import Fact, FactValue, Item

_TYPES: Final[Mapping[str, type[PublicEvent] | type[PersonalEvent]]] = {**PUBLIC_TYPES, **PERSONAL_TYPES}

_FACTS: Final[dict[str, Fact]] = {
    "count": Fact.SIGNATURES,
    "ripe_at": Fact.RIPE,
    "until": Fact.UNTIL,
    "closes_at": Fact.UNTIL,
    "due_at": Fact.DUE,
    "report_due_at": Fact.REPORT_DUE,
    "outcome": Fact.OUTCOME,
    "stage": Fact.STAGE,
    "version": Fact.VERSION,
    "comments": Fact.COMMENTS,
    "organisers": Fact.ORGANISERS,
    "then": Fact.THEN,
    "held_on": Fact.HELD,
    "act": Fact.ACT,
    "statement": Fact.STATEMENT,
    "conclusions": Fact.STATEMENT,
    "note": Fact.NOTE,
    "message": Fact.MESSAGE,
}
"""Members of events, in the order they are told in."""
_DUE: Final[Mapping[type[PublicEvent] | type[PersonalEvent], Fact]] = {
    PetitionGoalReached: Fact.ANSWER_DUE,
    PetitionModerationBegun: Fact.DECISION_DUE,
}
"""What is due by `due_at`, where the headline does not say it."""
_GIVE_REASONS: Final = (ConsultationExtended, ConsultationWithdrawn, PetitionRejected, PetitionReturned)
"""Their reasons are words of a body or a moderator; those of others are codes."""


def event_of(kind: str, data: Mapping[str, Any]) -> PublicEvent | PersonalEvent:
    """An event by its type and members, as it was stored. Raises `KeyError` for a type that nobody is told."""
    return _TYPES[kind].model_validate(data)


def item_of(event: PublicEvent | PersonalEvent, language: str, *, url: str, at: datetime) -> Item:
    """An event as one item of a notice; `url` is where it can be read, absolute, and `at` when it happened."""
    return Item(event.TYPE, title_of(event.about, language), url, at, facts_of(event, language))


def title_of(about: About, language: str) -> str:
    """The title in a language, else in one it has."""
    return nearest(about.title, language)


def nearest(texts: Mapping[Any, str], language: str) -> str:
    """A text that is there in some languages: in this one, else in the first."""
    return texts.get(language) or next(iter(texts.values()))


def facts_of(event: PublicEvent | PersonalEvent, language: str) -> dict[Fact, FactValue]:
    """What is told beside the headline."""
    labels = _FACTS | {"due_at": _DUE.get(type(event), Fact.DUE)}
    told = ((fact, _value(getattr(event, member, None), language)) for member, fact in labels.items())
    found: dict[Fact, FactValue] = {fact: value for fact, value in told if value is not None}
    if isinstance(event, PetitionGoalReached):
        found[Fact.GOAL] = event.goal.signatures
    if isinstance(event, PetitionPublished) and event.text_changed:
        found[Fact.TEXT] = "changed"
    if isinstance(event, _GIVE_REASONS):
        found[Fact.REASON] = event.reason
    if isinstance(event, PetitionOrganiserJoined):
        found[Fact.PLACE] = place_name(event.place, language)
    if isinstance(event, ConsultationMeetingRecorded):
        found[Fact.MEETING] = nearest(event.topic, language)
    return found


def _value(value: Any, language: str) -> FactValue | None:
    return getattr(value, language) or value.kk if isinstance(value, Statement) else value
