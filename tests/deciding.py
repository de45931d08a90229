"""Stands for petitions and consultations: writes their decisions, as their deciders do, for whoever reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4
from zlib import crc32

from kenes.kafka.producer import Producer
from schemas.consultations import comments, course
from schemas.envelope import Event
from schemas.parts import PrivateEntry, RulePackRef
from schemas.payload import Payload
from schemas.petitions import v1 as petitions
from schemas.topics import Topic

MINE: Final = PrivateEntry(owner="o", entry="e", note="n")
RULES: Final = RulePackRef(id="kz", version="1")


class Deciding:
    """Writes decisions with the sequences they would have.

    `after` is the last sequence that another one has written to each partition.
    """

    def __init__(self, producer: Producer, after: int = -1) -> None:
        self._producer = producer
        self._after = after
        self._sequences: dict[tuple[str, int], int] = {}

    async def say(self, topic: Topic, subject: str, *decisions: Payload, partition: int | None = None) -> None:
        """Appends decisions about one subject to its partition, or to the one that is named."""
        partition = crc32(subject.encode()) % topic.partitions if partition is None else partition
        for decision in decisions:
            place = (topic.name, partition)
            self._sequences[place] = sequence = self._sequences.get(place, self._after) + 1
            event = Event(
                id=str(uuid4()),
                source="/test",
                subject=subject,
                time=datetime.now(UTC),
                data=decision,
                sequence=sequence,
            )
            await self._producer.send(topic, subject.encode(), event, partition)


def petition(name: str) -> list[Payload]:
    """From a draft to the answer; the first two and the refusal are nobody's business."""
    text = petitions.PetitionText(
        language="ru", title=f"Парк у реки номер {name}", text="Т" * 60, proposal="Просим разбить парк."
    )
    return [
        petitions.Created(
            petition=name, author="a", text=text, rules=RULES, level="country", body="parliament", goals=(), sealed="s",
            mine=MINE,
        ),
        petitions.Locked(petition=name, by="m", until=datetime.now(UTC)),
        petitions.Published(petition=name, closes_at=datetime.now(UTC) + timedelta(days=90)),
        petitions.PetitionRefused(petition=name, request="r", code="c"),
        petitions.Closed(petition=name, reason=petitions.CloseReason.WINDOW_ENDED),
        petitions.Archived(petition=name),
    ]  # fmt: skip


def draft(name: str) -> tuple[list[Payload], list[Payload]]:
    """Decisions on a draft, and on a comment on it."""
    title = {"kk": f"Жоба {name}", "ru": f"Проект {name}"}
    prepared = course.Prepared(consultation=name, body="akimat:KZ-75", rules=RULES, kind="law", title=title)
    posted = comments.Posted(
        consultation=name, comment="k", author="a", version=1, anchor=None, parent=None, thread=None, depth=0,
        stakeholder="public", verified=False, region="KZ-75", language="ru", text="Против.", listed=False, sealed="s",
        mine=MINE, due_at=None,
    )  # fmt: skip
    hidden = comments.Hidden(consultation=name, comment="k", reason="insult", explanation="Оскорбление.")
    return [prepared, course.Opened(consultation=name, closes_at=datetime.now(UTC))], [posted, hidden]
