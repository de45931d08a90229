"""What the sweep is measured with is what the product would have written itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiokafka.partitioner import DefaultPartitioner

from schemas.envelope import sequence_of
from schemas.petitions.v1 import Created, Published
from schemas.terms import months_after
from schemas.topics import PETITIONS
from services.petitions.domain.evolution import evolve
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.rule_packs import load_rule_packs
from tests.load.lives import Lives, decided, partition_of
from tests.processes import RULE_PACKS

AT = datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_petitions_are_decided_by_the_rules_and_open() -> None:
    lives, packs = Lives(), load_rule_packs(RULE_PACKS)
    for petition, asked in lives.some(3, AT):
        state: Petition | None = None
        for offset, request in enumerate(asked):
            decision, state = decided(state, request, offset, 0, packs)
            assert (decision.subject, sequence_of(decision), decision.offset) == (petition, offset, offset)
        assert type(decision.data) is Published
        assert state is not None
        assert (state.status, state.closes_at) == (Status.COLLECTING, months_after(AT, 6))
    assert lives.made == 3


def test_numbers_go_on_where_they_were_left() -> None:
    lives = Lives()
    first = {petition for petition, _ in lives.some(2, AT)}
    second = {petition for petition, _ in lives.some(2, AT + timedelta(days=1))}
    assert len(first | second) == 4


def test_a_petition_stands_where_the_client_puts_its_key() -> None:
    partitions, choose = list(range(PETITIONS.partitions)), DefaultPartitioner()
    for petition, _ in Lives().some(50, AT):
        assert partition_of(petition) == choose(petition.encode(), partitions, partitions)


def test_a_decision_is_that_of_its_request() -> None:
    ((_, (create, _submit)),) = Lives().some(1, AT)
    decision, state = decided(None, create, 0, 0, load_rule_packs(RULE_PACKS))
    assert isinstance(decision.data, Created)
    assert state == evolve(None, decision.data, AT)
