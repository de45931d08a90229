"""How requests are decided in the stream: the domain's rules, over states that survive being stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings

from kenes.kafka.records import Recorded
from kenes.kafka.tail import Tail
from kenes.service import seen
from schemas.payload import Payload
from schemas.petitions.v1 import Created, Seen, SignatureAccepted, SignatureRefused, SignRequested, WithdrawRequested
from schemas.topics import PETITIONS
from services.petitions.directory import Directory
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.signature import NEWCOMER, Signer
from services.petitions.stream import SignerState, petition_rules, signer_rules
from tests.unit.mongo.memory import Database
from tests.unit.petitions.samples import (
    ACTS,
    PACKS,
    START,
    Act,
    decided,
    eligibility,
    mine,
    petition_log,
    signature_log,
)


def asked(data: Payload, subject: str = "petition-0") -> Recorded:
    request = decided(0, 0, 0, START, subject, data)
    return replace(request, event=replace(request.event, sequence=None))


def sign(seen: int = 0, partition: int = 0) -> SignRequested:
    return SignRequested(
        petition="petition-0",
        signer="signer",
        eligibility=eligibility(),
        listed=False,
        sealed="sealed",
        mine=mine(0, "petition-0"),
        seen=Seen(partition=partition, sequence=seen),
    )


def open_directory() -> Directory:
    directory = Directory()
    for decision in petition_log([Act(person=0, petition=0, what=what, minutes=0, skipped=0) for what in (0, 2, 3)]):
        directory.take(decision)
    return directory


@settings(max_examples=40)
@given(acts=ACTS)
def test_petitions_survive_being_stored(acts: list[Act]) -> None:
    rules = petition_rules(PACKS)
    states: dict[str | None, Any] = {}
    for decision in petition_log(acts):
        key = rules.key(decision.event)
        states[key] = rules.evolve(states.get(key, rules.initial), decision.event)

    for key, state in states.items():
        if state is not None:
            assert rules.load({"_id": key, "p": 0, "s": 0, **rules.dump(state)}) == state
    assert rules.dump(None) == {}
    assert rules.resident, "petitions are few: all of a partition are held"


@settings(max_examples=40)
@given(acts=ACTS)
def test_signers_survive_being_stored(acts: list[Act]) -> None:
    rules = signer_rules(PACKS, Directory())
    states: dict[str | None, Signer] = {}
    for decision in signature_log(acts):
        key = rules.key(decision.event)
        states[key] = rules.evolve(states.get(key, rules.initial), decision.event)

    for key, state in states.items():
        assert rules.load({"_id": key, "p": 0, "s": 0, **rules.dump(state)}) == state
    assert not rules.resident, "signers are many: they are looked up"


def test_a_life_cycle_request_is_decided_by_the_packs() -> None:
    rules = petition_rules(PACKS)
    created = next(each for each in petition_log([Act(person=0, petition=0, what=0, minutes=0, skipped=0)]))
    assert isinstance(created.data, Created)
    assert created.data.rules.id == "kz-republic"
    assert rules.key(created.event) == "petition-0"


def test_a_signature_is_decided_by_what_the_directory_lists() -> None:
    known, unknown = signer_rules(PACKS, open_directory()), signer_rules(PACKS, Directory())

    assert isinstance(known.decide(NEWCOMER, asked(sign())), SignatureAccepted)
    refused = unknown.decide(NEWCOMER, asked(sign()))
    assert isinstance(refused, SignatureRefused)
    assert refused.code == Refusal.PETITION_UNKNOWN
    assert known.key(asked(sign()).event) == "signer"


class Petitions:
    """A tail that has read so far on each partition."""

    topic = PETITIONS

    def __init__(self, **reached: int) -> None:
        self.places = {int(name.removeprefix("p")): sequence for name, sequence in reached.items()}
        self.waited: list[tuple[int, int]] = []

    async def reached(self, partition: int, sequence: int) -> None:
        """See Tail."""
        self.waited.append((partition, sequence))
        if self.places.get(partition, sequence) < sequence:
            await asyncio.Event().wait()


def signer_state(petitions: Petitions) -> SignerState:
    rules = signer_rules(PACKS, open_directory())
    return SignerState(cast("Any", Database()), rules, cast("Tail", petitions), lambda *_: None)


async def test_a_batch_waits_for_the_newest_decision_its_askers_had_seen() -> None:
    petitions = Petitions(p0=9, p1=4)
    withdraw = WithdrawRequested(
        petition="petition-0", signer="s", mine=mine(0, "petition-0"), seen=Seen(partition=1, sequence=4)
    )
    events = [asked(data).event for data in (sign(3), sign(7), sign(5), withdraw)]

    await asyncio.wait_for(signer_state(petitions).prepare(events), 5)

    assert sorted(petitions.waited) == [(0, 7), (1, 4)]


async def test_a_reference_to_nothing_does_not_hold_up_the_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "SEEN_WITHIN", 0.02)
    state = signer_state(Petitions(p0=1))

    await asyncio.wait_for(state.prepare([asked(sign(10**9)).event]), 5)

    assert isinstance(state.decide(asked(sign(10**9))), SignatureAccepted), "decided by what is known"


async def test_decisions_to_fold_wait_for_nothing() -> None:
    petitions = Petitions(p0=-1)
    decisions = signature_log([Act(person=0, petition=0, what=0, minutes=0, skipped=0)])

    await asyncio.wait_for(signer_state(petitions).prepare([each.event for each in decisions]), 5)

    assert petitions.waited == []
