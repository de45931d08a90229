"""The public discussion before a collection: its terms, comments, changes and what it must never be mistaken for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.mongo.operations import Insert, Update
from schemas.payload import Payload
from schemas.petitions.v1 import (
    AnswerDrafted,
    AnswerOutcome,
    Assurance,
    Closed,
    CloseReason,
    Commented,
    DiscussionBegun,
    DiscussionRipened,
    Edited,
    GatheringBegun,
    ModerationBegun,
    PetitionRefused,
    Published,
    Verdict,
)
from services.petitions.discussion.kept import kept
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Status
from tests.unit.petitions.lives import (
    ANSWER,
    COMMENT,
    COMMENT_ON_ANSWER,
    CREATE,
    DISCUSSED,
    DRAFT_ANSWER,
    EDIT,
    LIVES,
    MODERATOR,
    NOW,
    PACKS,
    REQUESTS,
    RESUME,
    SOON,
    SUBMIT,
    SURE,
    SUSPEND,
    TEXT,
    WITHDRAW,
    Step,
    count,
    live,
    over,
    pack,
    packs,
    verdict,
    whole,
)
from tests.unit.petitions.samples import decided

DAY = timedelta(days=1)


def discussed() -> tuple[Petition, datetime]:
    """A petition that is discussed, and the moment of the first comment."""
    petition, now, _ = live(DISCUSSED)
    assert petition is not None
    return petition, now


def test_it_begins_with_the_first_handing_in_and_nobody_signs_meanwhile() -> None:
    petition, _ = discussed()
    assert petition.status is Status.DISCUSSION
    assert petition.discussion is not None
    assert petition.discussion.ripe_at - petition.discussion.opened_at == 3 * DAY
    assert petition.window.refusal(NOW + DAY) is Refusal.PETITION_NOT_OPEN
    assert not petition.published


def test_it_must_last_long_enough_whatever_the_clock_has_told() -> None:
    petition, _ = discussed()
    assert petition.discussion is not None
    ripe_at = petition.discussion.ripe_at

    early = decide(petition, SUBMIT, ripe_at - timedelta(seconds=1), PACKS)
    in_time = decide(petition, SUBMIT, ripe_at, PACKS)

    assert isinstance(early, PetitionRefused)
    assert early.code == Refusal.DISCUSSION_TOO_SHORT
    assert isinstance(in_time, GatheringBegun)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"supporters": None}, ModerationBegun), ({"supporters": None, "moderation": None}, Published)],
)
def test_what_follows_is_what_the_pack_asks_for(changes: dict[str, Any], kind: type[Payload]) -> None:
    found = packs(pack(discussion={"least": {"days": 3}, **SURE}, **changes))
    petition, _, decisions = live(((CREATE, SOON), (SUBMIT, SOON), (SUBMIT, 3 * DAY)), found)

    assert [type(each) for each in decisions[1:]] == [DiscussionBegun, kind]
    assert petition is not None
    assert petition.discussion is not None
    assert petition.discussion.until is None


def test_the_clock_tells_once_that_it_is_ripe_and_ends_it_once() -> None:
    petition, _ = discussed()
    assert petition.discussion is not None
    told: list[Payload] = []
    for at in (petition.discussion.ripe_at, petition.discussion.ripe_at + DAY, NOW + 400 * DAY, NOW + 401 * DAY):
        decision = decide(petition, over(), at, PACKS)
        after = evolve(petition, decision, at)
        assert after is not None
        petition = after
        told.append(decision)

    ripe, early, ended, twice = told
    assert isinstance(ripe, DiscussionRipened)
    assert isinstance(ended, Closed)
    assert ended.reason is CloseReason.DISCUSSION_OVER
    assert petition.status is Status.CLOSED
    assert [getattr(each, "code", None) for each in (early, twice)] == [Refusal.NOT_DUE, Refusal.NOT_DUE]


def test_its_terms_do_not_run_while_a_court_has_suspended_it() -> None:
    petition, _ = discussed()
    assert petition.discussion is not None
    paused, _, _ = live((*DISCUSSED, (SUSPEND, SOON), (RESUME, 10 * DAY)))
    assert paused is not None
    assert paused.status is Status.DISCUSSION
    assert paused.discussion is not None
    assert paused.discussion.ripe_at - petition.discussion.ripe_at == 10 * DAY
    assert petition.discussion.until is not None
    assert paused.discussion.until == petition.discussion.until + 10 * DAY


def test_the_author_changes_the_text_and_every_version_is_kept() -> None:
    petition, now = discussed()
    decision = decide(petition, EDIT, now, PACKS)
    changed = evolve(petition, decision, now)

    assert isinstance(decision, Edited)
    assert changed is not None
    assert changed.revision == 2
    assert changed.discussion == petition.discussion
    (version,) = kept(decided(0, 0, 0, now, "p", decision), changed)
    assert isinstance(version, Insert)
    assert version.document["_id"] == "p/2"
    assert version.document["text"]["title"] == EDIT.text.title
    draft, _, _ = live(((CREATE, SOON), (EDIT, SOON)))
    assert draft is not None
    assert not list(kept(decided(0, 0, 0, now, "p", decision), draft)), "a draft's texts are its author's alone"


def gathered_and_given_back(reason: str = "unclear") -> list[Step]:
    """Supporters signed a text, moderators gave it back, and its author wrote another one."""
    found = verdict(Verdict.RETURN).model_copy(update={"reasons": (reason,)})
    return [(CREATE, SOON), (SUBMIT, SOON), (count(3), SOON), (found, SOON), (EDIT, SOON), (SUBMIT, SOON)]


def versions_of(steps: Sequence[Step]) -> dict[str, str | None]:
    """The title of each version that is kept; nothing in place of one that is not shown again."""
    found: dict[str, str | None] = {}
    for until in range(1, len(steps) + 1):
        petition, now, decisions = live(steps[:until])
        assert petition is not None
        for each in kept(decided(0, 0, 0, now, "p", decisions[-1]), petition):
            assert isinstance(each, Update)
            text = each.change["$set"]["text"]
            found[each.id] = text and text["title"]
    return found


def test_what_people_have_signed_stays_readable_and_the_timeline_tells_of_another_text() -> None:
    steps = [*gathered_and_given_back(), (verdict(revision=2), SOON)]
    petition, _, _ = live(steps)
    assert petition is not None
    assert petition.status is Status.COLLECTING
    assert [each.what for each in petition.timeline][-4:] == ["returned", "edited", "moderation", "published"]
    assert versions_of(steps) == {"p/1": TEXT.title, "p/2": EDIT.text.title}


def test_a_text_that_was_given_back_for_what_it_gives_away_is_not_shown_again() -> None:
    assert versions_of(gathered_and_given_back("personal-data")) == {"p/1": None}


def test_a_text_that_could_not_be_handed_in_does_not_become_public_by_a_change() -> None:
    petition, now = discussed()
    hidden = EDIT.model_copy(update={"text": TEXT.model_copy(update={"title": "Safe\u200b crossings"})})
    decision = decide(petition, hidden, now, PACKS)

    assert isinstance(decision, PetitionRefused)
    assert decision.code == Refusal.HIDDEN_CHARACTERS
    draft, at, _ = live(DISCUSSED[:2])
    assert isinstance(decide(draft, hidden, at, PACKS), Edited), "a draft is nobody's but the author's"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"revision": 2}, Refusal.STALE_REVISION),
        ({"eligibility": COMMENT.eligibility.model_copy(update={"age": 12})}, Refusal.UNDER_AGE),
        ({"eligibility": COMMENT.eligibility.model_copy(update={"citizen": False})}, Refusal.NOT_A_CITIZEN),
        (
            {"eligibility": COMMENT.eligibility.model_copy(update={"assurance": Assurance.EMAIL})},
            Refusal.ASSURANCE_TOO_LOW,
        ),
    ],
)
def test_who_may_sign_may_comment_on_what_is_there(changes: dict[str, Any], expected: Refusal | None) -> None:
    petition, now = discussed()
    decision = decide(petition, COMMENT.model_copy(update=changes), now, PACKS)
    assert getattr(decision, "code", None) == expected
    if expected is None:
        assert isinstance(decision, Commented)
        assert decision.number == 2


def test_a_comment_is_refused_before_and_after() -> None:
    for steps in (DISCUSSED[:2], (*DISCUSSED, (WITHDRAW, SOON)), (*DISCUSSED, (SUBMIT, 3 * DAY))):
        petition, now, _ = live(steps)
        assert getattr(decide(petition, COMMENT, now, PACKS), "code", None) == Refusal.NOT_DISCUSSED


def drafted(*more: Step) -> tuple[Petition, datetime]:
    """A petition whose draft answer is discussed, after a discussion of its text with one comment."""
    petition, now, _ = live((*whole(LIVES[Status.CONSIDERATION]), *more))
    assert petition is not None
    assert petition.comments >= 1
    return petition, now


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"answer_draft": 2}, Refusal.STALE_REVISION),
        ({"answer_draft": None}, Refusal.NOT_DISCUSSED),
        ({"eligibility": COMMENT.eligibility.model_copy(update={"age": 12})}, Refusal.UNDER_AGE),
    ],
)
def test_who_may_sign_may_comment_on_what_the_body_means_to_answer(
    changes: dict[str, Any], expected: Refusal | None
) -> None:
    petition, now = drafted()
    decision = decide(petition, COMMENT_ON_ANSWER.model_copy(update=changes), now, PACKS)
    after = evolve(petition, decision, now)
    assert getattr(decision, "code", None) == expected
    if expected is None:
        assert after is not None
        assert (getattr(decision, "number", None), after.comments, after.answer_comments) == (2, 2, 1)
        assert after.discussion == petition.discussion, "the text's own discussion is over"


def test_an_earlier_draft_can_be_commented_until_the_body_answers() -> None:
    petition, now = drafted((DRAFT_ANSWER, SOON))
    assert petition.answer_drafts == 2
    assert isinstance(decide(petition, COMMENT_ON_ANSWER, now, PACKS), Commented)
    answered, now = drafted((ANSWER, SOON), (ANSWER, SOON))
    assert getattr(decide(answered, COMMENT_ON_ANSWER, now, PACKS), "code", None) == Refusal.NOT_DISCUSSED
    stopped, now = drafted((SUSPEND, SOON))
    assert getattr(decide(stopped, COMMENT_ON_ANSWER, now, PACKS), "code", None) == Refusal.NOT_DISCUSSED


def test_every_draft_of_an_answer_is_kept() -> None:
    steps = (*LIVES[Status.CONSIDERATION], (DRAFT_ANSWER, SOON))
    found = list[Any]()
    for until in range(1, len(steps) + 1):
        petition, now, decisions = live(steps[:until])
        assert petition is not None
        if isinstance(decisions[-1], AnswerDrafted):
            found += kept(decided(0, 0, 0, now, "p", decisions[-1]), petition)
    assert [each.document["_id"] for each in found] == ["p/1", "p/2"]
    assert all(each.document["outcome"] == AnswerOutcome.PARTLY for each in found)


WAIT = st.sampled_from([timedelta(seconds=1), DAY, 4 * DAY, 400 * DAY])


@settings(max_examples=200, deadline=None)
@given(asked=st.lists(st.tuples(st.sampled_from(sorted(REQUESTS)), WAIT), max_size=30))
def test_whatever_is_asked_comments_are_numbered_and_signatures_wait_for_the_end(
    asked: list[tuple[str, timedelta]],
) -> None:
    petition, now, _ = live(DISCUSSED)
    numbers = [1]
    for name, wait in asked:
        now += wait
        request = REQUESTS[name]
        decision = decide(petition, request, now, PACKS)
        petition = evolve(petition, decision, now)
        assert petition is not None
        if isinstance(decision, Commented):
            numbers.append(decision.number)
        if isinstance(decision, GatheringBegun | ModerationBegun | Published):
            assert petition.discussion is not None
            assert now >= petition.discussion.ripe_at
        if petition.status is Status.DISCUSSION:
            assert petition.window.refusal(now) is Refusal.PETITION_NOT_OPEN
    assert numbers == list(range(1, len(numbers) + 1))
    assert petition is not None
    assert petition.discussion is not None
    assert petition.comments == len(numbers)
    assert MODERATOR.pseudonym not in str(petition.discussion)
