"""Petitions' lives as requests and as the decisions on them, made by the rules themselves, in any number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid4, uuid5

from aiokafka.partitioner import murmur2

from kenes.identity.sealing import PersonKey
from kenes.kafka.producer import Producer
from schemas.envelope import Event, decision_id
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    Assurance,
    CreateRequested,
    Eligibility,
    PetitionText,
    PrivateEntry,
    SubmitRequested,
)
from schemas.topics import PETITION_REQUESTS, PETITIONS
from services.petitions.domain import lifecycle
from services.petitions.domain.evolution import evolve
from services.petitions.domain.petition import Petition
from services.petitions.rule_packs import load_rule_packs
from tests.issuer import REGIONS
from tests.load.library import Library, minute
from tests.load.records import KEYRING
from tests.processes import RULE_PACKS

Keyed = tuple[bytes, Event[Payload]]
_CHUNK: Final = 500
_TEXTS: Final = 2_000
"""Different texts; each is shared by as many petitions as there must be."""
_NOTE: Final = '{"petition": "00000000-0000-0000-0000-000000000000", "at": "2026-01-01T00:00:00+00:00"}'


def partition_of(petition: str) -> int:
    """Where everything about a petition stands."""
    return int(murmur2(petition.encode()) & 0x7FFFFFFF) % PETITIONS.partitions


def requests(petition: str, number: int, text: PetitionText, at: datetime) -> list[Event[Payload]]:
    """What the author of one petition asks for, at `at`: that it is made, and published."""
    person = f"author-{number}"
    key = PersonKey(PersonKey.generate())
    actor = Actor(pseudonym=KEYRING.pseudonym(petition, person))
    entry = PrivateEntry(
        owner=KEYRING.seal_owner(KEYRING.index(person)), entry=key.entry(petition), note=key.seal(_NOTE)
    )
    asked: list[Payload] = [
        CreateRequested(
            petition=petition,
            actor=actor,
            eligibility=Eligibility(age=36, region=REGIONS[0], assurance=Assurance.HIGH, citizen=True),
            text=text,
            pack="kz-republic",
            sealed=key.seal('{"given_name": "Айгерім", "family_name": "Серікқызы"}', petition),
            mine=entry,
        ),
        SubmitRequested(petition=petition, actor=actor),
    ]
    return [Event(str(uuid4()), "/petitions", petition, at, each) for each in asked]


@dataclass
class Lives:
    """Open petitions, in the order of their numbers; `made` tells how many there are already."""

    made: int = 0
    _texts: list[PetitionText] = field(
        default_factory=lambda: [each.text for each in islice(Library().petitions(_TEXTS, minute()), _TEXTS)]
    )

    def some(self, count: int, at: datetime) -> Iterator[tuple[str, list[Event[Payload]]]]:
        """Ids and requests of the next `count` petitions, published at `at`."""
        for number in range(self.made, self.made + count):
            petition = str(uuid5(NAMESPACE_URL, f"bench life {number}"))
            yield petition, requests(petition, number, self._texts[number % len(self._texts)], at)
        self.made += count


async def write_decided(bootstrap: str, lives: Lives, count: int, at: datetime) -> None:
    """Puts requests and the decisions on them into empty topics, as they stand there once all were decided."""
    packs = load_rule_packs(RULE_PACKS)
    ends = dict.fromkeys(range(PETITIONS.partitions), 0)
    waiting: dict[int, list[tuple[Keyed, Keyed]]] = {partition: [] for partition in ends}
    async with Producer(bootstrap, "bench", timeout=60.0) as producer:

        async def write(partition: int) -> None:
            pairs, waiting[partition] = waiting[partition], []
            first = ends[partition] - len(pairs)
            for topic, some in (
                (PETITION_REQUESTS, [asked for asked, _ in pairs]),
                (PETITIONS, [decision for _, decision in pairs]),
            ):
                offsets = await producer.send_all(topic, partition, some)
                assert offsets == list(range(first, first + len(some))), (topic.name, first, offsets[:1])

        for petition, asked in lives.some(count, at):
            partition, state = partition_of(petition), None
            for request in asked:
                decision, state = decided(state, request, ends[partition], partition, packs)
                ends[partition] += 1
                waiting[partition].append(((petition.encode(), request), (petition.encode(), decision)))
            if len(waiting[partition]) >= _CHUNK:
                await write(partition)
        for partition in waiting:
            await write(partition)


def decided(
    state: Petition | None, request: Event[Payload], offset: int, partition: int, packs: Any
) -> tuple[Event[Payload], Petition | None]:
    """The decision on a request, for the place it has in the log, and the petition after it."""
    data = lifecycle.decide(state, request.data, request.time, packs)
    decision = Event(
        id=decision_id(PETITIONS.name, partition, offset),
        source="/petitions",
        subject=request.subject,
        time=request.time,
        data=data,
        sequence=offset,
        offset=offset,
    )
    return decision, evolve(state, data, request.time)


async def ask_for(bootstrap: str, lives: Lives, count: int, at: datetime) -> set[str]:
    """Asks for `count` more petitions, as of `at`, and leaves it to the product to decide; returns their ids."""
    petitions: set[str] = set()
    async with Producer(bootstrap, "bench", timeout=60.0) as producer:
        for petition, asked in lives.some(count, at):
            await producer.send_all(
                PETITION_REQUESTS, partition_of(petition), [(petition.encode(), each) for each in asked]
            )
            petitions.add(petition)
    return petitions


def now() -> datetime:
    """This instant, UTC, in whole milliseconds as the log has it."""
    found = datetime.now(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)
