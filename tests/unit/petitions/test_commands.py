"""Requests of people: what is written, what is waited for, and that nobody can be told from it."""

import base64
import json
import time
from datetime import date
from uuid import UUID

import pytest

from kenes.identity.person import Person
from kenes.identity.sealing import UnsealError
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Receipt
from schemas.envelope import sequence_of
from schemas.petitions.v1 import (
    Closed,
    CloseReason,
    CloseRequested,
    Created,
    CreateRequested,
    Edited,
    EditRequested,
    GatheringBegun,
    GoalRequested,
    ModerateRequested,
    ModerationBegun,
    PetitionRefused,
    Published,
    Seen,
    SignatureAccepted,
    SignatureRefused,
    SignatureWithdrawn,
    SignRequested,
    SubmitRequested,
    Verdict,
    WithdrawRequested,
)
from schemas.topics import PETITION_REQUESTS, SIGNATURE_REQUESTS
from services.petitions.commands import RulesChoice, UnknownPetitionError
from services.petitions.domain.refusals import Refusal
from tests.unit.petitions.memory import Memory, Sent
from tests.unit.petitions.samples import person, text

AUTHOR = person(1, roles=frozenset({"moderator", "citizen"}))
RULES = RulesChoice()
UNKNOWN = "5e7f1f8e-6a53-4a3a-8f0e-2c9b7f1f9c55"


async def whole_life(memory: Memory) -> str:
    """Every command once, and a refusal."""
    commands = memory.commands
    petition = (await commands.create(AUTHOR, text(), RULES, 1, "key-1")).subject
    actor = commands.actor(petition, AUTHOR)
    better = text("Safer crossings by every school")
    await commands.ask(EditRequested(petition=petition, actor=actor, text=better), 1)
    await commands.ask(SubmitRequested(petition=petition, actor=actor), 1)
    await commands.ask(GoalRequested(petition=petition, count=50), 1)
    moderator = commands.actor(petition, person(3, roles=frozenset({"moderator"})))
    verdict = ModerateRequested(petition=petition, actor=moderator, verdict=Verdict.APPROVE, revision=2)
    await commands.ask(verdict, 1)
    await commands.sign(person(2), petition, listed=True, wait=1)
    await commands.sign(person(2), petition, listed=True, wait=1)
    await commands.withdraw(person(2), petition, 1)
    await commands.ask(CloseRequested(petition=petition, actor=actor), 1)
    return petition


async def test_a_whole_life_is_decided() -> None:
    memory = Memory()

    await whole_life(memory)

    assert [type(each.data) for each in memory.decided.values()] == [
        Created,
        Edited,
        GatheringBegun,
        ModerationBegun,
        Published,
        SignatureAccepted,
        SignatureRefused,
        SignatureWithdrawn,
        Closed,
    ]
    closed = list(memory.decided.values())[-1].data
    assert isinstance(closed, Closed)
    assert closed.reason is CloseReason.AUTHOR


def wire(sent: Sent) -> bytes:
    """Everything of a record that a reader of the topic sees."""
    headers = b"".join(name.encode() + value for name, value in sent.record.headers)
    return (sent.record.key or b"") + (sent.record.value or b"") + headers


async def test_nothing_personal_is_on_the_topics() -> None:
    memory = Memory()
    await whole_life(memory)

    everything = b"".join(wire(each) for each in memory.sent)
    everything += b"".join(each.data.write() + repr(each.event.headers()).encode() for each in memory.decided.values())
    for who in (AUTHOR, person(2)):
        for told in (who.given_name, who.family_name, who.subject, who.issuer, who.id, "1987-03-21", "21.03.1987"):
            assert told.encode() not in everything
            assert json.dumps(told)[1:-1].encode() not in everything
        index = base64.urlsafe_b64encode(memory.keyring.index(who.id)).rstrip(b"=")
        assert index not in everything


async def test_two_petitions_of_one_person_cannot_be_joined() -> None:
    memory = Memory()
    petitions = [await memory.collecting(AUTHOR, text()) for _ in range(2)]
    for petition in petitions:
        await memory.commands.sign(person(2), petition, listed=False, wait=1)

    first, second = (each.request.data for each in memory.sent if isinstance(each.request.data, SignRequested))
    assert isinstance(first, SignRequested)
    assert isinstance(second, SignRequested)
    shared = {first.signer, first.sealed, first.mine.owner, first.mine.entry, first.mine.note} & {
        second.signer,
        second.sealed,
        second.mine.owner,
        second.mine.entry,
        second.mine.note,
    }
    assert shared == set()


async def test_what_is_sealed_opens_for_its_person_alone() -> None:
    memory = Memory()
    petition = await memory.collecting(AUTHOR, text())
    signer, other = person(2), person(3)
    await memory.commands.sign(signer, petition, listed=False, wait=1)
    request = memory.sent[-1].request.data
    assert isinstance(request, SignRequested)
    key = await memory.vault.key_of(signer.id)

    told = json.loads(key.open(request.sealed, petition))
    assert told == {"given_name": signer.given_name, "family_name": signer.family_name, "person": signer.id}
    assert json.loads(key.open(request.mine.note))["petition"] == petition
    assert memory.keyring.open_owner(request.mine.owner) == memory.keyring.index(signer.id)
    with pytest.raises(UnsealError):
        (await memory.vault.key_of(other.id)).open(request.sealed, petition)
    with pytest.raises(UnsealError):
        key.open(request.sealed, "another petition")


