"""What the tests of petitions share: people, texts, logs of decisions, and a database that is a dict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from schemas.envelope import Event, decision_id, sequence_of
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    CloseRequested,
    CreateRequested,
    EditRequested,
    Eligibility,
    GoalRequested,
    ModerateRequested,
    PetitionText,
    PrivateEntry,
    Seen,
    SignRequested,
    SubmitRequested,
    Verdict,
    WithdrawRequested,
)
from schemas.petitions.v1 import Assurance as Level
from services.petitions.domain import evolution as life
from services.petitions.domain import lifecycle
from services.petitions.domain import signature as signing
from services.petitions.domain.petition import Petition
from services.petitions.domain.signature import NEWCOMER, Signer, SigningWindow
from services.petitions.rule_packs import load_rule_packs
from tests.unit.store import Store

PACKS = load_rule_packs(Path("services/petitions/rule_packs"))
KEYRING = Keyring(b"k" * 32)
START = datetime(2026, 9, 1, 9, tzinfo=UTC)
RULES = PACKS.in_force("kz-republic", START).ref
OPEN = SigningWindow(RULES, opened_at=START, closes_at=START + timedelta(days=180))
REGIONS = ("KZ-75", "KZ-71", "KZ-10")
PARTITIONS = 3


def person(number: int = 0, **changes: Any) -> Person:
    """One of any number of grown-up citizens, whose names and ids would be found in anything they leaked into."""
    told: dict[str, Any] = {
        "issuer": "https://issuer.example",
        "subject": f"subject-{number}",
        "given_name": f"Айгерім{number}",
        "family_name": f"Серікқызы{number}",
        "birth_date": date(1987, 3, 21),
        "region": REGIONS[number % len(REGIONS)],
        "assurance": Assurance.HIGH,
        "citizen": True,
        "roles": frozenset({"citizen"}),
    }
    return Person(**told | changes)


def text(title: str = "Safe crossings by every school") -> PetitionText:
    """What an author wrote."""
    words = "Children cross a main road every morning, and nobody slows down."
    return PetitionText(language="en", title=title, text=words, proposal="Build raised crossings.")


def eligibility(region: str = REGIONS[0]) -> Eligibility:
    """Of somebody who may do everything."""
    return Eligibility(age=30, region=region, assurance=Level.HIGH, citizen=True)


def mine(number: int, petition: str) -> PrivateEntry:
    """A person's private entry; the key is the person's own, the same each time."""
    key = PersonKey(bytes([number % 256]) * 32)
    owner = KEYRING.seal_owner(KEYRING.index(person(number).id))
    return PrivateEntry(owner=owner, entry=key.entry(petition), note=key.seal(petition))


def decided(partition: int, offset: int, sequence: int, at: datetime, subject: str, data: Payload) -> Recorded:
    """A decision as a reader of the topic gets it."""
    event = Event(
        id=decision_id("test", partition, sequence),
        source="/petitions",
        subject=subject,
        time=at,
        data=data,
        sequence=sequence,
    )
    return Recorded(partition, offset, at, None, event)


@dataclass(frozen=True)
class Act:
    """Something a person asks. `skipped` requests were set aside before: sequences have gaps."""

    person: int
    petition: int
    what: int
    minutes: int
    skipped: int


ACTS = st.lists(
    st.builds(
        Act,
        person=st.integers(0, 5),
        petition=st.integers(0, 2),
        what=st.integers(0, 4),
        minutes=st.integers(0, 90),
        skipped=st.integers(0, 2),
    ),
    max_size=40,
)
CUTS = st.lists(st.integers(1, 6), min_size=1, max_size=15)


@dataclass
class _Log:
    """Writes decisions as a decider does: on the request's partition, with its offset as the sequence."""

    decisions: list[Recorded] = field(default_factory=list)
    _offsets: dict[int, int] = field(default_factory=dict)
    _sequences: dict[int, int] = field(default_factory=dict)

    def write(self, partition: int, skipped: int, at: datetime, subject: str, data: Payload) -> None:
        offset = self._offsets.get(partition, 0)
        sequence = self._sequences.get(partition, -1) + 1 + skipped
        self._offsets[partition], self._sequences[partition] = offset + 1, sequence
        self.decisions.append(decided(partition, offset, sequence, at, subject, data))


