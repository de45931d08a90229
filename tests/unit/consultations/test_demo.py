"""The invented consultations: whole drafts, the same words each time, and nothing that a rule would refuse."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.service.invented import crowd
from schemas.consultations.course import ConsultationRefused
from schemas.consultations.parts import Stakeholder, Vote
from schemas.parts import Actor
from schemas.terms import Term
from services.consultations.campaigns.normalising import normalised
from services.consultations.campaigns.similarity import NEAR, shingles
from services.consultations.demo import files
from services.consultations.demo.files import LANGUAGES
from services.consultations.demo.saying import UNHEARD, Days, Said, Saying, answered
from services.consultations.demo.steps import Steps
from services.consultations.demo.voting import votes
from services.consultations.domain import consultation as life
from services.consultations.domain import course
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.domain.rules import role_of
from services.consultations.drafts.alignment import Fate, align
from services.consultations.drafts.languages import parallel
from services.consultations.drafts.tree import walk
from services.consultations.seed import DRAFTS, LAST, seed
from tests.unit.consultations.hearings import PACKS

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PEOPLE = crowd("https://id.example", 2026)


@cache
def said(folder: str) -> tuple[Said, ...]:
    texts = {(at, text.language): text.tree for at, each in enumerate(files.versions(folder), 1) for text in each}
    days = Days(NOW - timedelta(days=18), NOW - timedelta(days=6), NOW)
    return tuple(Saying(folder, files.comments(folder), texts, PEOPLE[:-250], days).comments())


@pytest.mark.parametrize("folder", DRAFTS)
def test_the_languages_of_a_draft_are_the_same_clause_by_clause(folder: str) -> None:
    for version in files.versions(folder):
        first, *others = version
        assert [text.language for text in version] == list(LANGUAGES)
        assert all(not parallel(first.tree, other.tree).mismatches for other in others)
        ids = [place.clause.id for place in walk(first.tree)]
        assert all([place.clause.id for place in walk(other.tree)] == ids for other in others)


def test_the_second_version_changes_moves_adds_and_removes() -> None:
    first, second = (version[0].tree for version in files.versions("media-law"))
    fates = align(first, second).counts()
    assert all(fates[fate] for fate in (Fate.CHANGED, Fate.MOVED, Fate.ADDED, Fate.REMOVED))
    assert fates[Fate.UNCHANGED] > sum(fates.values()) / 2


@pytest.mark.parametrize("folder", DRAFTS)
def test_comments_are_on_clauses_that_are_there_and_answers_on_comments(folder: str) -> None:
    versions = files.versions(folder)
    for each in said(folder):
        if each.words.anchor is not None:
            assert each.under is None or each.words.anchor.quote is None
            assert each.words.anchor.clause in {p.clause.id for p in walk(versions[each.words.version - 1][0].tree)}
    keys = [each.key for each in said(folder)]
    assert len(set(keys)) == len(keys)
    assert all(keys.index(str(each.under)) < keys.index(each.key) for each in said(folder) if each.under is not None)
    assert answered(said(folder), files.comments(folder)).keys() <= set(keys)


def test_every_class_and_language_is_heard_and_some_regions_are_not_yet() -> None:
    told = said("media-law")
    assert {each.speaker.stakeholder for each in told} == set(Stakeholder)
    assert Counter(each.words.language for each in told).keys() == set(LANGUAGES)
    assert {each.person.region for each in told} == {person.region for person in PEOPLE} - UNHEARD
    assert len(told) > 250


def test_who_is_vouched_for_has_the_role_and_nobody_speaks_for_the_state_without() -> None:
    for each in said("media-law"):
        role = f"class:{each.speaker.stakeholder}"
        assert each.speaker.verified == (role in each.person.roles)
        assert each.speaker.verified or each.speaker.stakeholder is not Stakeholder.STATE


def test_the_letter_is_one_campaign_and_nothing_else_is() -> None:
    texts = {each.key: shingles(normalised(each.words.text)) for each in said("media-law")}
    group = {key: key for key in texts}
    for one, other in combinations(texts, 2):
        if len(texts[one] & texts[other]) >= NEAR * len(texts[one] | texts[other]) and group[one] != group[other]:
            old, new = group[one], group[other]
            group |= {key: new for key, name in group.items() if name == old}
    (_, letters), (_, next_largest) = Counter(group.values()).most_common(2)
    assert (letters, next_largest) == (120, 1)


def test_a_second_run_says_the_same() -> None:
    folder = "media-law"
    before = [(each.key, each.person, each.words) for each in said(folder)]
    said.cache_clear()
    assert [(each.key, each.person, each.words) for each in said(folder)] == before


def test_nobody_votes_on_their_own_and_groups_differ() -> None:
    cast_votes = list(votes("media-law", PEOPLE[:250], said("media-law"), NOW))
    assert all(each.person.id != each.comment.person.id for each in cast_votes)
    assert len({(each.person.id, each.comment.key) for each in cast_votes}) == len(cast_votes)
    assert all(each.comment.at <= each.at <= NOW for each in cast_votes)
    against = [each.vote for each in cast_votes if each.comment.key == "card-against ru"]
    assert min(against.count(Vote.AGREE), against.count(Vote.DISAGREE)) > len(against) / 5


@pytest.mark.parametrize("folder", DRAFTS)
def test_the_rules_let_every_step_happen(folder: str) -> None:
    told = files.course(f"{folder}/course")
    actor = Actor(pseudonym="p", roles=(role_of(told.body),))
    steps = Steps("c", told, actor, NOW)
    opened = NOW - timedelta(days=told.opened)
    pack = PACKS.in_force(told.pack, opened)
    ends = PACKS.ends(Term(working_days=told.working_days), opened, pack)
    days = Days(opened, NOW - timedelta(days=told.changed or 0), NOW)
    asked = steps.hearing(files.versions(folder), days, ends)
    if told.reported is not None:
        asked += steps.ending(18)
    state: Consultation | None = None
    for at, request in asked:
        decision = course.decide(state, request, at, PACKS)
        assert not isinstance(decision, ConsultationRefused), decision
        state = life.evolve(state, decision, at)
    assert state is not None
    assert state.status is (Status.OPEN if told.reported is None else Status.REPORTED)
    assert state.closes_at is not None
    assert (state.closes_at > NOW) == (told.reported is None)
    assert [at for at, _ in asked] == sorted(at for at, _ in asked)


def test_the_last_one_is_only_prepared() -> None:
    told = files.course(LAST)
    state: Consultation | None = None
    for at, request in Steps("c", told, Actor(pseudonym="p", roles=(role_of(told.body),)), NOW).preparing(NOW):
        state = life.evolve(state, course.decide(state, request, at, PACKS), at)
    assert state is not None
    assert state.status is Status.PREPARATION


async def test_it_is_refused_in_production() -> None:
    service = cast("Any", SimpleNamespace(settings=SimpleNamespace(environment="production")))
    with pytest.raises(SystemExit, match="local and test"):
        await seed(service)