async def test_the_same_idempotency_key_of_the_same_person_names_the_same_petition() -> None:
    memory = Memory()
    create = memory.commands.create

    once, again = await create(AUTHOR, text(), RULES, 1, "key"), await create(AUTHOR, text(), RULES, 1, "key")
    other_key, other_person = (
        await create(AUTHOR, text(), RULES, 1, "key 2"),
        await create(person(2), text(), RULES, 1, "key"),
    )

    assert once.subject == again.subject
    assert again.decision is not None
    assert isinstance(again.decision.data, PetitionRefused)
    assert again.decision.data.code == Refusal.PETITION_EXISTS
    assert len({once.subject, other_key.subject, other_person.subject}) == 3
    assert all(str(UUID(each.subject)) == each.subject for each in (once, other_key, other_person))


async def test_without_an_idempotency_key_every_petition_is_another() -> None:
    memory = Memory()

    found = {(await memory.commands.create(AUTHOR, text(), RULES, 1, None)).subject for _ in range(3)}

    assert len(found) == 3


async def test_requests_are_keyed_so_that_a_petition_or_a_signer_stays_in_order() -> None:
    memory = Memory()
    petition = await whole_life(memory)
    signer = memory.keyring.pseudonym(petition, person(2).id).encode()

    keys = {(each.topic.name, each.record.key) for each in memory.sent}
    assert keys == {(PETITION_REQUESTS.name, petition.encode()), (SIGNATURE_REQUESTS.name, signer)}
    assert {each.request.event.subject for each in memory.sent} == {petition}


async def test_a_request_says_what_its_asker_had_seen() -> None:
    memory = Memory()
    petition = await memory.collecting(AUTHOR, text())
    published = memory.petition_decisions.latest()[-1]

    await memory.commands.sign(person(2), petition, listed=False, wait=1)
    await memory.commands.withdraw(person(2), petition, 1)

    for sent in memory.sent[-2:]:
        assert isinstance(sent.request.data, SignRequested | WithdrawRequested)
        seen = Seen(partition=published.partition, sequence=sequence_of(published.event))
        assert sent.request.data.seen == seen


async def test_an_unknown_petition_is_asked_for_again_before_it_is_called_unknown() -> None:
    elsewhere, memory = Memory(), Memory()
    petition = await elsewhere.collecting(AUTHOR, text())
    memory.late = elsewhere.petition_decisions.latest()

    outcome = await memory.commands.sign(person(2), petition, listed=False, wait=1)

    assert memory.asked_again == 1
    assert outcome.decision is not None
    assert isinstance(outcome.decision.data, SignatureAccepted)


@pytest.mark.parametrize(("petition", "asked"), [(UNKNOWN, 1), ("nonsense", 0), (UNKNOWN.upper(), 0), ("", 0)])
async def test_an_unknown_petition_is_refused_and_nothing_is_written(petition: str, asked: int) -> None:
    memory = Memory()

    with pytest.raises(UnknownPetitionError):
        await memory.commands.sign(person(2), petition, listed=False, wait=1)

    assert memory.asked_again == asked, "ids that were never made here cost the broker nothing"
    assert memory.sent == []


async def test_the_decision_comes_with_the_outcome_when_it_is_waited_for() -> None:
    outcome = await Memory().commands.create(AUTHOR, text(), RULES, 1, None)

    assert outcome.decision is not None
    assert isinstance(outcome.decision.data, Created)
    assert outcome.receipt == Receipt(outcome.decision.partition, sequence_of(outcome.decision.event))


@pytest.mark.parametrize("wait", [0, 0.02])
async def test_an_undecided_request_comes_back_with_its_receipt(wait: float) -> None:
    memory = Memory()
    memory.deciding = False
    began = time.monotonic()

    outcome = await memory.commands.create(AUTHOR, text(), RULES, wait, None)

    assert outcome.decision is None
    assert outcome.receipt == Receipt(memory.sent[0].record.partition, 0)
    assert wait <= time.monotonic() - began < wait + 5


async def test_a_broker_that_is_away_is_told_to_the_caller() -> None:
    memory = Memory()
    memory.down = True

    with pytest.raises(BrokerUnavailableError):
        await memory.commands.create(AUTHOR, text(), RULES, 1, None)


@pytest.mark.parametrize(
    ("signer", "code"),
    [
        (person(2, birth_date=None), Refusal.BIRTH_DATE_MISSING),
        (person(2, region=None), Refusal.REGION_MISSING),
        (person(2, birth_date=None, region=None), Refusal.BIRTH_DATE_MISSING),
        (person(2, birth_date=date(2020, 1, 1)), Refusal.UNDER_AGE),
        (person(2, citizen=False), Refusal.NOT_A_CITIZEN),
    ],
)
async def test_what_the_issuer_does_not_tell_is_refused_and_not_lost(signer: Person, code: Refusal) -> None:
    memory = Memory()
    petition = await memory.collecting(AUTHOR, text())

    outcome = await memory.commands.sign(signer, petition, listed=False, wait=1)

    assert outcome.decision is not None
    assert isinstance(outcome.decision.data, SignatureRefused)
    assert outcome.decision.data.code == code


async def test_roles_travel_with_the_actor_in_a_fixed_order() -> None:
    memory = Memory()
    petition = await whole_life(memory)

    data = [sent.request.data for sent in memory.sent]
    asked = [each for each in data if isinstance(each, CreateRequested | EditRequested | CloseRequested)]
    assert len(asked) == 3
    for each in asked:
        assert each.actor.roles == ("citizen", "moderator")
        assert each.actor.pseudonym == memory.keyring.pseudonym(petition, AUTHOR.id)
