"""What a comment by the JSON API is about, and what is told of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from kenes.identity.person import Person
from kenes.kafka.waiting import Decisions
from kenes.web.negotiation import Preference
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from schemas.consultations.comments import PostRequested, RestoreRequested, RetractRequested
from schemas.consultations.parts import Anchor, TextQuote, Vote
from services.consultations.comments_api import CommentsApi
from services.consultations.reading import CommentReads
from services.consultations.rendering import comment_view
from services.consultations.texts import Texts
from tests.unit.consultations.pages.world import AUTHOR, MODERATOR, ORIGIN, READER, C, Memory

ARTICLE = Anchor(clause="art_1")


@dataclass(frozen=True)
class Callers:
    """Somebody who has signed in."""

    async def writer(self, _request: Request) -> tuple[Person, Preference]:
        return READER, Preference(wait=1.0)


async def asked(memory: Memory, **told: Any) -> PostRequested:
    """Comments; the request that was written."""
    body = {"text": "Five days are enough.", "language": "en", "version": 1} | told
    await api(memory).comment(request_of(body, consultation=C))
    return cast("PostRequested", memory.sent[-1])


async def vote(memory: Memory, choice: Vote) -> str:
    """Votes on the first comment; what became of it."""
    try:
        answer = await api(memory).vote(request_of({"vote": choice}, consultation=C, comment="comment-1"))
    except Problem as problem:
        return problem.code
    return "" if answer.status_code == 200 else str(json.loads(bytes(answer.body))["code"])


def api(memory: Memory) -> CommentsApi:
    """The handlers, with what commenting and voting need."""
    parts: dict[str, Any] = dict.fromkeys(CommentsApi.__dataclass_fields__)
    parts |= {"callers": Callers(), "commands": memory.commands, "texts": Texts(memory.queries())}
    return CommentsApi(**parts | {"comments": memory.comments})


def request_of(body: dict[str, Any], **path: str) -> Request:
    """A request with this body."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    headers = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
    app = SimpleNamespace(state=SimpleNamespace(web=SimpleNamespace(settings=WebSettings(public_url=ORIGIN))))
    return Request({"type": "http", "method": "POST", "app": app, "headers": headers, "path_params": path}, receive)


@pytest.mark.parametrize("anchor", [None, ARTICLE])
@pytest.mark.parametrize("named", [True, False])
async def test_a_reply_is_on_the_clause_of_what_it_answers(anchor: Anchor | None, named: bool) -> None:
    memory = Memory()
    await memory.opened()
    await memory.say(anchor=anchor)
    told = {"anchor": anchor.model_dump()} if named and anchor else {}
    request = await asked(memory, parent="comment-1", **told)
    assert request.anchor == anchor
    clause = "whole" if anchor is None else "art_1"
    assert memory.store.collections["heard"][C]["clauses"] == {clause: 2}


@pytest.mark.parametrize("anchor", [None, ARTICLE])
async def test_a_reply_on_another_clause_is_refused(anchor: Anchor | None) -> None:
    memory = Memory()
    await memory.opened()
    await memory.say(anchor=anchor)
    with pytest.raises(Problem, match="clause-of-parent"):
        await asked(memory, parent="comment-1", anchor={"clause": "art_2"})


@pytest.mark.parametrize("exact", ["A journalist may ask.", "Words that are nowhere."])
async def test_nothing_is_told_of_a_draft_that_is_not_public(exact: str) -> None:
    memory = Memory()
    await memory.prepared()
    with pytest.raises(Problem, match="consultation-not-open"):
        await asked(memory, anchor={"clause": "art_1", "quote": {"exact": exact}})


async def test_nobody_votes_on_a_comment_that_is_hidden_or_was_taken_back() -> None:
    memory = Memory()
    await memory.opened()
    await memory.say()
    memory.lag()
    assert await vote(memory, Vote.AGREE) == ""
    await memory.hide("comment-1")
    assert await vote(memory, Vote.PASS) == "comment-hidden"
    await memory.about(RestoreRequested, MODERATOR, "comment-1", explanation="It calls nobody names.")
    assert await vote(memory, Vote.PASS) == ""
    await memory.about(RetractRequested, AUTHOR, "comment-1")
    assert await vote(memory, Vote.AGREE) == "comment-retracted"
    assert memory.votes.of(C, "comment-1").view() == {"agree": 0, "disagree": 0, "pass": 1}


async def test_what_a_vote_must_know_of_its_comment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    await memory.opened()
    await memory.say()
    assert await vote(memory, Vote.AGREE) == ""
    monkeypatch.setattr(memory, "of", None)
    assert await vote(memory, Vote.PASS) == ""


async def test_moderation_takes_the_passage_away_with_the_words() -> None:
    memory = Memory()
    await memory.opened()
    await memory.say(anchor=Anchor(clause="art_1", quote=TextQuote(exact="journalist")))
    reads = CommentReads(cast("Any", memory), Decisions())

    async def told() -> dict[str, Any]:
        found = await reads.comment(C, "comment-1")
        assert found is not None
        return comment_view(found, memory.votes)

    assert (await told())["quote"] == {"exact": "journalist", "prefix": "", "suffix": ""}
    await memory.hide("comment-1")
    assert (await told())["quote"] is None
