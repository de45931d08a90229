"""Moderators hide and restore for reasons that everybody can read."""

from __future__ import annotations

import pytest

from services.consultations.domain.comment import Standing
from services.consultations.reading import PAGE
from tests.unit.consultations.pages.world import MODERATOR, READER, C, World, hidden, pages

DESK = "/consultations/moderation"
ONE = f"{DESK}/{C}/comment-1"
HIDE = {"reason": "abuse", "explanation": "It calls a person names."}


async def moderated(world: World) -> None:
    """A comment, and a moderator who has signed in."""
    await world.memory.opened()
    await world.memory.say()
    await world.sign_in(MODERATOR)


async def test_the_desk_is_for_moderators() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        assert (await world.get(DESK)).headers["location"].startswith("/auth/login")
        await world.sign_in(READER)
        for path in (DESK, ONE):
            assert (await world.get(path)).status_code == 403
        assert (await world.post(ONE, HIDE)).status_code == 403


async def test_hiding_and_restoring_with_a_public_reason() -> None:
    async with pages() as world:
        await moderated(world)
        world.memory.lag()
        form = hidden((await world.get(ONE)).text, ONE)
        answer = await world.post(ONE, {**form, **HIDE})
        assert answer.headers["location"] == f"{ONE}?done=yes"
        page = (await world.get(answer.headers["location"])).text
        assert "The comment is hidden" in page
        assert "Ten days" in page, "moderators still read it"
        assert "Ten days" in (await world.get(f"{DESK}?show=hidden")).text
        public = (await world.get(f"/consultations/{C}/clauses/whole")).text
        assert "Ten days" not in public
        assert "It calls a person names." in public
        form = hidden(page, ONE)
        assert form["act"] == "restore"
        await world.post(ONE, {**form, "explanation": "It quotes what others said."})
        comment = await world.site.comments.comment(C, "comment-1")
        assert comment is not None
        assert comment.standing is Standing.SHOWN
        log = (await world.get("/consultations/moderation-log")).text
        assert log.index("It quotes what others said.") < log.index("It calls a person names.")
        world.memory.catch_up()
        page = (await world.get("/consultations/moderation-log?again")).text
        assert page.count('class="ledger-line"') == 2, "what is stored and what is recent is told once"
        assert "No comment" not in page
        assert "Nothing here" in (await world.get(f"{DESK}?show=hidden")).text


@pytest.mark.parametrize(
    ("wrong", "told", "status"),
    [
        ({"reason": ""}, "Choose a reason", 422),
        ({"reason": "dislike"}, "There is no such reason", 422),
        ({"explanation": "No."}, "Explain in at least 10", 422),
        ({"explanation": "It is rude\u2066 to the author."}, "invisible character here (U+2066", 422),
    ],
)
async def test_what_hinders_comes_back_with_what_was_written(wrong: dict[str, str], told: str, status: int) -> None:
    async with pages() as world:
        await moderated(world)
        form = hidden((await world.get(ONE)).text, ONE)
        written = {**HIDE, **wrong}
        answer = await world.post(ONE, {**form, **written})
        assert answer.status_code == status
        assert told in answer.text
        assert f">{written['explanation']}</textarea>" in answer.text


async def test_somebody_else_was_faster() -> None:
    async with pages() as world:
        await moderated(world)
        form = hidden((await world.get(ONE)).text, ONE)
        await world.memory.hide("comment-1")
        answer = await world.post(ONE, {**form, **HIDE})
        assert answer.status_code == 409
        assert "already hidden" in answer.text
        assert 'value="restore"' in answer.text


async def test_no_broker_keeps_what_was_written() -> None:
    async with pages() as world:
        await moderated(world)
        form = hidden((await world.get(ONE)).text, ONE)
        world.memory.down = True
        answer = await world.post(ONE, {**form, **HIDE})
        assert answer.status_code == 503
        assert HIDE["explanation"] in answer.text


async def test_the_desk_and_the_log_have_pages() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number in range(PAGE + 2):
            await world.memory.say(comment=f"c{number:03}", text=f"Words {number:03}")
            await world.memory.hide(f"c{number:03}")
        await world.sign_in(MODERATOR)
        for path in (DESK, f"{DESK}?show=hidden", "/consultations/moderation-log"):
            first = (await world.get(path)).text
            assert first.count('class="ledger-line"') == PAGE
            following = first.split('rel="next" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
            rest = (await world.get(path.partition("?")[0] + following)).text
            assert rest.count('class="ledger-line"') == 2
