"""The petitions service without servers: a broker that decides at once by the real rules, and reads from its folds."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from zlib import crc32

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt, Record, Recorded, read
from kenes.kafka.tail import Tail
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from kenes.mongo.vault import Vault
from kenes.service.answers import ReceiptView
from kenes.service.asking import Asking
from kenes.web.live import LiveHub
from schemas.envelope import Event, decision_id
from schemas.payload import Payload
from schemas.petitions.v1 import (
    GoalRequested,
    ModerateRequested,
    PetitionText,
    SignatureAccepted,
    SignatureWithdrawn,
    SubmitRequested,
    Verdict,
)
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from services.petitions.commands import SOURCE, Commands, RulesChoice
from services.petitions.directory import Directory
from services.petitions.discussion.reads import DiscussionReads
from services.petitions.domain import evolution as life
from services.petitions.domain import lifecycle
from services.petitions.domain import signature as signing
from services.petitions.domain.comment import Comment
from services.petitions.domain.petition import Petition
from services.petitions.domain.signature import NEWCOMER, Signer
from services.petitions.domain.status import Status
from services.petitions.live import LiveCounts
from services.petitions.queries import Queries, Signed, TookPart
from services.petitions.rights import Rights
from services.petitions.search.wanted import Filter
from services.petitions.stream import comment_rules
from tests.stores import MemorySessionStore
from tests.unit.petitions.samples import KEYRING, PACKS, person


@dataclass(frozen=True)
class Sent:
    """A request as it is in the log."""

    topic: Topic
    record: Record
    request: Recorded


class Keys:
    """People's keys, in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, PersonKey] = {}

    async def key_of(self, person: str) -> PersonKey:
        """The person's key, made on first use."""
        return self.keys.setdefault(person, PersonKey(PersonKey.generate()))

    async def find(self, person: str) -> PersonKey | None:
        """The person's key, if there is one."""
        return self.keys.get(person)

    async def destroy(self, person: str) -> None:
        """Erases the person."""
        self.keys.pop(person, None)


class Memory:
    """Everything the commands and the API need, in one process. `deciding = False` lets requests lie undecided."""

    def __init__(self) -> None:
        self.keyring: Keyring = KEYRING
        self.vault = Keys()
        self.sessions = MemorySessionStore()
        self.sent: list[Sent] = []
        self.deciding = True
        self.down = False
        self.late: list[Recorded] = []
        self.asked_again = 0
        self.directory = Directory()
        self.hub = LiveHub()
        self.counts = LiveCounts(self.hub, 1)
        self.petition_decisions, self.signature_decisions = Decisions(), Decisions()
        self.petitions: dict[str, Petition | None] = {}
        self.comments: dict[str, Comment | None] = {}
        self.comment_rules = comment_rules(self.petitions.get)
        self.signers: dict[str, Signer] = {}
        self.decided: dict[tuple[str, Receipt], Recorded] = {}
        producer = cast("Producer", self)
        self.commands = Commands(
            keyring=self.keyring,
            vault=cast("Vault", self.vault),
            directory=self.directory,
            petitions=cast("Tail", self),
            life=Asking(SOURCE, PETITION_REQUESTS, producer, self.petition_decisions),
            signing=Asking(SOURCE, SIGNATURE_REQUESTS, producer, self.signature_decisions),
        )

    async def send(self, topic: Topic, key: bytes, event: Event[Payload], partition: int | None = None) -> Receipt:
        """As the producer: the request goes over the wire and, where the rules are awake, is decided."""
        if self.down:
            raise BrokerUnavailableError("down")
        place = crc32(key) % topic.partitions if partition is None else partition
        receipt = Receipt(place, sum(each.topic is topic and each.record.partition == place for each in self.sent))
        now = round(datetime.now(UTC).timestamp() * 1000)
        record = Record(topic.name, place, receipt.offset, now, key, event.data.write(), event.headers())
        request = read(topic, record)
        self.sent.append(Sent(topic, record, request))
        if self.deciding:
            self.decide(topic, request)
        return receipt

    def decide(self, topic: Topic, request: Recorded) -> None:
        """Decides a request and hands the decision to whoever follows the topic."""
        subject = request.event.subject
        if topic is PETITION_REQUESTS:
            decision = self._about_petition(request)
            for take in (self.directory.take, self.petition_decisions.note):
                take(decision)
            return
        signer = getattr(request.data, "signer", "")
        standing, listing = self.signers.get(signer, NEWCOMER), self.directory.get(subject)
        window = None if listing is None else listing.known
        decision = self._write(SIGNATURES, request, signing.decide(standing, window, request.data, request.time, PACKS))
        self.signers[signer] = signing.evolve(standing, decision.data)
        for take in (self.counts.take, self.signature_decisions.note):
            take(decision)

    def _about_petition(self, request: Recorded) -> Recorded:
        subject, about = request.event.subject, self.comment_rules.key(request.event)
        petition = self.petitions.get(subject)
        if about is None:
            data = lifecycle.decide(petition, request.data, request.time, PACKS)
        else:
            data = self.comment_rules.decide(self.comments.get(about), request)
        decision = self._write(PETITIONS, request, data)
        self.petitions[subject] = life.evolve(petition, data, decision.event.time)
        if (comment := self.comment_rules.key(decision.event)) is not None:
            self.comments[comment] = self.comment_rules.evolve(self.comments.get(comment), decision.event)
        return decision

    def _write(self, topic: Topic, request: Recorded, data: Payload) -> Recorded:
        event = Event(
            id=decision_id(topic.name, request.partition, request.offset),
            source="/petitions",
            subject=request.event.subject,
            time=request.time,
            data=data,
            sequence=request.offset,
        )
        record = Record(topic.name, request.partition, 0, 0, request.key, event.data.write(), event.headers())
        decision = read(topic, record)
        self.decided[topic.name, Receipt(request.partition, request.offset)] = decision
        return decision

    async def up_to_date(self) -> None:
        """As the tail: what came late is handed on now."""
        self.asked_again += 1
        for decision in self.late:
            self.directory.take(decision)

    async def collecting(self, author: Person, wrote: PetitionText) -> str:
        """A petition that collects signatures."""
        petition = (await self.commands.create(author, wrote, RulesChoice(), 0, None)).subject
        await self.hand_in(author, petition)
        await self.approve(petition)
        return petition

    async def hand_in(self, author: Person, petition: str) -> None:
        """Submits, and finds supporters: the petition lies on the moderators' desk."""
        actor = self.commands.actor(petition, author)
        await self.commands.ask(SubmitRequested(petition=petition, actor=actor), 0)
        await self.commands.ask(GoalRequested(petition=petition, count=50), 0)

    async def approve(self, petition: str) -> None:
        """A moderator publishes it."""
        actor = self.commands.actor(petition, person(99, roles=frozenset({"moderator"})))
        await self.commands.ask(
            ModerateRequested(petition=petition, actor=actor, verdict=Verdict.APPROVE, revision=1), 0
        )

    @property
    def rights(self) -> Rights:
        """What people may ask about themselves."""
        return Rights(self.keyring, cast("Vault", self.vault), self.queries, self.sessions)

    @property
    def queries(self) -> Queries:
        """Reads of what was decided."""
        return cast("Queries", MemoryQueries(self))


