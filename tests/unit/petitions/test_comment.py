"""A comment that was made: who may take it back or hide it, and what deciding on it costs however many there are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from unittest.mock import ANY

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.decider import Position
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.joint_state import JointState
from kenes.mongo.operations import Insert, Update
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.topics import PETITION_REQUESTS
from schemas.petitions.v1 import (
    Commented,
    CommentHidden,
    CommentRequested,
    CommentRetracted,
    PetitionRefused,
    RetractCommentRequested,
)
from services.petitions.discussion.kept import kept
from services.petitions.domain import comment as comments
from services.petitions.domain import lifecycle
from services.petitions.domain.comment import Comment, Standing, decide, evolve
from services.petitions.domain.evolution import evolve as petition_after
from services.petitions.domain.refusals import Refusal
from services.petitions.stream import PetitionState, comment_rules, petition_rules
from tests.unit.mongo.memory import Database
from tests.unit.petitions.lives import (
    AUTHOR,
    COMMENT,
    DISCUSSED,
    HIDE,
    MODERATOR,
    NOW,
    PACKS,
    RETRACT,
    STRANGER,
    SUBMIT,
    live,
)
from tests.unit.petitions.samples import decided

SHOWN = Comment(by=STRANGER.pseudonym)
ON = live(DISCUSSED)[0]
GONE = Comment(by="", standing=Standing.RETRACTED)


def code(decision: Payload) -> str | None:
    return getattr(decision, "code", None)


@pytest.mark.parametrize(
    ("comment", "changes", "expected"),
    [
        (SHOWN, {}, None),
        (SHOWN, {"actor": STRANGER}, Refusal.NOT_ALLOWED),
        (SHOWN, {"actor": AUTHOR.model_copy(update={"roles": ("moderator",)})}, Refusal.NOT_ALLOWED),
        (None, {}, Refusal.COMMENT_UNKNOWN),
        (GONE, {}, Refusal.COMMENT_RETRACTED),
        (replace(SHOWN, standing=Standing.HIDDEN), {}, Refusal.COMMENT_HIDDEN),
        (SHOWN, {"reason": "courts"}, Refusal.REASON_UNKNOWN),
        (SHOWN, {"explanation": "          "}, Refusal.EXPLANATION_MISSING),
    ],
)
def test_a_moderator_hides_a_comment_for_a_reason(
    comment: Comment | None, changes: dict[str, Any], expected: Refusal | None
) -> None:
    decision = decide(comment, HIDE.model_copy(update=changes), ON)

    assert code(decision) == expected
    assert isinstance(decision, CommentHidden if expected is None else PetitionRefused)


@pytest.mark.parametrize(
    ("comment", "changes", "expected"),
    [
        (SHOWN, {}, None),
        (replace(SHOWN, standing=Standing.HIDDEN), {}, None),
        (SHOWN, {"actor": MODERATOR}, Refusal.NOT_ALLOWED),
        (SHOWN, {"actor": AUTHOR}, Refusal.NOT_ALLOWED),
        (None, {}, Refusal.COMMENT_UNKNOWN),
        (GONE, {}, Refusal.COMMENT_RETRACTED),
    ],
)
def test_who_wrote_a_comment_and_nobody_else_takes_it_back_once(
    comment: Comment | None, changes: dict[str, Any], expected: Refusal | None
) -> None:
    decision = decide(comment, RETRACT.model_copy(update=changes), ON)

    assert code(decision) == expected
    assert isinstance(decision, CommentRetracted if expected is None else PetitionRefused)


def test_another_payload_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        decide(SHOWN, COMMENT, ON)


def test_every_request_of_the_topic_is_about_a_petition_or_a_comment() -> None:
    assert {*lifecycle.REQUESTS, *comments.REQUESTS} == set(PETITION_REQUESTS.payloads)
    assert not {*lifecycle.REQUESTS} & {*comments.REQUESTS}


def test_nothing_is_left_of_a_comment_that_was_taken_back() -> None:
    petition, now, decisions = live(DISCUSSED)
    assert petition is not None
    said, back = decisions[-1], decide(SHOWN, RETRACT, petition)
    (made,) = kept(decided(0, 0, 0, now, "p", said), petition)
    (change,) = kept(decided(0, 0, 1, now, "p", back), petition)
    assert isinstance(made, Insert)
    assert isinstance(change, Update)
    left = {**made.document, **change.change["$set"]}
    assert change.id == made.document["_id"]
    assert {left[field] for field in ("text", "by", "owner", "sealed")} == {""}
    assert evolve(evolve(None, said), back) == GONE


def test_a_petition_is_the_same_whatever_becomes_of_its_comments() -> None:
    petition, now, _ = live((*DISCUSSED, (SUBMIT, timedelta(days=3))))
    for about in (HIDE, RETRACT):
        assert petition_after(petition, decide(SHOWN, about, petition), now) is petition


class Decided:
    """What a decider does with requests, over a database that outlives it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.log: list[Event[Payload]] = []
        self._start()

    def _start(self) -> None:
        found = cast("Any", self.database)
        self.petitions = PetitionState(found, petition_rules(PACKS), lambda *_: None)
        self.comments = KeyedState(found, comment_rules(self.petitions.state))
        self.state = JointState(self.comments, self.petitions)

    async def restart(self) -> None:
        """A new owner, who folds what is not recorded."""
        self._start()
        position = await self.state.restore(0)
        rest = self.log[position.next_offset :]
        await self.state.prepare(rest)
        for event in rest:
            self.state.evolve(0, event)
        if rest:
            await self._save(rest)

    async def ask(self, *requests: Payload, stored: bool = True) -> list[Payload]:
        """The decisions on a batch; `stored` is whether its owner lived to record the fold of it."""
        asked = [replace(decided(0, 0, 0, NOW, "p", each), partition=0) for each in requests]
        await self.state.prepare([each.event for each in asked])
        events: list[Event[Payload]] = []
        for each in asked:
            sequence = len(self.log) + len(events)
            events.append(replace(each.event, data=self.state.decide(each), sequence=sequence))
            self.state.evolve(0, events[-1])
        self.log += events
        if stored:
            await self._save(events)
        return [event.data for event in events]

    async def _save(self, events: list[Event[Payload]]) -> None:
        last = events[-1].sequence or 0
        await self.state.save([(0, event) for event in events], {0: Position(last + 1, last)})

    def stored(self, name: str) -> dict[str, dict[str, Any]]:
        """Documents of one kind."""
        return cast("dict[str, dict[str, Any]]", self.database[f"state.{name}"].documents)


