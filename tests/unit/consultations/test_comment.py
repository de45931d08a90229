"""Comments and votes: who may, what is owed, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.consultations.comments import (
    CampaignReplyRequested,
    CommentRefused,
    Hidden,
    HideRequested,
    Posted,
    Replied,
    ReplyRequested,
    Restored,
    RestoreRequested,
    Retracted,
    RetractRequested,
)
from schemas.consultations.parts import ReplyOutcome, Stakeholder, Vote
from schemas.consultations.votes import Voted, VoteRefused
from schemas.parts import Actor
from schemas.payload import Payload
from services.consultations.domain import comment as comments
from services.consultations.domain import course
from services.consultations.domain import vote as votes
from services.consultations.domain.comment import Comment
from services.consultations.domain.hearing import Hearing, hearing_after
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.vote import BLANK
from tests.unit.consultations.hearings import BODY, MODERATOR, NOW, PACKS, PATHS, SEEN, STATEMENT, lived, post, vote


def hearing(state: str = "open") -> Hearing | None:
    """What deciding on comments knows of a consultation in this state."""
    found = lived(PATHS[state])
    if found is None:
        return None
    instants = (found.opened_at, found.closes_at, found.ended_at, found.reported_at)
    return Hearing(found.body, found.rules, found.version, *instants)


def asked(request: Payload, comment: Comment | None = None, state: str = "open", day: int = 0) -> Payload:
    return comments.decide(comment, hearing(state), request, NOW + timedelta(days=day), PACKS)


def code(decision: Payload) -> str:
    assert isinstance(decision, CommentRefused | VoteRefused), decision
    return decision.code


def about(request: type[Payload], actor: Actor, **told: object) -> Payload:
    return request.model_validate({"consultation": "c", "comment": "comment-0", "seen": SEEN, "actor": actor, **told})


AUTHOR = Actor(pseudonym="person-0")
THERE = Comment("person-0")
HIDE = about(HideRequested, MODERATOR, reason="abuse", explanation="It insults a person.")
RESTORE = about(RestoreRequested, MODERATOR, explanation="It was hidden by mistake.")
RETRACT = about(RetractRequested, AUTHOR)
REPLY = about(ReplyRequested, BODY, outcome=ReplyOutcome.ACCEPTED, statement=STATEMENT)

REPLY_TO_ALL = about(CampaignReplyRequested, BODY, outcome=ReplyOutcome.ACCEPTED, statement=STATEMENT)


def test_a_comment_is_owed_an_answer_by_a_day() -> None:
    posted = asked(post())
    assert isinstance(posted, Posted)
    assert posted.due_at is not None
    assert posted.due_at > NOW + timedelta(days=15)


def test_the_words_of_the_body_are_owed_none() -> None:
    posted = asked(post(actor=Actor(pseudonym="o", roles=BODY.roles)))
    assert isinstance(posted, Posted)
    assert posted.due_at is None


@pytest.mark.parametrize(
    ("state", "day", "refusal"),
    [
        ("nothing", 0, Refusal.CONSULTATION_UNKNOWN),
        ("ready", 0, Refusal.CONSULTATION_NOT_OPEN),
        ("open", 60, Refusal.CONSULTATION_CLOSED),
        ("answering", 60, Refusal.CONSULTATION_CLOSED),
        ("withdrawn", 1, Refusal.CONSULTATION_CLOSED),
    ],
)
def test_people_are_heard_while_it_is_open(state: str, day: int, refusal: Refusal) -> None:
    assert code(asked(post(), state=state, day=day)) == refusal
    decision = votes.decide(BLANK, hearing(state), vote(1), NOW + timedelta(days=day), PACKS)
    assert code(decision) == refusal


def test_what_was_said_in_time_is_heard_whenever_it_is_decided() -> None:
    late = hearing("answering")
    assert isinstance(comments.decide(None, late, post(), NOW + timedelta(days=1), PACKS), Posted)


@pytest.mark.parametrize(
    ("stakeholder", "verified", "roles", "held"),
    [
        (Stakeholder.NGO, False, (), True),
        (Stakeholder.STATE, False, (), False),
        (Stakeholder.STATE, True, ("class:state",), True),
        (Stakeholder.EXPERT, True, (), False),
        (Stakeholder.EXPERT, True, ("class:ngo",), False),
    ],
)
def test_a_class_is_claimed_only_by_who_holds_it(
    stakeholder: Stakeholder, verified: bool, roles: tuple[str, ...], held: bool
) -> None:
    told: dict[str, Any] = {
        "stakeholder": stakeholder,
        "verified": verified,
        "actor": Actor(pseudonym="x", roles=roles),
    }
    assert isinstance(asked(post(**told)), Posted) is held
    assert isinstance(votes.decide(BLANK, hearing(), vote(**told), NOW, PACKS), Voted) is held


def test_bounds_of_threads_and_versions() -> None:
    assert code(asked(post(depth=5))) == Refusal.THREAD_TOO_DEEP
    assert code(asked(post(version=2))) == Refusal.VERSION_UNKNOWN
    assert code(asked(post(), THERE)) == Refusal.COMMENT_EXISTS


@pytest.mark.parametrize(
    ("request_", "actor", "done"),
    [(HIDE, MODERATOR, Hidden), (REPLY, BODY, Replied), (RETRACT, AUTHOR, Retracted)],
)
def test_each_act_is_somebodys(request_: Payload, actor: Actor, done: type[Payload]) -> None:
    assert isinstance(asked(request_, THERE), done)
    for other in (AUTHOR, MODERATOR, BODY):
        if other is not actor:
            assert code(asked(request_.model_copy(update={"actor": other}), THERE)) == Refusal.NOT_ALLOWED
    assert code(asked(request_)) == Refusal.COMMENT_UNKNOWN


@pytest.mark.parametrize("request_", [REPLY, REPLY_TO_ALL])
def test_answers_stand_as_they_are_once_the_report_is_published(request_: Payload) -> None:
    assert not isinstance(asked(request_, THERE, "handed", 61), CommentRefused)
    assert code(asked(request_, THERE, "reported", 61)) == Refusal.TOO_LATE


def test_a_reason_for_hiding_is_one_of_the_rules() -> None:
    assert code(asked(HIDE.model_copy(update={"reason": "dislike"}), THERE)) == Refusal.REASON_UNKNOWN


def test_hidden_and_shown_again() -> None:
    hidden = comments.evolve(THERE, asked(HIDE, THERE), 1)
    assert code(asked(HIDE, hidden)) == Refusal.COMMENT_HIDDEN
    restored = asked(RESTORE, hidden)
    assert isinstance(restored, Restored)
    assert comments.evolve(hidden, restored, 2) == THERE
    assert code(asked(RESTORE, THERE)) == Refusal.COMMENT_NOT_HIDDEN


def test_what_was_taken_back_stays_so() -> None:
    gone = comments.evolve(THERE, asked(RETRACT, THERE), 1)
    for request in (RETRACT, HIDE, RESTORE, REPLY):
        assert code(asked(request, gone)) == Refusal.COMMENT_RETRACTED


def test_nobody_votes_on_their_own() -> None:
    assert code(votes.decide(BLANK, hearing(), vote(0, 0), NOW, PACKS)) == Refusal.OWN_COMMENT


@given(st.lists(st.sampled_from(list(Vote))))
def test_the_last_vote_counts_and_each_change_is_one_act(said: list[Vote]) -> None:
    ballot, counted = BLANK, dict.fromkeys(Vote, 0)
    for each in said:
        decision = votes.decide(ballot, hearing(), vote(1, 0, each), NOW, PACKS)
        if isinstance(decision, Voted):
            counted[decision.vote] += 1
            if decision.before is not None:
                counted[decision.before] -= 1
            assert decision.act == ballot.acts + 1
        else:
            assert code(decision) == Refusal.SAME_VOTE
        ballot = votes.evolve(ballot, decision)
    assert counted == {each: int(bool(said) and said[-1] is each) for each in Vote}


def test_the_same_vote_is_the_same_vote_after_the_end_too() -> None:
    """Who asks again, as an import that is run again does, is told that it is done, not that it is too late."""
    ballot = votes.evolve(BLANK, votes.decide(BLANK, hearing(), vote(1, 0, Vote.AGREE), NOW, PACKS))
    late = NOW + timedelta(days=60)
    assert code(votes.decide(ballot, hearing(), vote(1, 0, Vote.AGREE), late, PACKS)) == Refusal.SAME_VOTE
    assert code(votes.decide(ballot, hearing(), vote(1, 0, Vote.PASS), late, PACKS)) == Refusal.CONSULTATION_CLOSED


def test_a_hearing_is_what_the_course_says() -> None:
    """The directory folds the course itself: it must come to what the consultation is."""
    for name, path in PATHS.items():
        state, folded = None, None
        for request, after in path:
            at = NOW + after
            decision = course.decide(state, request, at, PACKS)
            state = lived(path[: path.index((request, after)) + 1])
            folded = hearing_after(folded, decision, at)
        assert folded == hearing(name)