class Nothing:
    """Collections without a document."""

    async def of(self, _name: str) -> Nothing:
        """One of them."""
        return self

    async def find(self, *_query: object) -> AsyncIterator[Document]:
        """None."""
        for document in list[Document]():
            yield document


class MemoryQueries:
    """Answers what `Queries` does, from memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def petition(self, petition: str) -> Petition | None:
        """See Queries."""
        return self._memory.petitions.get(petition)

    async def petitions(self, wanted: Filter) -> list[Petition]:
        """See Queries; only status and limit are looked at."""
        found = [each for each in self._memory.petitions.values() if each is not None and each.status in wanted.status]
        return found[: wanted.limit]

    async def similar(self, _text: str, limit: int) -> list[Petition]:
        """See Queries; whatever is asked, what is listed is like it."""
        return await self.petitions(Filter(limit=limit))

    async def by_ids(self, ids: Sequence[str]) -> list[Petition]:
        """See Queries."""
        found = (self._memory.petitions.get(each) for each in ids)
        return [each for each in found if each is not None]

    async def petition_receipt(self, receipt: Receipt) -> ReceiptView | None:
        """See Queries."""
        return self._receipt(PETITIONS, receipt)

    async def signature_receipt(self, receipt: Receipt) -> ReceiptView | None:
        """See Queries."""
        return self._receipt(SIGNATURES, receipt)

    def _receipt(self, topic: Topic, receipt: Receipt) -> ReceiptView | None:
        found = self._memory.decided.get((topic.name, receipt))
        if found is None:
            return None
        return ReceiptView(found.event.subject, found.data.TYPE, getattr(found.data, "code", None), found.event.time)

    async def history(self, petition: str) -> dict[datetime, dict[str, int]]:
        """See Queries."""
        minutes: dict[datetime, dict[str, int]] = {}
        for decision in self._memory.decided.values():
            data = decision.data
            if isinstance(data, SignatureAccepted | SignatureWithdrawn) and data.petition == petition:
                regions = minutes.setdefault(decision.event.time.replace(second=0, microsecond=0), {})
                step = 1 if isinstance(data, SignatureAccepted) else -1
                regions[data.region] = regions.get(data.region, 0) + step
        return minutes

    async def standing(self, petition: str, person: Person) -> bool | None:
        """See Queries."""
        signer = self._memory.signers.get(self._memory.keyring.pseudonym(petition, person.id), NEWCOMER)
        return signer.signed if signer.acts else None

    async def signed_by(self, person: Person) -> list[Signed]:
        """See Queries."""
        return [
            Signed(petition, datetime.now(UTC), self._memory.signers[signer].signed)
            for petition in self._memory.petitions
            if (signer := self._memory.keyring.pseudonym(petition, person.id)) in self._memory.signers
        ]

    async def authored_by(self, person: Person) -> list[str]:
        """See Queries."""
        return [
            name
            for name, petition in self._memory.petitions.items()
            if petition is not None and petition.author == self._memory.keyring.pseudonym(name, person.id)
        ]

    async def took_part(self, person: Person) -> list[TookPart]:
        """See Queries; what a person stands behind."""
        return [
            TookPart(name, each.at.isoformat(), "organiser", each.listed)
            for name, petition in self._memory.petitions.items()
            for each in (petition.organisers if petition is not None else ())
            if each.pseudonym == self._memory.keyring.pseudonym(name, person.id)
        ]

    @property
    def discussions(self) -> DiscussionReads:
        """See Queries; nothing is stored, all is recent."""
        return DiscussionReads(cast("LiveCollections", Nothing()), self._memory.petition_decisions)

    async def public_name(self, _owner: str, sealed: str, petition: str) -> str | None:
        """See Queries."""
        for key in self._memory.vault.keys.values():
            with suppress(UnsealError):
                told = json.loads(key.open(sealed, petition))
                return f"{told['given_name']} {told['family_name'][:1]}."
        return None

    async def latest(self) -> list[Petition]:
        """What collects now."""
        return await self.petitions(Filter(status=(Status.COLLECTING,)))