async def discussed() -> Decided:
    found = Decided(Database())
    await found.ask(*(request for request, _ in DISCUSSED[:3]))
    return found


async def test_a_comment_is_taken_back_in_the_very_batch_in_which_it_was_made() -> None:
    found = await discussed()

    said, hidden, back, again = await found.ask(COMMENT, HIDE, RETRACT, RETRACT)

    assert [type(each) for each in (said, hidden, back)] == [Commented, CommentHidden, CommentRetracted]
    assert code(again) == Refusal.COMMENT_RETRACTED
    assert {key: (each["by"], each["on"]) for key, each in found.stored("comments").items()} == {
        "p/1": ("", "retracted")
    }


async def test_thousands_of_comments_make_no_document_larger() -> None:
    found = await discussed()
    sizes: dict[int, int] = {}
    for made in range(250, 3_001, 250):
        await found.ask(*[COMMENT] * 250)
        sizes[made] = len(bson.encode(found.stored("petitions")["p"]))

    petition = found.petitions.state("p")
    assert petition is not None
    assert petition.discussion is not None
    assert petition.discussion.comments == 3_000
    assert sizes[3_000] == sizes[250], "what is written for each comment does not grow with their number"
    assert len(found.stored("comments")) == 3_000
    assert {len(bson.encode(each)) for each in found.stored("comments").values()} <= set(range(60, 120))
    other, mine = await found.ask(
        RETRACT.model_copy(update={"number": 2_345, "actor": AUTHOR}), RETRACT.model_copy(update={"number": 2_345})
    )
    assert code(other) == Refusal.NOT_ALLOWED
    assert isinstance(mine, CommentRetracted)


WHO = st.sampled_from([AUTHOR, STRANGER, MODERATOR])
ASKED = st.one_of(
    st.builds(lambda who: COMMENT.model_copy(update={"actor": who}), WHO),
    st.builds(lambda who, n: RETRACT.model_copy(update={"actor": who, "number": n}), WHO, st.integers(1, 6)),
    st.builds(lambda who, n: HIDE.model_copy(update={"actor": who, "number": n}), WHO, st.integers(1, 6)),
)
BATCHES = st.lists(st.tuples(st.lists(ASKED, min_size=1, max_size=6), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=60)
@given(batches=BATCHES)
def test_whatever_batches_and_crashes_there_are_each_request_meets_what_was_decided_before(
    batches: list[tuple[list[Payload], bool]],
) -> None:
    found, outcomes = asyncio.run(_run(batches))

    made: list[Comment] = []
    for request, outcome in zip((each for batch, _ in batches for each in batch), outcomes, strict=True):
        assert outcome == _expected(made, request)
    assert found.stored("comments") == {
        f"p/{number}": {"_id": f"p/{number}", "p": 0, "s": ANY, "by": each.by, "on": each.standing}
        for number, each in enumerate(made, 1)
    }


async def _run(batches: list[tuple[list[Payload], bool]]) -> tuple[Decided, list[str]]:
    found, outcomes = await discussed(), list[str]()
    for requests, stored in batches:
        outcomes += [code(each) or each.TYPE for each in await found.ask(*requests, stored=stored)]
        if not stored:
            await found.restart()
    return found, outcomes


def _expected(made: list[Comment], request: Any) -> str:
    """What is to come of a request, told from a plain list of comments, which follows."""
    if isinstance(request, CommentRequested):
        made.append(Comment(request.actor.pseudonym))
        return Commented.TYPE
    if request.number > len(made):
        return Refusal.COMMENT_UNKNOWN
    there, back = made[request.number - 1], isinstance(request, RetractCommentRequested)
    if there == GONE:
        return Refusal.COMMENT_RETRACTED
    if request.actor.pseudonym != (there.by if back else MODERATOR.pseudonym):
        return Refusal.NOT_ALLOWED
    if not back and there.standing is Standing.HIDDEN:
        return Refusal.COMMENT_HIDDEN
    made[request.number - 1] = GONE if back else replace(there, standing=Standing.HIDDEN)
    return CommentRetracted.TYPE if back else CommentHidden.TYPE
