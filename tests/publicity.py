"""Public events for tests and measurements: asked for as the relay does, or written as they would stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from schemas.envelope import Event
from schemas.notifications.about import About, Kind, Origin, PublicEvent
from schemas.notifications.petitions import PetitionCounted, PetitionGoalReached, PetitionPublished, PublicGoal
from schemas.notifications.publication import PublicationRequested
from schemas.topics import PETITIONS, PUBLIC_EVENTS, PUBLICATION_REQUESTS

CLOSES: Final = datetime(2027, 5, 22, tzinfo=UTC)
GOAL: Final = PublicGoal(signatures=50_000, effect="hearing")


def about(petition: str, **changes: Any) -> About:
    """What an event about a petition is about."""
    told: dict[str, Any] = {
        "kind": Kind.PETITION,
        "id": petition,
        "title": {"kk": "Мектеп жанындағы өткелдер", "ru": "Переходы у школ"},
        "body": "kz-government",
        "level": "republic",
        "category": "transport",
        "unit": "KZ",
        "region": None,
    }
    return About.model_validate(told | changes)


def origin(sequence: int, topic: str = PETITIONS.name) -> Origin:
    """The decision an event tells of."""
    return Origin(topic=topic, partition=0, sequence=sequence)


def published(petition: str, sequence: int = 0, **changes: Any) -> PetitionPublished:
    """A petition can be signed."""
    told = about(petition, **changes)
    return PetitionPublished(about=told, origin=origin(sequence), goals=(GOAL,), closes_at=CLOSES)


def counted(petition: str, sequence: int, count: int | None = None, **changes: Any) -> PetitionCounted:
    """So many signatures."""
    told = about(petition, **changes)
    return PetitionCounted(about=told, origin=origin(sequence), count=sequence if count is None else count)


def reached(petition: str, sequence: int, count: int = 50_000) -> PetitionGoalReached:
    """A goal was reached."""
    return PetitionGoalReached(about=about(petition), origin=origin(sequence), goal=GOAL, count=count, due_at=None)


async def publish(producer: Producer, events: Sequence[PublicEvent]) -> None:
    """Has events told to everybody, through the service's own decider."""
    now = datetime.now(UTC)
    asked = [
        (
            each.about.id.encode(),
            Event(
                id=str(uuid5(NAMESPACE_URL, f"test publication {each.about.id} {each.origin.sequence}")),
                source="/notifications/relay",
                subject=each.about.id,
                time=now,
                data=PublicationRequested(event=each.TYPE, data=each.model_dump(mode="json")),
            ),
        )
        for each in events
    ]
    await producer.send_all(PUBLICATION_REQUESTS, 0, asked)


def standing(events: Iterable[PublicEvent], first: int, now: datetime | None = None) -> list[tuple[bytes, Event[Any]]]:
    """Keys and events as they stand in the topic from this sequence on, undecided: for where no decider runs."""
    at = now or datetime.now(UTC)
    return [
        (
            each.about.id.encode(),
            Event(
                id=str(uuid5(NAMESPACE_URL, f"{PUBLIC_EVENTS.name} {sequence}")),
                source="/notifications",
                subject=each.about.id,
                time=at,
                data=each,
                sequence=sequence,
            ),
        )
        for sequence, each in enumerate(events, first)
    ]
