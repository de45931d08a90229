"""What somebody wrote is never lost: whatever hinders a form, it comes back, and another press sends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from kenes.web.confirmations import Confirmations
from schemas.petitions.v1 import AnswerRequested, EditRequested, ModerateRequested
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Status
from services.petitions.pages.drafting import ALL_FIELDS
from tests.unit.petitions import pages_support
from tests.unit.petitions.pages_support import (
    AUTHOR,
    ORIGIN,
    READER,
    Asked,
    Stored,
    World,
    hidden,
    pages,
    petition,
)
from tests.unit.petitions.test_agency_desk import HARD, KK, OFFICIAL, PATH, RU, Desk, on_duty, owed
from tests.unit.petitions.test_moderation_desk import MODERATOR, stored, verdict
from tests.unit.petitions.test_pages_discussion import discussed

ON_DESK = f"/moderation/{petition().id}"
VERDICT = f"{ON_DESK}/verdict"
EDIT = f"/petitions/{petition().id}/edit"
REASON = 'Say "who" fenced it off & when.'
ANSWER = {"act": "answer", "outcome": "satisfied", "kk": KK, "ru": RU, "media_kk": KK, "media_ru": HARD}


def again(page: str) -> dict[str, str]:
    """The fields of the form that sends what was written again."""
    return {name: unescape(value) for name, value in hidden(page.split("<main", 1)[1], "?").items()}


async def form_of(world: World, path: str, action: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in hidden((await world.get(path)).text, action).items()}


async def sign_out(world: World) -> None:
    world.client.cookies.clear()


async def test_who_was_signed_out_while_writing_signs_in_elsewhere_and_sends_it_again() -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        fields = await form_of(world, ON_DESK, VERDICT) | verdict(explanation=REASON)
        await sign_out(world)
        lost = await world.post(VERDICT, fields)
        assert lost.status_code == 403
        assert REASON in unescape(lost.text)
        assert f'href="/auth/login?next={ON_DESK}"' in lost.text, "what only takes posts cannot be come back to"
        await world.sign_in(MODERATOR)
        shown = await world.post(VERDICT, again(lost.text))
        assert shown.status_code == 403
        assert REASON in unescape(shown.text)
        assert world.asked.done == [], "nothing is carried out before it was shown to who is signed in now"
        sent = await world.post(VERDICT, again(shown.text))
        assert sent.headers["location"] == ON_DESK
    ((kind, asked),) = world.asked.done
    assert kind == ModerateRequested.TYPE
    assert (asked.explanation, asked.reasons) == (REASON, ("unclear",))


async def test_signing_in_again_in_another_tab_costs_no_text() -> None:
    async with pages(Stored([petition(Status.DRAFT)])) as world:
        await world.sign_in(AUTHOR)
        page = (await world.get(EDIT)).text
        await world.sign_in(AUTHOR)
        fields = hidden(page, EDIT) | told(title="Open the whole lake to everybody")
        shown = await world.post(EDIT, fields)
        assert shown.status_code == 403
        assert "Open the whole lake to everybody" in shown.text
        assert world.asked.done == []
        assert (await world.post(EDIT, again(shown.text))).status_code == 303
    ((kind, asked),) = world.asked.done
    assert (kind, asked.text.title) == (EditRequested.TYPE, "Open the whole lake to everybody")


async def test_a_confirmation_that_ran_out_or_was_used_costs_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = datetime.now(UTC)

    def confirmations(*parts: Any) -> Any:
        return Confirmations(*parts, now=lambda: clock)

    monkeypatch.setattr(pages_support, "Confirmations", confirmations)
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        fields = await form_of(world, ON_DESK, VERDICT) | verdict(explanation=REASON)
        clock = clock.replace(year=clock.year + 1)
        shown = await world.post(VERDICT, fields)
        assert shown.status_code == 410
        assert REASON in unescape(shown.text)
        assert world.asked.done == []
        fresh = again(shown.text)
        assert (await world.post(VERDICT, fresh)).status_code == 303
        twice = await world.post(VERDICT, fresh | {"verdict-explanation": "Another reason."})
        assert twice.status_code == 409
        assert "Another reason." in twice.text
        assert len(world.asked.done) == 1


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_another_language_brings_what_was_written_and_does_nothing(language: str) -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        fields = await form_of(world, ON_DESK, VERDICT) | verdict("", explanation=REASON)
        refused = await world.post(VERDICT, fields)
        assert refused.status_code == 422
        assert f'formaction="?lang={language}" name="unsent"' in refused.text
        kept = {name: unescape(value) for name, value in hidden(refused.text, "?").items()}
        assert not {"csrf_token", "confirmation"} & kept.keys()
        # Even with all that a verdict needs it is only shown.
        whole = hidden(refused.text, VERDICT) | kept | {"verdict-verdict": "reject", "unsent": "yes"}
        shown = await world.post(f"{VERDICT}?lang={language}", whole)
        assert f'<html lang="{language}">' in shown.text
        assert REASON in unescape(shown.text)
        assert world.asked.done == []
        assert (await world.post(VERDICT, again(shown.text))).status_code == 303


async def test_the_pages_of_a_problem_in_another_language_are_found() -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        page = (await world.post(VERDICT, {})).text
        assert f'href="{ON_DESK}?lang=ru"' in page


async def test_whatever_else_hinders_a_form_shows_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pages(stored()) as world:
        await world.sign_in(READER)
        answer = await world.post(VERDICT, verdict(explanation=REASON))
        assert answer.status_code == 403
        assert REASON in unescape(answer.text), "not open to this person"
        await world.sign_in(MODERATOR)
        fields = await form_of(world, ON_DESK, VERDICT) | verdict(explanation=REASON)

        def broken(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(world.asked, "ask", broken)
        answer = await world.post(VERDICT, fields)
        assert answer.status_code == 500
        assert REASON in unescape(answer.text)


async def test_a_body_that_is_no_form_stays_the_fault_of_who_sent_it() -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = await world.client.post(VERDICT, content=b"\xff=1", headers=headers | kind)
        assert answer.status_code == 400
        assert (await world.client.post(VERDICT, json={}, headers=headers)).status_code == 415


async def test_what_another_site_sends_is_neither_done_nor_shown() -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        headers = {"accept": "text/html", "sec-fetch-site": "cross-site", "origin": ORIGIN}
        answer = await world.client.post(VERDICT, data=verdict(explanation=REASON), headers=headers)
        assert answer.status_code == 403
        assert "fenced it off" not in answer.text
        assert world.asked.done == []


@pytest.mark.parametrize(("path", "back"), [("/sign", "/sign"), ("/organisers/leave", "/organisers")])
async def test_who_only_chose_something_is_led_to_sign_in_at_once(path: str, back: str) -> None:
    at = f"/petitions/{petition().id}"
    async with pages() as world:
        answer = await world.post(at + path, {"listed": "yes", "csrf_token": "x" * 86, "confirmation": "y" * 43})
    assert answer.headers["location"] == f"/auth/login?next={at}{back}"


def told(**changes: str) -> dict[str, str]:
    text = petition().text.model_dump(mode="json")
    return {name: str(text.get(name) or "") for name in ALL_FIELDS} | changes


async def test_an_edit_that_the_rules_refuse_comes_back_with_the_refusal() -> None:
    world_of, asked = Stored([petition(Status.DISCUSSION)]), Asked(refusal=Refusal.LETTERS_MIXED)
    async with pages(world_of, asked) as world:
        await world.sign_in(AUTHOR)
        fields = await form_of(world, EDIT, EDIT) | told(proposal="Take every fence down by May.")
        page = await world.post(EDIT, fields)
        assert page.status_code == 422
        assert len(world.asked.done) == 1
        assert "Take every fence down by May.</textarea>" in page.text
        assert 'class="error-summary"' in page.text
        russian = {name: unescape(value) for name, value in hidden(page.text, EDIT).items()} | fields
        checked = await world.post(f"{EDIT}?lang=ru", russian | {"go": "check"})
        assert '<html lang="ru">' in checked.text
        assert "Take every fence down by May.</textarea>" in checked.text
        assert len(world.asked.done) == 1


async def test_a_comment_that_is_refused_is_shown_with_the_refusal() -> None:
    it = discussed()
    at = f"/petitions/{it.id}/comments"
    async with pages(Stored([it]), Asked(refusal=Refusal.PETITION_NOT_OPEN)) as world:
        await world.sign_in(READER)
        answer = await world.post(at, await form_of(world, at, at) | {"text": "The shore is ours."})
    assert answer.status_code == 409
    assert "The shore is ours." in answer.text


@pytest.mark.parametrize("answered", [True, False])
async def test_an_answer_that_is_refused_comes_back_whole(answered: bool) -> None:
    world_of = Desk(petitions=[owed()])
    async with pages(world_of, Asked(refusal=Refusal.NOTHING_OWED)) as world:
        await world.sign_in(OFFICIAL)
        preview = await world.post(f"{PATH}/preview", await form_of(world, PATH, f"{PATH}/preview") | ANSWER)
        fields = {name: unescape(value) for name, value in hidden(preview.text, f"{PATH}/answer").items()}
        if answered:
            world_of.petitions[0] = owed(duties=())
        page = await world.post(f"{PATH}/answer", fields)
    assert page.status_code == 409
    ((kind, _),) = world.asked.done
    assert kind == AnswerRequested.TYPE
    for text in (KK, RU, HARD):
        assert text in unescape(page.text.split("<main", 1)[1])
    assert ("</textarea>" in page.text) is not answered


async def test_a_look_at_an_answer_and_the_form_are_shown_in_another_language() -> None:
    async with on_duty() as world:
        fields = await form_of(world, PATH, f"{PATH}/preview") | ANSWER
        preview = await world.post(f"{PATH}/preview", fields)
        assert re.search(r'form="send" formaction="\?lang=ru" name="act" value="answer"', preview.text)
        sent = {name: unescape(value) for name, value in hidden(preview.text, f"{PATH}/answer").items()}
        russian = await world.post(f"{PATH}/preview?lang=ru", sent)
        assert russian.status_code == 200
        assert HARD in unescape(russian.text)
        wrong = await world.post(f"{PATH}/preview", fields | {"outcome": ""})
        assert f'form="write-answer" formaction="{PATH}/write?lang=ru"' in wrong.text
        assert world.asked.done == []
