"""Every step of a petition names the rule that made it, under any pack: what pages show and `rules explain` prints."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    GoalRequested,
    PetitionRefused,
    RulePackRef,
    Seen,
    SignatureAccepted,
    SignatureRefused,
    SignRequested,
    UnitCount,
    Verdict,
)
from services.petitions.domain import signature as signing
from services.petitions.domain.evolution import evolve
from services.petitions.domain.explain import Step, explain, rule_at, rules_of
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.organisers import standing
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.domain.status import Status
from services.petitions.rule_packs import load_rule_packs
from services.petitions.rules_command import explained, listed
from tests.unit.petitions import lives
from tests.unit.petitions.test_rule_packs import PEOPLE, SMALL, UNIT

SHIPPED = load_rule_packs(Path("services/petitions/rule_packs"))
IN_FORCE = SHIPPED.all_in_force(lives.NOW)
SEEN = Seen(partition=0, sequence=0)


def whole_life(pack: RulePack, packs: RulePacks) -> Iterator[Petition]:
    """A petition after each step from the draft to the archive, along whatever steps its pack has."""
    unit = pack.units[0].code if pack.units else None
    body = Actor(pseudonym="official", roles=(pack.role_of_body(unit),))
    petition: Petition | None = None
    now = lives.NOW
    for _ in range(60):
        request = next_request(petition, pack, unit, body)
        if request is None:
            return
        now += wait_before(petition)
        decision = decide(petition, request, now, packs)
        assert not isinstance(decision, PetitionRefused), decision
        petition = evolve(petition, decision, now)
        assert petition is not None
        yield petition
    raise AssertionError("the life of the petition has no end")


def wait_before(petition: Petition | None) -> timedelta:
    """How long the next request waits: for the archive, and for a discussion to have lasted."""
    waits = {Status.ANSWERED: timedelta(days=1000), Status.DISCUSSION: timedelta(days=4)}
    return waits.get(petition.status if petition is not None else Status.DRAFT, timedelta(minutes=1))


def next_request(petition: Petition | None, pack: RulePack, unit: str | None, body: Actor) -> Payload | None:
    if petition is None:
        return lives.CREATE.model_copy(update={"pack": pack.id, "unit": unit})
    if petition.status is Status.DRAFT and pack.organisers and not standing(petition).enough(pack.organisers):
        number = len(petition.organisers)
        joining = Actor(pseudonym=f"organiser-{number}")
        return lives.join(joining, region=pack.organisers.among[number])
    owed = any(duty.open for duty in petition.duties)
    if petition.status in (Status.COLLECTING, Status.CONSIDERATION):
        return lives.ANSWER.model_copy(update={"actor": body}) if owed else next_goal(petition, pack)
    return {
        Status.DRAFT: lives.SUBMIT,
        Status.DISCUSSION: lives.SUBMIT,
        Status.GATHERING: lives.count(petition.needed or 1),
        Status.MODERATION: lives.verdict(),
        Status.ANSWERED: lives.over(),
        Status.ARCHIVED: None,
    }[petition.status]


def next_goal(petition: Petition, pack: RulePack) -> GoalRequested:
    goal = petition.goals[len(petition.reached)]
    spread = pack.threshold(goal.effect).spread
    counts = {} if spread is None else spread.minimum
    units = tuple(UnitCount(unit=unit, count=number) for unit, number in counts.items())
    return GoalRequested(petition="p", count=goal.signatures, units=units)


def last(pack: RulePack, packs: RulePacks) -> Petition:
    return list(whole_life(pack, packs))[-1]


@pytest.mark.parametrize("pack", IN_FORCE, ids=lambda pack: pack.id)
def test_under_any_shipped_pack_a_petition_is_answered_and_each_step_has_its_rule(pack: RulePack) -> None:
    petition = last(pack, SHIPPED)
    steps = explain(petition, pack)

    assert petition.status is Status.ARCHIVED
    assert len(petition.answers) == len(pack.thresholds)
    assert petition.rules == RulePackRef(id=pack.id, version=pack.version)
    assert [step.milestone for step in steps] == list(petition.timeline)
    for step in steps:
        assert step.rule is not None, step.milestone.what
        assert step.rule.figures
        assert step.rule.certainty in "HML"
        assert len(step.rule.source) > 5
    places = [step.rule.place for step in steps if step.rule is not None]
    assert ("discussion" in places) == (pack.discussion is not None)
    assert ("supporters" in places) == (pack.supporters is not None)
    assert ("moderation" in places) == (pack.moderation is not None)


def by_what(petition: Petition, pack: RulePack) -> dict[str, Step]:
    return {step.milestone.what: step for step in explain(petition, pack)}


def test_a_share_is_told_with_the_people_and_who_counted_them() -> None:
    pack = SHIPPED.in_force("kz-region-maslikhat", datetime(2026, 9, 1, tzinfo=UTC))
    rule = by_what(last(pack, SHIPPED), pack)["reached"].rule

    assert rule is not None
    assert rule.figures == {"percent": "2", "unit": "KZ-10", "signatures": "12204"}
    assert [part.place for part in rule.parts] == ["thresholds.consideration.answer", "units.KZ-10"]
    people = rule.parts[1]
    assert people.figures == {"code": "KZ-10", "population": "610189", "counted_on": "2023-01-01"}
    assert "Bureau of National Statistics" in people.source


def test_an_answer_is_explained_by_the_term_of_its_own_goal() -> None:
    pack = SHIPPED.in_force("uk-parliament", datetime(2026, 9, 1, tzinfo=UTC))
    steps = explain(last(pack, SHIPPED), pack)

    answers = [step.rule.place for step in steps if step.milestone.what == "answered" and step.rule is not None]
    assert answers == ["thresholds.response.answer", "thresholds.debate.answer"]


def test_answers_to_goals_reached_together_are_explained_each_by_its_own() -> None:
    petition, _, _ = lives.live(lives.LIVES[Status.ANSWERED])
    assert petition is not None
    answers = [step.rule for step in explain(petition, lives.pack()) if step.milestone.what == "answered"]
    assert [rule and rule.place for rule in answers] == [
        "thresholds.response.answer",
        "thresholds.consideration.answer",
    ]


def test_a_rejection_names_the_prohibited_subjects() -> None:
    petition, _, _ = lives.live(lives.LIVES[Status.REJECTED])
    assert petition is not None
    step = by_what(petition, lives.pack())["rejected"]

    assert [subject.code for subject in step.subjects] == ["courts"]
    assert step.rule is not None
    assert step.rule.place == "moderation"


@pytest.mark.parametrize("status", [status for status in lives.LIVES if status is not None])
def test_every_state_can_be_explained(status: Status) -> None:
    petition, _, _ = lives.live(lives.LIVES[status])
    assert petition is not None
    assert len(explain(petition, lives.PACKS.pinned(petition.rules))) == len(petition.timeline)


def test_overdue_duties_are_explained() -> None:
    on_desk, _, _ = lives.live((*lives.LIVES[Status.MODERATION], *[(lives.over(), timedelta(days=60))] * 2))
    waiting, _, _ = lives.live((*lives.LIVES[Status.CONSIDERATION], *[(lives.over(), timedelta(days=90))] * 2))
    assert on_desk is not None
    assert waiting is not None

    moderate = by_what(on_desk, lives.pack())["overdue-moderate"].rule
    overdue = [step.rule for step in explain(waiting, lives.pack()) if step.milestone.what == "overdue-answer"]
    assert moderate is not None
    assert moderate.place == "moderation"
    assert [rule and rule.place for rule in overdue] == [
        "thresholds.response.answer",
        "thresholds.consideration.answer",
    ]


def test_another_version_explains_nothing() -> None:
    petition, _, _ = lives.live(lives.LIVES[Status.DRAFT])
    assert petition is not None
    with pytest.raises(ValueError, match="pinned to full 1"):
        explain(petition, lives.pack(version="2"))


@pytest.mark.parametrize("place", ["early", "colour", "id", "thresholds", "thresholds.debate", "thresholds.response.x"])
def test_a_rule_the_pack_lacks_is_an_error(place: str) -> None:
    with pytest.raises(KeyError):
        rule_at(lives.pack(early=None), place)


@pytest.mark.parametrize("pack", IN_FORCE, ids=lambda pack: pack.id)
def test_every_figure_of_a_pack_is_told(pack: RulePack) -> None:
    rules = rules_of(pack)
    assert [rule.place for rule in rules if not rule.figures] == ["dates"], "dates stand in the heading"
    assert {"signer", "window", "archive"} <= {rule.place for rule in rules}


def test_what_the_commands_print() -> None:
    petition, _, _ = lives.live(lives.LIVES[Status.REJECTED])
    assert petition is not None
    lines = list(explained(petition, lives.pack()))

    assert lines[:2] == ["petition p: Safe crossings", "full, version 1, in force from 2024-01-01: x"]
    assert "  2026-09-01 09:02:00  gathering" in lines
    assert "    supporters: needed 3, within.working_days 10, besides_author false [H] the law itself" in lines
    assert "    prohibited courts: x [H] art. 1 of it" in lines
    old = list(listed(SHIPPED, datetime(2025, 1, 1, tzinfo=UTC)))
    heading = "kz-republic, version 2024-04-04, in force from 2024-04-04 to 2026-03-01: Kazakhstan: national level"
    assert heading in old
    assert any(line.startswith("  thresholds.consideration: signatures 50000 [M] ") for line in old)
    assert not [line for line in old if ":  " in line]


def test_a_new_pack_needs_data_only(tmp_path: Path) -> None:
    """A jurisdiction nobody has heard of: written as data, it is signed, reached, answered and explained."""
    text = SMALL.replace("signatures = 7", "percent = 2.5").replace("minimum_age = 18", "minimum_age = 14")
    (tmp_path / "xx-town.toml").write_text(text + UNIT + PEOPLE, encoding="utf-8")
    packs = load_rule_packs(tmp_path)
    pack = packs.in_force("xx-town", lives.NOW)

    petition = next(each for each in whole_life(pack, packs) if each.status is Status.COLLECTING)
    assert [goal.signatures for goal in petition.goals] == [3]
    assert petition.published_at is not None
    assert petition.closes_at == datetime(2027, 3, 1, 9, 2, tzinfo=UTC), "six months, and no moderation"

    def signed(age: int) -> Payload:
        told = lives.ELIGIBLE.model_copy(update={"age": age})
        request = SignRequested(
            petition="p", signer="s", eligibility=told, listed=False, sealed="s", mine=lives.MINE, seen=SEEN
        )
        return signing.decide(signing.NEWCOMER, petition.window, request, lives.NOW + timedelta(hours=1), packs)

    assert isinstance(signed(14), SignatureAccepted)
    assert isinstance(signed(13), SignatureRefused)

    body = Actor(pseudonym="official", roles=("agency:xx-council:XX-1",))
    later = lives.NOW + timedelta(days=1)
    for request in (lives.count(3), lives.ANSWER.model_copy(update={"actor": body})):
        decision = decide(petition, request, later, packs)
        assert not isinstance(decision, PetitionRefused)
        found = evolve(petition, decision, later)
        assert found is not None
        petition = found
    assert petition.status is Status.ANSWERED
    assert [step.rule and step.rule.place for step in explain(petition, pack)] == [
        "author",
        "window",
        "thresholds.response",
        "thresholds.response.answer",
    ]


def test_rejecting_needs_a_subject_of_the_pinned_version() -> None:
    """A petition registered before the list grew is judged by the list of its own version."""
    before = datetime(2026, 2, 1, 9, tzinfo=UTC)
    petition: Petition | None = None
    moments = (before, before, before, before + timedelta(days=90))
    create = lives.CREATE.model_copy(update={"pack": "kz-republic"})
    drugs = lives.verdict(Verdict.REJECT).model_copy(update={"reasons": ("drugs",)})
    decision: Payload = create
    for request, now in zip((create, lives.SUBMIT, lives.count(50), drugs), moments, strict=True):
        decision = decide(petition, request, now, SHIPPED)
        petition = evolve(petition, decision, now)

    assert petition is not None
    assert petition.rules == RulePackRef(id="kz-republic", version="2024-04-04")
    assert isinstance(decision, PetitionRefused)
    assert decision.code == "reason-unknown"