def signature_log(acts: Sequence[Act]) -> list[Recorded]:
    """What the rules decide on people who sign and withdraw, whether they may or not."""
    log, signers, now = _Log(), dict[tuple[int, int], Signer](), START
    for act in acts:
        now += timedelta(minutes=act.minutes)
        petition, signer = f"petition-{act.petition}", signers.get((act.person, act.petition), NEWCOMER)
        who = KEYRING.pseudonym(petition, person(act.person).id)
        seen = Seen(partition=0, sequence=0)
        request: Payload
        if act.what < 3:
            region = REGIONS[(act.person + act.what) % len(REGIONS)]
            request = SignRequested(
                petition=petition,
                signer=who,
                eligibility=eligibility(region),
                listed=True,
                sealed="sealed",
                mine=mine(act.person, petition),
                seen=seen,
            )
        else:
            request = WithdrawRequested(petition=petition, signer=who, mine=mine(act.person, petition), seen=seen)
        decision = signing.decide(signer, OPEN, request, now, PACKS)
        signers[act.person, act.petition] = signing.evolve(signer, decision)
        log.write(act.person % PARTITIONS, act.skipped, now, petition, decision)
    return log.decisions


def petition_log(acts: Sequence[Act]) -> list[Recorded]:
    """What the rules decide on petitions that are created, edited, submitted, published and closed in any order."""
    log, petitions, now = _Log(), dict[str, Petition | None](), START
    for act in acts:
        now += timedelta(minutes=act.minutes)
        petition = f"petition-{act.petition}"
        request = _life_request(petition, act)
        decision = lifecycle.decide(petitions.get(petition), request, now, PACKS)
        petitions[petition] = life.evolve(petitions.get(petition), decision, now)
        log.write(act.petition % PARTITIONS, act.skipped, now, petition, decision)
    return log.decisions


def _life_request(petition: str, act: Act) -> Payload:
    actor = Actor(pseudonym="author", roles=("moderator",) if act.person else ())
    wrote = text(f"Safe crossings, version {act.minutes}")
    requests: tuple[Payload, ...] = (
        CreateRequested(
            petition=petition,
            actor=actor,
            eligibility=Eligibility(age=30, region="KZ-75", assurance=Assurance.HIGH, citizen=True),
            text=wrote,
            pack=RULES.id,
            sealed="sealed",
            mine=mine(act.petition, petition),
        ),
        EditRequested(petition=petition, actor=actor, text=wrote),
        SubmitRequested(petition=petition, actor=actor),
        _on_its_way(petition, act),
        CloseRequested(petition=petition, actor=actor),
    )
    return requests[act.what]


def _on_its_way(petition: str, act: Act) -> Payload:
    """What brings a petition to be published: supporters enough, or a moderator's verdict."""
    if act.minutes % 2:
        return GoalRequested(petition=petition, count=50)
    moderator = Actor(pseudonym="moderator", roles=("moderator",))
    return ModerateRequested(petition=petition, actor=moderator, verdict=Verdict.APPROVE, revision=1)


class StoredVersion:
    """A projection's version as `load` methods read it: documents, and positions that may be older than they are."""

    def __init__(self, store: Store, folded: Sequence[Recorded]) -> None:
        self._store = store
        self._positions = dict.fromkeys(range(PARTITIONS), Position())
        for decision in folded:
            self._positions[decision.partition] = Position(decision.offset + 1, sequence_of(decision.event))
        self._name = ""

    async def positions(self) -> dict[int, Position]:
        """Where each partition stands."""
        return dict(self._positions)

    def collection(self, name: str) -> StoredVersion:
        """Itself, about to be asked for the documents of `name`."""
        self._name = name
        return self

    async def find(self, *_query: object) -> Any:
        """Every document."""
        for document in self._store.all(self._name):
            yield document


def rest(decisions: Sequence[Recorded], positions: Mapping[int, Position]) -> list[Recorded]:
    """What a tail hands on that starts from these positions."""
    return [each for each in decisions if each.offset >= positions[each.partition].next_offset]
