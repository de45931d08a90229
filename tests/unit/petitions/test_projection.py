"""The folds: whatever the batches, the same documents, and they are what a plain recount says."""

from collections import Counter
from datetime import timedelta

import bson
import pytest
from bson.codec_options import CodecOptions
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.records import Recorded
from kenes.mongo.operations import Insert, Put
from kenes.mongo.projection import Projection
from kenes.service.receipts import receipt_id
from schemas.envelope import sequence_of
from schemas.petitions.v1 import Created, PetitionRefused, SignatureAccepted, SignatureRefused, SignatureWithdrawn
from schemas.topics import PETITIONS
from services.petitions.domain.evolution import evolve
from services.petitions.domain.petition import Petition
from services.petitions.projection import LATEST, load_petition, petition_document, projections
from tests.unit.petitions.samples import (
    ACTS,
    CUTS,
    KEYRING,
    PARTITIONS,
    START,
    Act,
    decided,
    person,
    petition_log,
    signature_log,
)
from tests.unit.store import Store, project

ALL = {each.name: each for each in projections(KEYRING.open_owner)}
AS_STORED: CodecOptions[dict[str, object]] = CodecOptions(tz_aware=True)


def log_of(projection: Projection, acts: list[Act]) -> list[Recorded]:
    return petition_log(acts) if projection.topic is PETITIONS else signature_log(acts)


def plain_state(decisions: list[Recorded]) -> dict[str, Petition]:
    petitions: dict[str, Petition | None] = {}
    for each in decisions:
        petitions[each.event.subject] = evolve(petitions.get(each.event.subject), each.data, each.event.time)
    return {name: petition for name, petition in petitions.items() if petition is not None}


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=25)
@given(acts=ACTS, cuts=CUTS)
def test_any_split_into_batches_gives_the_same_documents(name: str, acts: list[Act], cuts: list[int]) -> None:
    decisions = log_of(ALL[name], acts)

    in_batches, at_once = project(ALL[name], decisions, cuts), project(ALL[name], decisions, [len(decisions) or 1])

    assert in_batches.collections == at_once.collections


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=25)
@given(acts=ACTS)
def test_every_document_can_be_stored_and_is_read_back_as_it_was(name: str, acts: list[Act]) -> None:
    store = project(ALL[name], log_of(ALL[name], acts), [5])

    assert store.collections.keys() <= ALL[name].collections.keys(), "only declared collections are written"
    for collection in store.collections:
        for document in store.all(collection):
            found = bson.decode(bson.encode(document), AS_STORED)
            if collection == "petitions":
                assert load_petition(found) == load_petition(document)
            else:
                assert found == document


@settings(max_examples=30)
@given(acts=ACTS, cuts=CUTS)
def test_tallies_are_a_plain_recount(acts: list[Act], cuts: list[int]) -> None:
    decisions = signature_log(acts)
    expected: dict[str, Counter[str]] = {}
    for each in decisions:
        count = expected.setdefault(each.event.subject, Counter())
        match each.data:
            case SignatureAccepted(region=region):
                count.update({"accepted": 1, region: 1})
            case SignatureWithdrawn(region=region):
                count.update({"withdrawn": 1})
                count.subtract({region: 1})
            case SignatureRefused():
                count.update({"refused": 1})

    found: dict[str, Counter[str]] = {}
    for document in project(ALL["tallies"], decisions, cuts).all("tallies"):
        count = found.setdefault(document["petition"], Counter())
        count.update({name: document[name] for name in ("accepted", "withdrawn", "refused") if name in document})
        count.update(document.get("regions", {}))

    # Counters are equal when every number is: a region that came and went is 0 in one and absent in the other.
    assert found == expected


@settings(max_examples=30)
@given(acts=ACTS)
def test_no_tally_is_shared_between_partitions(acts: list[Act]) -> None:
    decisions = signature_log(acts)
    last = {(each.event.subject, each.partition): sequence_of(each.event) for each in decisions}

    documents = project(ALL["tallies"], decisions, [4]).all("tallies")

    assert {(each["petition"], each["p"]): each["s"] for each in documents} == last
    assert {each["_id"] for each in documents} == {f"{petition}/{p}" for petition, p in last}


Minute = tuple[str, str, str, str, str]
"""Petition, hour, minute, what, region."""


def minutes_of(store: Store) -> Counter[Minute]:
    by_minute: Counter[Minute] = Counter()
    for document in store.all("history"):
        for minute, sides in document["minutes"].items():
            for what, regions in sides.items():
                for region, number in regions.items():
                    by_minute[document["petition"], document["hour"], minute, what, region] += number
    return by_minute


@settings(max_examples=30)
@given(acts=ACTS, cuts=CUTS)
def test_the_history_adds_up_to_the_tallies(acts: list[Act], cuts: list[int]) -> None:
    decisions = signature_log(acts)
    by_minute = minutes_of(project(ALL["history"], decisions, cuts))

    expected: Counter[Minute] = Counter()
    for each in decisions:
        if isinstance(each.data, SignatureAccepted | SignatureWithdrawn):
            what = "accepted" if isinstance(each.data, SignatureAccepted) else "withdrawn"
            at = each.event.time
            expected[each.event.subject, f"{at:%Y-%m-%dT%H}", f"{at:%M}", what, each.data.region] += 1
    assert by_minute == expected

    sums = Counter[tuple[str, str]]()
    for (petition, _, _, what, _), number in by_minute.items():
        sums[petition, what] += number
    for document in project(ALL["tallies"], decisions, [7]).all("tallies"):
        for what in ("accepted", "withdrawn"):
            sums[document["petition"], what] -= document.get(what, 0)
    assert not any(sums.values())


