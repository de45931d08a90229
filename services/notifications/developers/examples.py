"""One example of every public event. Invented, and of the shape that its model says."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.records import Recorded
from schemas.envelope import Event
from schemas.notifications.about import Kind, PublicEvent
from schemas.notifications.consultations import (
    CONSULTATION_EVENTS,
    CommentAnswered,
    CommentHidden,
    ConsultationEvent,
)
from schemas.notifications.petitions import PetitionClosed, PetitionCommentHidden, PetitionResumed
from schemas.payload import Payload
from services.notifications.streams.line import Line

AT: Final = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_SUBJECT: Final = "0197f3a2-5b7e-7c31-9d52-6a1f0c8be410"
_STATEMENT: Final = {
    "kk": "Ұсыныс қабылданды: автобус бағыты келесі жылдан бастап ауылға дейін барады.",
    "ru": "Предложение принято: со следующего года автобус будет ходить до посёлка.",
    "en": "The proposal was accepted: from next year the bus will go as far as the village.",
}
_PETITION: Final = {
    "kind": Kind.PETITION,
    "id": _SUBJECT,
    "title": {"kk": "Ауылға автобус керек", "ru": "Посёлку нужен автобус"},
    "body": "akimat:KZ-75",
    "level": "region",
    "category": "transport",
    "unit": "KZ-75",
    "region": "KZ-75",
}
_DRAFT: Final = {
    "kind": Kind.CONSULTATION,
    "id": _SUBJECT,
    "title": {"kk": "Медиа туралы заң жобасы", "ru": "Проект закона о медиа"},
    "body": "kz-government",
    "level": "country",
    "category": "law",
}
_MEMBERS: Final[dict[str, Any]] = {
    "act": "Постановление № 3-124",
    "campaign": False,
    "clause": "art_12__para_2",
    "closes_at": datetime(2027, 2, 18, 19, tzinfo=UTC),
    "comment": "0197f3a2-8c11-7d0a-b2c4-3f9e5d7a1b20",
    "comments": 412,
    "conclusions": _STATEMENT,
    "count": 50_000,
    "discussed": False,
    "due_at": datetime(2026, 12, 21, 19, tzinfo=UTC),
    "goal": {"signatures": 50_000, "effect": "consideration"},
    "goals": [{"signatures": 50_000, "effect": "consideration"}],
    "held_on": AT.date(),
    "in_favour_of": "0197f3a2-9d40-7b55-8e6f-1a2b3c4d5e6f",
    "language": "kk",
    "link": "https://parlam.kz/",
    "media": None,
    "note": _STATEMENT,
    "number": 412,
    "on": AT.date(),
    "organisers": 7,
    "outcome": "satisfied",
    "parent": None,
    "reason": "Многие просили больше времени.",
    "report_due_at": datetime(2027, 1, 15, 19, tzinfo=UTC),
    "revision": 3,
    "ripe_at": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    "stage": "parliament",
    "stakeholder": "ngo",
    "statement": _STATEMENT,
    "then": "moderation",
    "topic": {"kk": "Медиа туралы жобаны талқылау", "ru": "Обсуждение проекта о медиа"},
    "until": datetime(2027, 11, 20, 9, 30, tzinfo=UTC),
    "verified": True,
    "version": 2,
}
_OF_TYPE: Final[dict[type[PublicEvent], dict[str, Any]]] = {
    PetitionClosed: {"reason": "window-ended"},
    PetitionCommentHidden: {"reason": "insulting"},
    PetitionResumed: {"ripe_at": None, "until": None},
    CommentAnswered: {"outcome": "accepted"},
    CommentHidden: {"reason": "insult"},
}


def example(kind: type[PublicEvent]) -> Line:
    """An event of this type as it stands in the log, the same each time."""
    topic = "consultations.consultations.v1" if kind in CONSULTATION_EVENTS else "petitions.petitions.v1"
    known = _MEMBERS | _OF_TYPE.get(kind, {})
    members = {name: known[name] for name in kind.model_fields if name in known}
    about = _DRAFT if issubclass(kind, ConsultationEvent) else _PETITION
    origin = {"topic": topic, "partition": 4, "sequence": 1207}
    event: Event[Payload] = Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:example:{kind.TYPE}")),
        source="/notifications",
        subject=_SUBJECT,
        time=AT,
        data=kind.model_validate({"about": about, "origin": origin, **members}),
    )
    return Line(Recorded(partition=0, offset=90_417, time=AT, key=_SUBJECT.encode(), event=event))
