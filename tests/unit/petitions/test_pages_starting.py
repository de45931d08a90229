"""Starting a petition: one question a page, nothing written is ever lost, nothing is created twice."""

import html
import re
from datetime import UTC, date, datetime

import pytest

from schemas.petitions.v1 import SubmitRequested
from services.petitions.commands import RulesChoice
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Status
from tests.unit.petitions.pages_support import (
    AUTHOR,
    NOW,
    PACKS,
    READER,
    Asked,
    Stored,
    World,
    hidden,
    pages,
    person,
    petition,
)

WRITE = "/petitions/start/write"
ANSWERS = {
    "topic": {"category": "environment", "language": "ru", "region": "KZ-75"},
    "title": {"title": "Открыть берег озера для всех"},
    "text": {"text": "Берег огорожен с трёх сторон.\n\n" + "Ещё год назад он был открыт. " * 3},
    "proposal": {"proposal": "Снять заборы до 1 мая и сообщить об этом."},
}


async def walk(world: World, *steps: str) -> dict[str, str]:
    """Answers some questions; returns the hidden fields of the page after them."""
    page = (await world.get(WRITE)).text
    for step in steps:
        answer = await world.post(WRITE, hidden(page, WRITE) | ANSWERS[step] | {"go": "next"})
        assert answer.status_code == 200, answer.text
        page = answer.text
    return {name: html.unescape(value) for name, value in hidden(page, WRITE).items()}


async def test_what_was_answered_travels_in_the_form_to_the_draft() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS)
        assert fields["step"] == "preview"
        answer = await world.post(WRITE, fields | {"go": "next"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/petitions/new"
        [(what, (text, key))] = world.asked.done
        assert (what, key) == ("create", fields["draft"])
        assert text.title == ANSWERS["title"]["title"]
        assert text.text.startswith("Берег огорожен с трёх сторон.\n\nЕщё")
        assert (text.language, text.category, text.region) == ("ru", "environment", "KZ-75")


@pytest.mark.parametrize(
    ("done", "wrong", "field"),
    [
        ((), {"category": "", "language": "en"}, "category"),
        ((), {"category": "health", "language": "de"}, "language"),
        (("topic",), {"title": "  Short   "}, "title"),
        (("topic",), {"title": "x" * 201}, "title"),
        (("topic", "title"), {"text": "Too little"}, "text"),
        (("topic", "title", "text"), {"proposal": "Act"}, "proposal"),
    ],
)
async def test_a_wrong_answer_is_asked_for_again_with_a_reason(
    done: tuple[str, ...], wrong: dict[str, str], field: str
) -> None:
    async with pages() as world:
        await world.sign_in(READER)
        answer = await world.post(WRITE, await walk(world, *done) | wrong | {"go": "next"})
        assert answer.status_code == 422
        assert f'<a href="#{field}">' in answer.text
        assert re.search(rf'id="{field}-error"', answer.text)
        assert world.asked.done == []


async def test_a_form_made_by_hand_cannot_skip_a_question() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS) | {"title": "no"}
        answer = await world.post(WRITE, fields | {"go": "next"})
        assert answer.status_code == 422
        assert '<a href="#title">' in answer.text
        assert world.asked.done == []


async def test_going_back_keeps_everything() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        answer = await world.post(WRITE, await walk(world, *ANSWERS) | {"go": "title"})
        assert ANSWERS["title"]["title"] in answer.text
        assert hidden(answer.text, WRITE)["proposal"] == ANSWERS["proposal"]["proposal"]


async def test_whoever_was_signed_out_keeps_the_text_and_is_told_what_to_do() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS)
        world.sessions.sessions.clear()
        answer = await world.post(WRITE, fields | {"go": "next"})
        assert "signed out" in answer.text
        kept = hidden(answer.text, WRITE)
        assert kept["title"] == fields["title"]
        # Back from signing in in another tab: the form's token is of the session before.
        await world.sign_in(READER)
        answer = await world.post(WRITE, kept | {"go": "next"})
        assert world.asked.done == []
        answer = await world.post(WRITE, hidden(answer.text, WRITE) | {"go": "next"})
        assert answer.status_code == 303


