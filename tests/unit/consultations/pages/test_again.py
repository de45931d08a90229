"""Whatever hinders a comment, a reply or what a body writes: it comes back, and another press sends it."""

from __future__ import annotations

from html import unescape

from schemas.consultations.comments import PostRequested
from schemas.consultations.course import DescribeRequested, WithdrawalRequested
from tests.unit.consultations.desk.hands import DESK
from tests.unit.consultations.pages.test_taking_part import ON, SAID, WHOLE, posted
from tests.unit.consultations.pages.world import MODERATOR, OFFICIAL, READER, SUMMARY, C, World, hidden, pages

REPLY = f"{ON}/comments/comment-1"
DESCRIPTION = f"{DESK}/{C}/description"
TEXTS = {
    "title.kk": "Ақпаратқа қол жеткізу туралы заң жобасы",
    "title.ru": "Проект закона о доступе к информации",
    "summary.kk": SUMMARY.kk,
    "summary.ru": SUMMARY.ru,
}


def again(page: str) -> dict[str, str]:
    """The fields of the form that sends what was written again."""
    return {name: unescape(value) for name, value in hidden(page.split("<main", 1)[1], "?").items()}


def asked(world: World, kind: type[object]) -> int:
    return sum(isinstance(each, kind) for each in world.memory.sent)


async def test_a_comment_and_a_reply_outlive_the_session() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        for path in (WHOLE, REPLY):
            before = asked(world, PostRequested)
            await world.sign_in(READER)
            form = hidden((await world.get(path)).text, path)
            world.client.cookies.clear()
            lost = await world.post(path, {**form, **SAID})
            assert lost.status_code == 403
            await world.sign_in(READER)
            shown = await world.post(path, again(lost.text))
            assert SAID["text"] in shown.text
            assert asked(world, PostRequested) == before
            assert (await world.post(path, again(shown.text))).status_code == 303
            assert asked(world, PostRequested) == before + 1
            assert posted(world).text == SAID["text"]


async def test_a_description_outlives_another_sign_in_and_another_language() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        form = hidden((await world.get(DESCRIPTION)).text, DESCRIPTION)
        before = asked(world, DescribeRequested)
        await world.sign_in(OFFICIAL)
        shown = await world.post(DESCRIPTION, {**form, **TEXTS})
        assert (shown.status_code, SUMMARY.ru in unescape(shown.text)) == (403, True)
        russian = await world.post(f"{DESCRIPTION}?lang=ru", again(shown.text) | {"unsent": "yes"})
        assert '<html lang="ru">' in russian.text
        assert asked(world, DescribeRequested) == before
        assert (await world.post(DESCRIPTION, again(russian.text))).status_code == 303
        assert asked(world, DescribeRequested) == before + 1


async def test_a_comment_on_what_is_over_is_shown_to_be_kept() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        form = hidden((await world.get(WHOLE)).text, WHOLE)
        await world.memory.steer(WithdrawalRequested, reason="It is written anew.")
        await world.sign_in(READER)
        late = await world.post(WHOLE, again((await world.post(WHOLE, {**form, **SAID})).text))
        assert late.status_code == 409
        page = late.text.split("<main", 1)[1]
        assert "<textarea" not in page
        assert SAID["text"] in page


async def test_a_moderators_reason_outlives_another_sign_in() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(MODERATOR)
        path = f"/consultations/moderation/{C}/comment-1"
        form = hidden((await world.get(path)).text, path)
        written = {"act": "hide", "reason": "off-topic", "explanation": "It is about another draft."}
        await world.sign_in(MODERATOR)
        shown = await world.post(path, {**form, **written})
        assert written["explanation"] in shown.text
        assert (await world.post(path, again(shown.text))).status_code == 303
