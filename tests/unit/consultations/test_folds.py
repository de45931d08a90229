"""Projections equal the plain fold, in whatever batches the log comes, and a stored consultation is read back whole."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kenes.identity.sealing import Keyring
from kenes.kafka.records import Recorded
from schemas.consultations.comments import HideRequested, Posted, ReplyRequested, RetractRequested
from schemas.consultations.parts import ReplyOutcome, Vote
from schemas.consultations.votes import Voted
from schemas.parts import Actor, PrivateEntry
from schemas.payload import Payload
from schemas.topics import COMMENTS, CONSULTATIONS, VOTES
from services.consultations.domain import comment as comments
from services.consultations.domain import consultation as life
from services.consultations.domain import course
from services.consultations.domain import vote as votes
from services.consultations.folds.course import load_consultation
from services.consultations.projection import projections
from tests.unit.consultations.hearings import (
    BODY,
    LEDGER,
    MODERATOR,
    NOW,
    PACKS,
    PATHS,
    REQUESTS,
    SEEN,
    STATEMENT,
    post,
    recorded,
    vote,
)
from tests.unit.consultations.test_comment import hearing
from tests.unit.store import project

KEYRING = Keyring(b"k" * 32)
MINE = PrivateEntry(owner=KEYRING.seal_owner(b"o" * 16), entry="e" * 22, note="note")
CUTS = st.lists(st.integers(1, 7), min_size=1, max_size=5)
PROJECTIONS = {each.name: each for each in projections(KEYRING.open_owner)}


def said(steps: list[tuple[int, str]]) -> list[Recorded]:
    """A log of decisions on comments: each step is a comment and what happens to it."""
    states: dict[int, Any] = {}
    log: list[Payload] = []
    for number, what in steps:
        told: dict[str, Any] = {"consultation": "c", "comment": f"comment-{number}", "seen": SEEN}
        request: Payload
        match what:
            case "post":
                mine = MINE.model_copy(update={"entry": f"{number:022}"})
                request = post(number, mine=mine)
            case "hide":
                request = HideRequested(**told, actor=MODERATOR, reason="abuse", explanation="It is an insult.")
            case "retract":
                request = RetractRequested(**told, actor=Actor(pseudonym=f"person-{number}"))
            case _:
                request = ReplyRequested(**told, actor=BODY, outcome=ReplyOutcome.NOTED, statement=STATEMENT)
        decision = comments.decide(states.get(number), hearing(), request, NOW, PACKS)
        states[number] = comments.evolve(states.get(number), decision, len(log))
        log.append(decision)
    return recorded(COMMENTS, log)


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["post", "post", "hide", "retract", "reply"])), max_size=30
)


@given(STEPS, CUTS)
def test_comments_in_any_batches(steps: list[tuple[int, str]], cuts: list[int]) -> None:
    log = said(steps)
    whole, cut = (project(PROJECTIONS["comments"], log, sizes) for sizes in ([1], cuts))

    assert cut.collections == whole.collections
    posted = {each.data.comment for each in log if isinstance(each.data, Posted)}
    retracted = {each["_id"] for each in whole.all("comments") if each["standing"] == "retracted"}
    assert {each["_id"] for each in whole.all("comments")} == posted
    heard = whole.collections.get("heard", {}).get("c", {"comments": 0})
    assert heard["comments"] == len(posted - retracted)
    assert all(not each["text"] and not each["sealed"] for each in whole.all("comments") if each["_id"] in retracted)
    assert len(whole.all("comment_receipts")) == len(log)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(5, 7), st.sampled_from(list(Vote))), max_size=40), CUTS)
def test_votes_in_any_batches(cast: list[tuple[int, int, Vote]], cuts: list[int]) -> None:
    ballots: dict[tuple[int, int], Any] = {}
    log: list[Payload] = []
    for voter, comment, each in cast:
        before = ballots.get((voter, comment), votes.BLANK)
        decision = votes.decide(before, hearing(), vote(voter, comment, each), NOW, PACKS)
        ballots[voter, comment] = votes.evolve(before, decision)
        log.append(decision)
    found = recorded(VOTES, log)

    tallies = project(PROJECTIONS["tallies"], found, cuts)
    assert tallies.collections == project(PROJECTIONS["tallies"], found, [1]).collections
    counted = Counter((f"comment-{comment}", ballot.vote) for (_, comment), ballot in ballots.items())
    for document in tallies.all("tallies"):
        for each in Vote:
            assert document.get(each, 0) == counted[document["comment"], each]
    stored = project(PROJECTIONS["ballots"], found, cuts).collections.get("ballots", {})
    for (voter, comment), ballot in ballots.items():
        assert stored[f"person-{voter}"]["votes"][f"comment-{comment}"] == ballot.vote
    assert sum(isinstance(each, Voted) for each in log) == sum(each["acts"] for each in tallies.all("tallies"))


@given(st.lists(st.tuples(st.sampled_from(sorted(REQUESTS)), st.integers(0, 120)), max_size=25), CUTS)
def test_the_course_in_any_batches(steps: list[tuple[str, int]], cuts: list[int]) -> None:
    state, log = None, []
    for name, day in [*((each, 0) for each in ("prepare", "describe", "version", "open")), *sorted(steps)]:
        decision = course.decide(state, REQUESTS[name], NOW + timedelta(days=day), PACKS)
        log.append(decision)
        state = life.evolve(state, decision, NOW + timedelta(minutes=len(log) - 1))
    store = project(PROJECTIONS["consultations"], recorded(CONSULTATIONS, log), cuts)

    assert load_consultation(store.collections["consultations"]["c"]) == state
    assert len(store.all("texts")) == 2
    assert len(store.all("course_receipts")) == len(log)


def test_what_is_stored_is_what_databases_take() -> None:
    """Dates and enumerations have no place in a document."""
    log = []
    state = None
    for request, after in [*PATHS["reported"], (LEDGER, timedelta(days=61))]:
        decision = course.decide(state, request, NOW + after, PACKS)
        state = life.evolve(state, decision, NOW + after)
        log.append(decision)
    store = project(PROJECTIONS["consultations"], recorded(CONSULTATIONS, log), [100])
    allowed = {"str", "int", "float", "bool", "NoneType", "datetime", "bytes"}

    def kinds(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set().union(*map(kinds, value.values()))
        if isinstance(value, list | tuple):
            return set().union(*map(kinds, value))
        return {type(value).__name__}

    for documents in store.collections.values():
        for document in documents.values():
            assert kinds(document) <= allowed
