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
from schemas.consultations.comments import PostRequested
from schemas.consultations.parts import Anchor, TextQuote
from services.consultations.comments_api import CommentsApi
from services.consultations.reading import CommentReads
from services.consultations.rendering import comment_view
from services.consultations.texts import Texts
from tests.unit.consultations.pages.world import ORIGIN, READER, C, Memory

ARTICLE = Anchor(clause="art_1")


@dataclass(frozen=True)
class Callers:
    """Somebody who has signed in."""

    async def writer(self, _request: Request) -> tuple[Person, Preference]:
        return READER, Preference(wait=1.0)


async def asked(memory: Memory, **told: Any) -> PostRequested:
    """Comments; the request that was written."""
    parts: dict[str, Any] = dict.fromkeys(CommentsApi.__dataclass_fields__)
    parts |= {"callers": Callers(), "commands": memory.commands, "texts": Texts(memory.queries())}
    parts |= {"comments": CommentReads(cast("Any", memory), Decisions())}
    body = {"text": "Five days are enough.", "language": "en", "version": 1} | told

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    headers = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
    app = SimpleNamespace(state=SimpleNamespace(web=SimpleNamespace(settings=WebSettings(public_url=ORIGIN))))
    scope = {"type": "http", "method": "POST", "app": app, "headers": headers, "path_params": {"consultation": C}}
    await CommentsApi(**parts).comment(Request(scope, receive))
    return cast("PostRequested", memory.sent[-1])


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
