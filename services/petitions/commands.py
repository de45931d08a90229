"""What people ask for, as requests on the topics. Produces and waits; decides nothing."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.producer import Producer
from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.tail import Tail
from kenes.kafka.waiting import Decisions
from kenes.mongo.vault import Vault
from kenes.observe.tracing import current
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    Assurance,
    CreateRequested,
    Eligibility,
    LifecycleRequest,
    PetitionText,
    PrivateEntry,
    SignRequested,
    WithdrawRequested,
)
from schemas.topics import PETITION_REQUESTS, SIGNATURE_REQUESTS, Topic
from services.petitions.directory import Directory, Listing

SOURCE = "/petitions"


class UnknownPetitionError(LookupError):
    """There is no petition with this id."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: where it was written, and the decision if it came in time."""

    receipt: Receipt
    petition: str
    decision: Recorded | None


@dataclass(frozen=True, slots=True)
class RulesChoice:
    """The rule pack a petition is started under, and the unit of it where the pack has units."""

    pack: str = "kz-republic"
    unit: str | None = None


@dataclass(frozen=True)
class Commands:
    """Sends requests of identified people. All methods raise `BrokerUnavailableError`; `wait` is in seconds."""

    keyring: Keyring
    vault: Vault
    producer: Producer
    directory: Directory
    petitions: Tail
    petition_decisions: Decisions
    signature_decisions: Decisions

    async def create(
        self, person: Person, text: PetitionText, rules: RulesChoice, wait: float, idempotency_key: str | None
    ) -> Outcome:
        """Starts a draft. The same `idempotency_key` of the same person names the same petition."""
        petition = str(uuid4() if idempotency_key is None else _named(self.keyring, person, idempotency_key))
        key = await self.vault.key_of(person.id)
        request = CreateRequested(
            petition=petition,
            actor=self.actor(petition, person),
            eligibility=_eligibility(person),
            text=text,
            pack=rules.pack,
            unit=rules.unit,
            sealed=_sealed(key, petition, person),
            mine=self._entry(key, petition, person),
        )
        return await self.ask(request, wait)

    def actor(self, petition: str, person: Person) -> Actor:
        """How a person appears in a life-cycle request."""
        return Actor(pseudonym=self.keyring.pseudonym(petition, person.id), roles=tuple(sorted(person.roles)))

    async def ask(self, request: LifecycleRequest, wait: float) -> Outcome:
        """Sends a life-cycle request as it is."""
        petition = request.petition
        receipt = await self._send(PETITION_REQUESTS, petition, petition, request)
        return Outcome(receipt, petition, await self.petition_decisions.wait(receipt, wait))

    async def sign(self, person: Person, petition: str, *, listed: bool, wait: float) -> Outcome:
        """Signs. Raises `UnknownPetitionError`, `DatabaseUnavailableError`."""
        listing = await self._listing(petition)
        key = await self.vault.key_of(person.id)
        request = SignRequested(
            petition=petition,
            signer=self.keyring.pseudonym(petition, person.id),
            eligibility=_eligibility(person),
            listed=listed,
            sealed=_sealed(key, petition, person),
            mine=self._entry(key, petition, person, listed=listed, region=person.region),
            seen=listing.seen,
        )
        return await self._ask_signature(petition, request.signer, request, wait)

    async def withdraw(self, person: Person, petition: str, wait: float) -> Outcome:
        """Takes the signature back. Raises `UnknownPetitionError`, `DatabaseUnavailableError`."""
        listing = await self._listing(petition)
        key = await self.vault.key_of(person.id)
        request = WithdrawRequested(
            petition=petition,
            signer=self.keyring.pseudonym(petition, person.id),
            mine=self._entry(key, petition, person),
            seen=listing.seen,
        )
        return await self._ask_signature(petition, request.signer, request, wait)

    async def _listing(self, petition: str) -> Listing:
        """What the directory says; asked again once it has read everything, before a petition is called unknown."""
        listing = self.directory.get(petition)
        if listing is None and _is_petition_id(petition):
            await self.petitions.up_to_date()
            listing = self.directory.get(petition)
        if listing is None:
            raise UnknownPetitionError(petition)
        return listing

    async def _ask_signature(self, petition: str, signer: str, request: Payload, wait: float) -> Outcome:
        receipt = await self._send(SIGNATURE_REQUESTS, signer, petition, request)
        return Outcome(receipt, petition, await self.signature_decisions.wait(receipt, wait))

    async def _send(self, topic: Topic, key: str, petition: str, request: Payload) -> Receipt:
        trace = current()
        event = Event(
            id=str(uuid4()),
            source=SOURCE,
            subject=petition,
            time=datetime.now(UTC),
            data=request,
            traceparent=None if trace is None else trace.traceparent(),
        )
        return await self.producer.send(topic, key.encode(), event)

    def _entry(self, key: PersonKey, petition: str, person: Person, **told: bool | str | None) -> PrivateEntry:
        note = {"petition": petition, "at": datetime.now(UTC).isoformat(timespec="seconds"), **told}
        return PrivateEntry(
            owner=self.keyring.seal_owner(self.keyring.index(person.id)),
            entry=key.entry(petition),
            note=key.seal(json.dumps(note)),
        )


def _sealed(key: PersonKey, petition: str, person: Person) -> str:
    told = {"given_name": person.given_name, "family_name": person.family_name, "person": person.id}
    return key.seal(json.dumps(told, ensure_ascii=False), petition)


def _eligibility(person: Person) -> Eligibility:
    return Eligibility(
        age=person.age_on(datetime.now(UTC).date()),
        region=person.region,
        assurance=Assurance(person.assurance.value),
        citizen=person.citizen,
    )


def _named(keyring: Keyring, person: Person, idempotency_key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{keyring.pseudonym('petition drafts', person.id)}/{idempotency_key}")


def _is_petition_id(text: str) -> bool:
    """Spares the broker questions about ids that were never made here."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
