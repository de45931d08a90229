"""Requests of people on a service's topics: written, and waited for. Decides nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import orjson
from structlog.typing import FilteringBoundLogger

from kenes.home import home_day
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.producer import Producer
from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.waiting import Decisions
from kenes.observe.logs import get_logger
from kenes.observe.tracing import current
from schemas.envelope import Event
from schemas.parts import Actor, Assurance, Eligibility, PrivateEntry
from schemas.payload import Payload
from schemas.topics import Topic


def _log() -> FilteringBoundLogger:
    """Bound once: a logger of the module finds its settings anew for every line, which every request would pay for."""
    bound: FilteringBoundLogger = get_logger(__name__).bind()
    return bound


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: where it was written, and the decision if it came in time."""

    receipt: Receipt
    subject: str
    decision: Recorded | None


@dataclass(frozen=True)
class Asking:
    """One topic of requests and the decisions on them. `source` names the service in events: `/petitions`."""

    source: str
    topic: Topic
    producer: Producer
    decisions: Decisions
    log: FilteringBoundLogger = field(default_factory=_log, repr=False)

    async def ask(self, key: str, subject: str, request: Payload, wait: float) -> Outcome:
        """Writes a request and waits so many seconds for the decision. Raises `BrokerUnavailableError`."""
        trace = current()
        event = Event(
            id=str(uuid4()),
            source=self.source,
            subject=subject,
            time=datetime.now(UTC),
            data=request,
            traceparent=None if trace is None else trace.traceparent(),
        )
        receipt = await self.producer.send(self.topic, key.encode(), event)
        self.log.debug(
            "request written",
            event_id=event.id,
            topic=self.topic.name,
            partition=receipt.partition,
            offset=receipt.offset,
        )
        return Outcome(receipt, subject, await self.decisions.wait(receipt, wait))


def actor(keyring: Keyring, subject: str, person: Person) -> Actor:
    """How a person appears in a request on this subject."""
    return Actor(pseudonym=keyring.pseudonym(subject, person.id), roles=tuple(sorted(person.roles)))


def eligibility(person: Person) -> Eligibility:
    """What rules may know of a person, today."""
    return Eligibility(
        age=person.age_on(home_day(datetime.now(UTC))),
        region=person.region,
        assurance=Assurance(person.assurance.value),
        citizen=person.citizen,
    )


def sealed_name(key: PersonKey, subject: str, person: Person) -> str:
    """The person's name and identifier under their own key, to be opened for this subject only."""
    told = {"given_name": person.given_name, "family_name": person.family_name, "person": person.id}
    return key.seal(orjson.dumps(told).decode(), subject)


def private_entry(
    keyring: Keyring, key: PersonKey, entry: str, person: Person, told: dict[str, bool | str | None]
) -> PrivateEntry:
    """An act for the person's own page; `entry` names it among their acts, `told` is for their eyes."""
    note = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **told}
    return PrivateEntry(
        owner=keyring.seal_owner(keyring.index(person.id)),
        entry=key.entry(entry),
        note=key.seal(orjson.dumps(note).decode()),
    )
