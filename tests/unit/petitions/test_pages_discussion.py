"""The discussion on pages: reading for everybody, commenting once signed in, hiding for moderators."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from schemas.petitions.v1 import AnswerOutcome, DutyKind, HideCommentRequested, RetractCommentRequested, Statement
from services.petitions.discussion.reads import AnswerDraft, Comment, Hiding, Version
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Answer, Discussion, Duty, Milestone, Status
from tests.unit.petitions.pages_support import (
    AUTHOR,
    KEYRING,
    NOW,
    PACKS,
    READER,
    Asked,
    Said,
    Stored,
    hidden,
    pages,
    person,
)
from tests.unit.petitions.pages_support import petition as some

EE = PACKS.in_force("ee-rahvaalgatus", NOW).ref
MODERATOR = person("moderator", roles=frozenset({"moderator"}))


def discussed(**changes: Any) -> Petition:
    told: dict[str, Any] = {
        "opened_at": NOW - timedelta(days=1),
        "ripe_at": NOW + timedelta(days=2),
        "until": NOW + timedelta(days=300),
        "revision": 1,
        "comments": 2,
    }
    found = some(Status.DISCUSSION)
    closed = {"opened_at": None, "closes_at": None, "published_at": None, "rules": EE, "revision": 2}
    return found.model_copy(update=closed | {"discussion": Discussion(**told | changes)})


def comment(number: int, **changes: Any) -> Comment:
    told: dict[str, Any] = {
        "number": number,
        "at": NOW,
        "by": f"p{number}",
        "revision": 1,
        "language": "en",
        "text": f"Comment <b>{number}</b>",
        "listed": False,
        "owner": "o",
        "sealed": "s",
    }
    return Comment(**told | changes)


def stored(found: Petition | None = None, *comments: Comment) -> Stored:
    petition = found or discussed()
    older = Version(revision=1, at=NOW, text=petition.text.model_copy(update={"title": "Open the shore"}))
    texts = [Version(revision=2, at=NOW, text=petition.text), older]
    return Stored([petition], said=Said(list(comments) or [comment(1), comment(2, listed=True)], texts))


async def test_everybody_reads_the_discussion_under_the_text() -> None:
    async with pages(stored()) as world:
        page = (await world.get(f"/petitions/{discussed().id}")).text
    assert "Comment &lt;b&gt;2&lt;/b&gt;" in page
    assert page.count("Aigerim S.") == 2, "the author, and the one commenter who agreed to be named"
    assert "about version 1" in page
    assert f"/petitions/{discussed().id}/versions/1" in page
    assert "Sign in to comment" in page
    assert "/sign" not in page.replace("/auth/", ""), "nobody signs a text that is discussed"


async def test_what_could_be_signed_before_a_change_is_read_beside_the_text() -> None:
    edited = Milestone(what="edited", at=NOW)
    one = some(Status.COLLECTING).model_copy(update={"revision": 2, "timeline": (edited,)})
    async with pages(stored(one)) as world:
        page = (await world.get(f"/petitions/{one.id}")).text
        older = (await world.get(f"/petitions/{one.id}/versions/1")).text
    assert "The text was changed after people could sign it" in page
    assert f"/petitions/{one.id}/versions/1" in page
    assert "Version 2, the text as it is now" in page
    assert "Open the shore" in older


async def test_who_has_signed_in_comments_once_per_form() -> None:
    one = discussed()
    action = f"/petitions/{one.id}/comments"
    async with pages(stored(one)) as world:
        await world.sign_in(READER)
        form = hidden((await world.get(f"/petitions/{one.id}")).text, action)
        said = {**form, "text": "  Name the lake.\r\nWhich is it? ", "language": "en", "listed": "yes"}
        short = await world.post(action, said | {"text": "a"})
        assert short.status_code == 422
        assert "Write at least 3 and at most 3,000 characters" in short.text
        again = hidden(short.text, action)
        done = await world.post(action, said | again)
        assert done.status_code == 303
        assert done.headers["location"].endswith("#discussion")
        assert (await world.post(action, said | again)).status_code >= 400, "a second press says nothing twice"
    ((what, wish),) = world.asked.done
    assert (what, wish.text, wish.revision, wish.listed) == ("comment", "Name the lake.\nWhich is it?", 2, True)


async def test_what_nobody_sees_in_a_comment_is_told_and_taken_out() -> None:
    one = discussed()
    action = f"/petitions/{one.id}/comments"
    async with pages(stored(one)) as world:
        await world.sign_in(READER)
        form = hidden((await world.get(f"/petitions/{one.id}")).text, action)
        said = {**form, "text": "Name the\u202e lake", "language": "en"}
        told = await world.post(action, said)
        assert told.status_code == 422
        assert "U+202E" in told.text
        assert "Name the lake</textarea>" in told.text
        blank = await world.post(action, {**said, **hidden(told.text, action), "text": "\u2800\u2800\u2800"})
        assert blank.status_code == 422
    assert world.asked.done == []


async def test_what_was_written_is_kept_while_the_broker_is_away() -> None:
    one = discussed()
    action = f"/petitions/{one.id}/comments"
    async with pages(stored(one), Asked(down=True)) as world:
        await world.sign_in(READER)
        form = hidden((await world.get(f"/petitions/{one.id}")).text, action)
        answer = await world.post(action, form | {"text": "Name the lake, please.", "language": "en"})
    assert answer.status_code == 503
    assert "Name the lake, please." in answer.text


@pytest.mark.parametrize(("ripe", "offered"), [(False, False), (True, True)])
async def test_the_author_changes_it_and_hands_it_in_once_it_is_ripe(*, ripe: bool, offered: bool) -> None:
    one = discussed(ripe=ripe)
    async with pages(stored(one)) as world:
        await world.sign_in(AUTHOR)
        page = (await world.get(f"/petitions/{one.id}")).text
        asked = await world.get(f"/petitions/{one.id}/submit")
        assert (await world.get(f"/petitions/{one.id}/edit")).status_code == 200
    assert f"/petitions/{one.id}/edit" in page
    assert (f"/petitions/{one.id}/submit" in page) is offered
    assert (asked.status_code == 200) is offered


async def test_a_hidden_comment_says_why_and_nothing_of_what_it_said() -> None:
    why = Hiding(reason="insulting", explanation="It insults the author.", at=NOW)
    async with pages(stored(None, comment(1, hidden=why, listed=True), comment(2))) as world:
        page = (await world.get(f"/petitions/{discussed().id}/comments")).text
    assert "It insults the author." in page
    assert "<b>1" not in page
    assert "Comment &lt;b&gt;1" not in page


async def test_moderators_hide_with_a_reason_and_nobody_else() -> None:
    one = discussed()
    action = f"/petitions/{one.id}/comments/1/hide"
    async with pages(stored(one)) as world:
        await world.sign_in(READER)
        assert (await world.get(action)).status_code == 403
        await world.sign_in(MODERATOR)
        form = hidden((await world.get(action)).text, action)
        for written, said in (
            ({"reason": "", "explanation": "It insults the author."}, 'href="#reason"'),
            ({"reason": "insulting", "explanation": "no"}, "Write at least 10 and at most 2,000 characters"),
            ({"reason": "insulting", "explanation": "a" * 2_001}, "a" * 2_001),
            ({"reason": "insulting", "explanation": "It\u202e insults her."}, ">It insults her.</textarea>"),
        ):
            bad = await world.post(action, form | written)
            assert bad.status_code == 422
            assert said in bad.text
            form = hidden(bad.text, action)
        told = form | {"reason": "insulting", "explanation": "It insults the author."}
        assert (await world.post(action, told)).status_code == 303
    ((_, asked),) = world.asked.done
    assert isinstance(asked, HideCommentRequested)
    assert (asked.number, asked.reason) == (1, "insulting")


async def test_who_wrote_a_comment_takes_it_back_on_a_page_and_nobody_else() -> None:
    one = discussed(comments=25)
    action = f"/petitions/{one.id}/comments/2/retract"
    mine = comment(2, by=KEYRING.pseudonym(one.id, READER.id))
    async with pages(stored(one, comment(1), mine)) as world:
        await world.sign_in(MODERATOR)
        assert (await world.get(action)).status_code == 403
        await world.sign_in(READER)
        listed = (await world.get(f"/petitions/{one.id}/comments?page=2")).text
        assert re.findall(r'href="([^"]+/retract)"', listed) == [action], "only beside one's own"
        form = hidden((await world.get(action)).text, action)
        assert world.asked.done == [], "a page that is looked at changes nothing"
        done = await world.post(action, form)
        assert (await world.post(action, form)).status_code == 409, "a confirmation works once"
    assert done.headers["location"] == f"/petitions/{one.id}/comments?page=2#comment-2"
    ((_, asked),) = world.asked.done
    assert isinstance(asked, RetractCommentRequested)
    assert asked.number == 2


async def test_a_comment_is_found_by_its_number_on_whatever_page_it_stands() -> None:
    one = discussed(comments=25)
    async with pages(stored(one, comment(1))) as world:
        found = {number: await world.get(f"/petitions/{one.id}/comments/{number}") for number in (2, 25, 0, 26)}
    assert [found[number].headers["location"] for number in (2, 25)] == [
        f"/petitions/{one.id}/comments?page=2#comment-2",
        f"/petitions/{one.id}/comments?page=1#comment-25",
    ]
    assert [found[number].status_code for number in (0, 26)] == [404, 404]


async def test_what_was_taken_back_says_so_and_cannot_be_asked_for_again() -> None:
    gone = comment(1, retracted=NOW, text="", by="", owner="", sealed="", listed=False)
    async with pages(stored(None, gone, comment(2))) as world:
        await world.sign_in(MODERATOR)
        page = (await world.get(f"/petitions/{discussed().id}/comments")).text
        line = page.split('id="comment-1"')[1].split("</li>")[0]
        assert "Its author took this comment back." in line
        assert "<a " not in line
        for act in ("retract", "hide"):
            answer = await world.get(f"/petitions/{discussed().id}/comments/1/{act}")
            assert "Its author took the comment back" in answer.text
            assert answer.status_code == 409


KK, RU = "Жағалау қоғамға ашылады деп шешпекпіз.", "Намерены решить так: берег откроют."
DRAFTS = [
    AnswerDraft(number=2, outcome=AnswerOutcome.SATISFIED, statement=Statement(kk=KK, ru=RU), at=NOW),
    AnswerDraft(number=1, outcome=AnswerOutcome.REFUSED, statement=Statement(kk=KK * 2, ru=RU * 2), at=NOW),
]


def drafted(**changes: Any) -> Petition:
    """A petition whose second draft of an answer is discussed, after a text that was: two comments on each."""
    told: dict[str, Any] = {
        "status": Status.CONSIDERATION,
        "opened_at": NOW - timedelta(days=40),
        "duties": (Duty(kind=DutyKind.ANSWER, opened_at=NOW, due_at=NOW + timedelta(days=9), remind_at=NOW),),
        "draft_answer": Answer.model_validate(DRAFTS[0].model_dump(exclude={"number"})),
        "answer_drafts": 2,
        "answer_comments": 2,
    }
    return discussed().model_copy(update=told | changes)


def read_with(found: Petition) -> Stored:
    on_drafts = [comment(3, answer_draft=1), comment(4, answer_draft=2)]
    return Stored([found], said=Said([comment(1), comment(2), *on_drafts], [], DRAFTS))


async def test_what_the_body_means_to_answer_is_discussed_under_the_petition() -> None:
    async with pages(read_with(drafted())) as world:
        page = (await world.get(f"/petitions/{drafted().id}")).text
        every = (await world.get(f"/petitions/{drafted().id}/comments")).text
        draft = (await world.get(f"/petitions/{drafted().id}/answer-drafts/1", **{"accept-language": "ru"})).text
        assert (await world.get(f"/petitions/{drafted().id}/answer-drafts/3")).status_code == 404
    assert "Discussion of the draft decision" in page
    assert "Comment on the draft" in page
    assert re.findall(r'id="comment-(\d)"', page) == ["4", "3"], "those on the text are another page's"
    assert re.findall(r'id="comment-(\d)"', every) == ["4", "3", "2", "1"]
    assert "about draft decision 1" in every
    assert "about version 1" in every
    assert RU * 2 in draft
    assert "С тех пор он опубликовал другой проект" in draft


async def test_a_comment_on_a_draft_names_the_draft_that_was_read() -> None:
    one = drafted()
    action = f"/petitions/{one.id}/comments"
    async with pages(read_with(one)) as world:
        await world.sign_in(READER)
        form = hidden((await world.get(f"/petitions/{one.id}")).text, action)
        done = await world.post(action, form | {"text": "Name the shore.", "language": "en"})
    assert done.headers["location"].endswith("#discussion")
    ((what, wish),) = world.asked.done
    assert (what, wish.text, wish.answer_draft) == ("comment", "Name the shore.", 2)


async def test_where_nobody_commented_no_comments_are_offered() -> None:
    silent = drafted(discussion=None, status=Status.ANSWERED, draft_answer=None, duties=(), answer_comments=0)
    async with pages(Stored([silent], said=Said([], [], DRAFTS))) as world:
        page = (await world.get(f"/petitions/{silent.id}")).text
        draft = (await world.get(f"/petitions/{silent.id}/answer-drafts/2")).text
    assert "The discussion is over." in page
    assert f"/petitions/{silent.id}/comments" not in page + draft


async def test_what_was_said_of_a_draft_is_read_after_the_answer() -> None:
    answered = drafted(status=Status.ANSWERED, draft_answer=None, duties=())
    async with pages(read_with(answered)) as world:
        await world.sign_in(READER)
        page = (await world.get(f"/petitions/{answered.id}")).text
        every = (await world.get(f"/petitions/{answered.id}/comments")).text
    assert "The discussion is over." in page
    assert "Read all 4 comments" in page
    assert "/answer-drafts/2" in page
    assert re.findall(r'id="comment-(\d)"', every) == ["4", "3", "2", "1"]
    assert 'id="comment"' not in page + every, "no form"


@pytest.mark.parametrize("path", ["comments", "comments?page=7", "comments?page=x", "versions/1", "versions/2"])
async def test_pages_of_a_discussion(path: str) -> None:
    async with pages(stored()) as world:
        answer = await world.get(f"/petitions/{discussed().id}/{path}")
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["versions/3", "versions/0", "comments/9/hide"])
async def test_what_is_not_there_is_not_found(path: str) -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        assert (await world.get(f"/petitions/{discussed().id}/{path}")).status_code == 404
        assert (await world.get(f"/petitions/{some(number=2).id}/comments")).status_code == 404
