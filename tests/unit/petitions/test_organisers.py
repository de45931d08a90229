"""Organisers: how many, of how many places, and standing behind the text that they read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.petitions.v1 import (
    Actor,
    DiscussionBegun,
    GoalReached,
    GoalRequested,
    ModerationBegun,
    PetitionRefused,
    UnitCount,
)
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.organisers import standing
from services.petitions.domain.petition import Petition
from services.petitions.domain.preparing import Organisers
from services.petitions.domain.refusals import Refusal
from services.petitions.organising.invitation import invitation_code, is_invited
from tests.unit.petitions.lives import (
    AUTHOR,
    CREATE,
    EDIT,
    LEAVE,
    NOW,
    SOON,
    SUBMIT,
    SURE,
    join,
    live,
    pack,
    packs,
    verdict,
)
from tests.unit.petitions.samples import KEYRING, PACKS

STATES = ("AT", "BE", "BG", "CY", "CZ", "DE", "DK")
EU = PACKS.in_force("eu-initiative", NOW)


def joined(*regions: str, petition: Petition | None = None) -> Petition:
    """A draft of an initiative with an organiser of each of these regions; the first one is its author."""
    if petition is None:
        petition, _, _ = live(((CREATE.model_copy(update={"pack": "eu-initiative"}), SOON),), PACKS)
    assert petition is not None
    for number, region in enumerate(regions):
        who = AUTHOR if number == 0 else Actor(pseudonym=f"organiser-{number}")
        request = join(who, petition.revision, region)
        found = evolve(petition, decide(petition, request, NOW, PACKS), NOW)
        assert found is not None
        petition = found
    return petition


def code(decision: object) -> str | None:
    return getattr(decision, "code", None)


def test_seven_people_of_seven_states_register_an_initiative() -> None:
    petition = joined(*STATES)
    decision = decide(petition, SUBMIT, NOW, PACKS)
    assert isinstance(decision, ModerationBegun)
    assert standing(petition).places == dict.fromkeys(STATES, 1)


@pytest.mark.parametrize("regions", [(), STATES[:6], (*STATES[:6], STATES[0]), ("DE-BE", "DE-BY", *STATES[:5])])
def test_fewer_or_of_fewer_states_are_refused_by_name(regions: tuple[str, ...]) -> None:
    decision = decide(joined(*regions), SUBMIT, NOW, PACKS)
    assert isinstance(decision, PetitionRefused)
    assert decision.code == Refusal.ORGANISERS_MISSING


@pytest.mark.parametrize(
    ("region", "changes", "expected"),
    [
        ("DE", {}, None),
        ("DE-BE", {}, None),
        ("KZ-75", {}, Refusal.PLACE_NOT_COUNTED),
        ("GB", {}, Refusal.PLACE_NOT_COUNTED),
        ("", {}, Refusal.PLACE_NOT_COUNTED),
        (None, {}, Refusal.PLACE_NOT_COUNTED),
        ("DE", {"age": 17}, Refusal.UNDER_AGE),
        ("DE", {"citizen": False}, Refusal.NOT_A_CITIZEN),
    ],
)
def test_who_may_stand_behind_an_initiative(
    region: str | None, changes: dict[str, Any], expected: Refusal | None
) -> None:
    asked = join(region=region)
    asked = asked.model_copy(update={"eligibility": asked.eligibility.model_copy(update=changes)})
    assert code(decide(joined(), asked, NOW, PACKS)) == expected


def test_a_changed_text_needs_their_agreement_anew_but_not_its_authors() -> None:
    petition = joined(*STATES)
    changed = evolve(petition, decide(petition, EDIT, NOW, PACKS), NOW)
    assert changed is not None
    assert (standing(changed).number, standing(changed).stale) == (1, 6)
    assert code(decide(changed, SUBMIT, NOW, PACKS)) == Refusal.ORGANISERS_MISSING
    assert code(decide(changed, join(revision=1, region="FR"), NOW, PACKS)) == Refusal.STALE_REVISION

    again = joined(*STATES, petition=changed)
    assert len(again.organisers) == 7
    assert isinstance(decide(again, SUBMIT, NOW, PACKS), ModerationBegun)


def test_nobody_counts_twice_and_who_leaves_no_longer_counts() -> None:
    petition = joined(*STATES)
    assert code(decide(petition, join(AUTHOR, region="FR"), NOW, PACKS)) == Refusal.ALREADY_ORGANISER
    left = evolve(petition, decide(petition, LEAVE, NOW, PACKS), NOW)
    assert left is not None
    assert standing(left).number == 6
    assert code(decide(left, LEAVE, NOW, PACKS)) == Refusal.NOT_ORGANISER
    assert code(decide(left, SUBMIT, NOW, PACKS)) == Refusal.ORGANISERS_MISSING


def test_once_handed_in_nobody_joins_or_leaves() -> None:
    petition = joined(*STATES)
    registered = evolve(petition, decide(petition, SUBMIT, NOW, PACKS), NOW)
    assert code(decide(registered, join(region="FR"), NOW, PACKS)) == Refusal.NOT_A_DRAFT
    assert code(decide(registered, LEAVE, NOW, PACKS)) == Refusal.TOO_LATE


def test_a_pack_that_asks_for_none_takes_none() -> None:
    petition, _, _ = live(((CREATE, SOON),))
    assert code(decide(petition, join(), NOW, packs())) == Refusal.ORGANISERS_NOT_ASKED


def test_organisers_and_a_discussion_go_together() -> None:
    asked = {"minimum": 2, "different": 2, "by": "region", **SURE}
    found = packs(pack(organisers=asked, discussion={"least": {"days": 3}, **SURE}))
    _, _, decisions = live(
        ((CREATE, SOON), (SUBMIT, SOON), (join(AUTHOR), SOON), (join(region="KZ-71"), SOON), (SUBMIT, SOON)), found
    )
    assert code(decisions[1]) == Refusal.ORGANISERS_MISSING
    assert isinstance(decisions[-1], DiscussionBegun)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"minimum": 6}, "asks for 6 people of 7 places"),
        ({"among": ("DE", "FR")}, "asks for 7 places and names 2"),
        ({"by": "planet"}, "Input should be"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_rule_that_nobody_can_meet_is_refused(changes: dict[str, Any], reason: str) -> None:
    told = {"minimum": 7, "different": 7, "by": "country", **SURE} | changes
    with pytest.raises(ValidationError, match=reason):
        Organisers.model_validate(told)


ACT = st.tuples(st.sampled_from(["join", "leave", "edit"]), st.integers(0, 9), st.sampled_from([*STATES, "KZ-75"]))


@settings(max_examples=200, deadline=None)
@given(acts=st.lists(ACT, max_size=40))
def test_whatever_people_do_each_counts_once_and_handing_in_asks_for_what_the_rule_says(
    acts: list[tuple[str, int, str]],
) -> None:
    petition = joined()
    behind: dict[str, tuple[str, int]] = {}
    for what, number, state in acts:
        who = AUTHOR if number == 0 else Actor(pseudonym=f"organiser-{number}")
        asked: Any = {
            "join": join(who, petition.revision, state),
            "leave": LEAVE.model_copy(update={"actor": who}),
            "edit": EDIT,
        }[what]
        decision = decide(petition, asked, NOW, PACKS)
        after = evolve(petition, decision, NOW)
        assert after is not None
        if what == "join" and not code(decision):
            behind[who.pseudonym] = (state, petition.revision)
        elif what == "leave":
            behind.pop(who.pseudonym, None)
        petition = after
    agree = {
        name: state
        for name, (state, revision) in behind.items()
        if revision == petition.revision or name == AUTHOR.pseudonym
    }
    found = standing(petition)
    assert (found.number, len(found.places)) == (len(agree), len(set(agree.values())))
    handed_in = decide(petition, SUBMIT, NOW, PACKS)
    assert isinstance(handed_in, ModerationBegun) == (len(agree) >= 7 and len(set(agree.values())) >= 7)


def test_signatures_of_a_states_regions_count_for_the_state() -> None:
    registered = evolve(joined(*STATES), decide(joined(*STATES), SUBMIT, NOW, PACKS), NOW)
    assert registered is not None
    approved = evolve(registered, decide(registered, verdict(), NOW, PACKS), NOW)
    least = EU.thresholds[0].spread.minimum if EU.thresholds[0].spread else {}
    halves = [UnitCount(unit=f"{state}-{half}", count=least[state] // 2 + 1) for state in STATES for half in ("A", "B")]
    for units, reached in ((halves, True), (halves[:12], False)):
        seen = GoalRequested(petition="p", count=1_000_000, units=tuple(units))
        assert isinstance(decide(approved, seen, NOW, PACKS), GoalReached) is reached


def test_the_link_is_one_petitions_and_cannot_be_guessed() -> None:
    one, other = invitation_code(KEYRING, "one"), invitation_code(KEYRING, "other")
    assert is_invited(KEYRING, "one", one)
    assert not is_invited(KEYRING, "one", other)
    assert not is_invited(KEYRING, "one", "")
    assert not is_invited(KEYRING, "one", "ключ")
    assert len(one) == 22