@settings(max_examples=25)
@given(acts=ACTS, cuts=CUTS)
def test_signatures_keep_every_decision_and_each_person_the_last_of_theirs(acts: list[Act], cuts: list[int]) -> None:
    decisions = signature_log(acts)

    store = project(ALL["signatures"], decisions, cuts)

    receipts = {receipt_id(each.partition, sequence_of(each.event)): each for each in decisions}
    found = {document["_id"]: document for document in store.all("signatures")}
    assert found.keys() == receipts.keys()
    for receipt, document in found.items():
        data = receipts[receipt].data
        assert document["decision"] == data.TYPE
        assert document["code"] == getattr(data, "code", None)
        assert ("signer" in document) == isinstance(data, SignatureAccepted | SignatureWithdrawn)

    standing: dict[tuple[str, str], bool] = {}
    for each in decisions:
        if isinstance(each.data, SignatureAccepted | SignatureWithdrawn):
            standing[each.event.subject, each.data.signer] = isinstance(each.data, SignatureAccepted)
    assert Counter(entry["signed"] for entry in store.all("signed")) == Counter(standing.values())


def test_a_persons_own_page_is_found_by_the_person_alone() -> None:
    acts = [Act(person=who, petition=which, what=0, minutes=1, skipped=0) for who in (0, 1) for which in (0, 1, 2)]
    signed = project(ALL["signatures"], signature_log(acts), [3]).all("signed")

    index = KEYRING.index(person(1).id)
    assert len([entry for entry in signed if entry["_id"][:16] == index]) == 3
    assert {entry["_id"][:16] for entry in signed} == {KEYRING.index(person(0).id), index}


def test_the_first_act_is_inserted_and_later_ones_replace_it() -> None:
    acts = [Act(person=0, petition=0, what=what, minutes=1, skipped=0) for what in (0, 4, 0)]
    fold = ALL["signatures"].fold

    operations = [each for each in fold(signature_log(acts)) if each.collection == "signed"]

    assert [type(each) for each in operations] == [Insert, Put, Put]


@settings(max_examples=30)
@given(acts=ACTS, cuts=CUTS)
def test_petitions_are_the_fold_of_their_decisions(acts: list[Act], cuts: list[int]) -> None:
    decisions = petition_log(acts)

    store = project(ALL["petitions"], decisions, cuts)

    assert {each["_id"]: load_petition(each) for each in store.all("petitions")} == plain_state(decisions)
    assert len(store.all("petition_receipts")) == len(decisions)
    assert len(store.all("authored")) == sum(isinstance(each.data, Created) for each in decisions)
    refused = [each for each in decisions if isinstance(each.data, PetitionRefused)]
    assert sum(each["code"] is not None for each in store.all("petition_receipts")) == len(refused)


@settings(max_examples=25)
@given(acts=ACTS)
def test_a_petition_document_is_a_round_trip(acts: list[Act]) -> None:
    for petition in plain_state(petition_log(acts)).values():
        document = petition_document(petition, partition=2, sequence=41)

        assert load_petition(document) == petition
        assert (document["_id"], document["p"], document["s"]) == (petition.id, 2, 41)


def test_a_petition_says_which_decision_it_stands_at() -> None:
    steps = ((0, 1), (2, 1), (3, 1), (3, 2), (3, 2))
    acts = [Act(person=0, petition=0, what=what, minutes=minutes, skipped=1) for what, minutes in steps]
    decisions = petition_log(acts)
    (document,) = project(ALL["petitions"], decisions, [1]).all("petitions")

    assert isinstance(decisions[-1].data, PetitionRefused)
    assert document["s"] == sequence_of(decisions[-2].event), "a refusal changes no document"
    assert document["status"] == "collecting"
    assert document["opened_at"] == START + timedelta(minutes=5)


@given(st.integers(0, 11), st.integers(0, 10**12))
def test_a_receipt_id_tells_partition_and_sequence(partition: int, sequence: int) -> None:
    assert receipt_id(partition, sequence).split("-") == [str(partition), str(sequence)]


def test_the_interpreter_refuses_a_second_insert() -> None:
    store = Store()
    store.apply([Insert("c", {"_id": 1})])

    with pytest.raises(AssertionError):
        store.apply([Insert("c", {"_id": 1})])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 25), st.booleans()), max_size=60), CUTS)
def test_the_latest_listed_signers_are_kept_without_who_withdrew(
    moves: list[tuple[int, bool]], cuts: list[int]
) -> None:
    # Persons of one partition, so that more of them come than are kept.
    acts = [
        Act(person=number * PARTITIONS, petition=0, what=0 if signs else 4, minutes=1, skipped=0)
        for number, signs in moves
    ]
    decisions = signature_log(acts)
    expected: list[str] = []
    for each in decisions:
        match each.data:
            case SignatureAccepted(signer=signer):
                expected = [*expected, signer][-LATEST:]
            case SignatureWithdrawn(signer=signer):
                expected = [other for other in expected if other != signer]

    documents = project(ALL["tallies"], decisions, cuts).all("tallies")

    assert [each["signer"] for document in documents for each in document.get("latest", ())] == expected


def test_who_does_not_want_to_be_listed_is_not_among_the_latest() -> None:
    (decision,) = signature_log([Act(person=0, petition=0, what=0, minutes=1, skipped=0)])
    assert isinstance(decision.data, SignatureAccepted)
    silent = decided(0, 0, 0, START, "petition-0", decision.data.model_copy(update={"listed": False}))

    (document,) = project(ALL["tallies"], [silent], [1]).all("tallies")

    assert "latest" not in document
    assert document["accepted"] == 1