async def test_whoever_asks_another_body_chooses_its_place_and_sees_its_rules() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        offered = re.findall(r'href="(/petitions/start/write[^"]*)"', (await world.get("/petitions/start")).text)
        bodies = [f"to=kz-{body}.{level}" for level in ("district", "region") for body in ("akimat", "maslikhat")]
        assert sorted(offered) == sorted([WRITE, *(f"{WRITE}?{body}" for body in bodies)])

        page = (await world.get(f"{WRITE}?to=kz-maslikhat.district")).text
        unanswered = await world.post(WRITE, hidden(page, WRITE) | ANSWERS["topic"] | {"go": "next"})
        assert "Choose the place whose body is to answer." in unanswered.text
        assert 'value="KZ-101000"' in unanswered.text

        answer = await world.post(WRITE, hidden(page, WRITE) | ANSWERS["topic"] | {"unit": "KZ-101000", "go": "next"})
        for step in ("title", "text", "proposal"):
            answer = await world.post(WRITE, hidden(answer.text, WRITE) | ANSWERS[step] | {"go": "next"})
        assert "Maslikhat of" in answer.text
        [goal] = PACKS.in_force("kz-district-large-maslikhat", datetime.now(UTC).date()).goals("KZ-101000")
        assert f"{goal.signatures:,} for" in answer.text
        assert (await world.post(WRITE, hidden(answer.text, WRITE) | {"go": "next"})).status_code == 303
        assert world.asked.rules == RulesChoice("kz-district-large-maslikhat", "KZ-101000")


async def test_a_place_without_such_a_body_is_not_taken_and_a_made_up_body_is_the_default() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS)
        answer = await world.post(WRITE, fields | {"to": "kz-akimat.region", "unit": "KZ-101000", "go": "next"})
        assert "Choose the place whose body is to answer." in answer.text
        answer = await world.post(WRITE, fields | {"to": "<b>", "unit": "KZ-101000", "go": "next"})
        assert answer.status_code == 303
        assert world.asked.rules == RulesChoice()


async def test_a_second_press_leads_to_the_same_petition() -> None:
    async with pages(asked=Asked(refusal=Refusal.PETITION_EXISTS)) as world:
        await world.sign_in(READER)
        answer = await world.post(WRITE, await walk(world, *ANSWERS) | {"go": "next"})
    assert answer.headers["location"] == "/petitions/new"


async def test_a_broker_that_is_away_loses_no_text() -> None:
    async with pages(asked=Asked(down=True)) as world:
        await world.sign_in(READER)
        answer = await world.post(WRITE, await walk(world, *ANSWERS) | {"go": "next"})
    assert answer.status_code == 503
    assert hidden(answer.text, WRITE)["title"] == ANSWERS["title"]["title"]


async def test_who_may_not_start_one_is_told_before_writing() -> None:
    async with pages() as world:
        await world.sign_in(person(birth_date=date(NOW.year - 15, 1, 1)))
        answer = await world.get(WRITE)
    assert "not old enough" in answer.text
    assert "<textarea" not in answer.text


async def test_the_longest_petition_fits_into_the_form() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS) | {"text": "ж" * 20_000, "proposal": "щ" * 5_000, "go": "next"}
        answer = await world.post(WRITE, fields)
    assert answer.status_code == 303


async def test_handing_in_takes_a_page_and_its_token() -> None:
    path = f"/petitions/{petition().id}/submit"
    async with pages(Stored([petition(Status.DRAFT)])) as world:
        await world.sign_in(AUTHOR)
        page = await world.get(path)
        assert world.asked.done == []
        answer = await world.post(path, hidden(page.text, path))
        assert answer.headers["location"] == f"/petitions/{petition().id}"
        assert [what for what, _ in world.asked.done] == [SubmitRequested.TYPE]
        assert (await world.post(path, hidden(page.text, path))).status_code == 409


@pytest.mark.parametrize("act", ["submit", "close", "recall", "edit"])
async def test_nobody_else_steers_a_petition(act: str) -> None:
    async with pages(Stored([petition(Status.GATHERING)])) as world:
        await world.sign_in(READER)
        answer = await world.get(f"/petitions/{petition().id}/{act}")
    assert answer.status_code == 403


@pytest.mark.parametrize("done", [("topic", "title"), tuple(ANSWERS)])
async def test_similar_petitions_are_shown_without_a_script(done: tuple[str, ...]) -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *done)
        answer = await world.post(WRITE, fields | {"go": fields["step"]})
        typed = await world.get("/petitions/start/similar?title=Open+the+lake")
    for shown in (answer.text, typed.text):
        assert f'<a href="/petitions/{petition().id}" target="_blank"' in shown
