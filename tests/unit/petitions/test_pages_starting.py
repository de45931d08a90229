"""Starting a petition: one question a page, nothing written is ever lost, nothing is created twice."""

import html
import re
from datetime import UTC, date, datetime

import pytest

from kenes.identity.person import Assurance
from schemas.petitions.v1 import SubmitRequested
from services.petitions.commands import RulesChoice
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Status
from services.petitions.offering import Offer
from tests.unit.petitions.pages_support import (
    AUTHOR,
    KEYRING,
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
BODIES = ("akimat", "maslikhat")
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
        offered = re.findall(r'href="/petitions/start\?to=([^"]*)"', (await world.get("/petitions/start")).text)
        assert offered[:4] == [f"kz-{body}.{level}" for level in ("district", "region") for body in BODIES]
        rules = (await world.get("/petitions/start?to=kz-maslikhat.district")).text
        assert "5,000: " in rules
        assert "10% of the people of the place" in rules
        assert f'href="{WRITE}?to=kz-maslikhat.district"' in rules

        page = (await world.get(f"{WRITE}?to=kz-maslikhat.district")).text
        unanswered = await world.post(WRITE, hidden(page, WRITE) | ANSWERS["topic"] | {"go": "next"})
        assert "Choose the place whose body is to answer." in unanswered.text
        assert 'value="KZ-101000"' in unanswered.text

        answer = await world.post(WRITE, hidden(page, WRITE) | ANSWERS["topic"] | {"unit": "KZ-101000", "go": "next"})
        for step in ("title", "text", "proposal"):
            answer = await world.post(WRITE, hidden(answer.text, WRITE) | ANSWERS[step] | {"go": "next"})
        assert "Maslikhat of" in answer.text
        [goal] = PACKS.in_force("kz-district-large-maslikhat", datetime.now(UTC)).goals("KZ-101000")
        assert f"{goal.signatures:,}: " in answer.text
        assert (await world.post(WRITE, hidden(answer.text, WRITE) | {"go": "next"})).status_code == 303
        assert world.asked.rules == RulesChoice("kz-district-large-maslikhat", "KZ-101000")


@pytest.mark.parametrize(
    ("to", "told", "untold"),
    [
        ("kz-republic", ["Kazakhstan), 18", "50,000: ", "First supporters", "6 months"], ["discusses"]),
        ("eu-initiative", ["7 people who live in 7 different countries", "1,000,000: ", "At least 7"], []),
        ("ee-rahvaalgatus", ["public, for at least: 3 days", "Anybody of 16 or older", "1,000: "], ["check it"]),
        ("fi-citizens-initiative", ["fewer than 50", "50,000: "], ["check it", "First supporters", "discusses"]),
        ("uk-parliament", ["10,000: ", "100,000: ", "without an account", "British citizen"], ["discusses"]),
        ("de-bundestag", ["30,000: ", "Anybody."], ["First supporters", "stand behind it"]),
    ],
)
async def test_what_a_pack_asks_is_said_before_anybody_writes_and_nothing_else(
    to: str, told: list[str], untold: list[str]
) -> None:

    async with pages() as world:
        page = (await world.get(f"/petitions/start?to={to}")).text
    assert f'href="{WRITE}?to={to}"' in page
    body = page.split("<main")[1]
    assert [each for each in told if each not in body] == []
    assert [each for each in untold if each in body] == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_every_pack_is_introduced_in_every_language_and_with_its_sources(language: str) -> None:
    async with pages() as world:
        start = (await world.get("/petitions/start")).text
        for to in ("", *re.findall(r'href="/petitions/start\?to=([^"]*)"', start)):
            answer = await world.get(f"/petitions/start?to={to}", **{"accept-language": language})
            assert answer.status_code == 200
            assert f'<html lang="{language}"' in answer.text
            assert 'id="others"' in answer.text


async def test_another_country_s_petition_has_the_fields_its_rules_need_and_no_others() -> None:
    uk = "uk-parliament"
    async with pages() as world:
        await world.sign_in(READER)
        page = (await world.get(f"{WRITE}?to={uk}")).text
        assert 'id="region"' not in page
        assert 'id="unit"' not in page
        answer = await world.post(WRITE, hidden(page, WRITE) | ANSWERS["topic"] | {"go": "next"})
        assert 'maxlength="80"' in answer.text
        for step in ("title", "text", "proposal"):
            answer = await world.post(WRITE, hidden(answer.text, WRITE) | ANSWERS[step] | {"go": "next"})
        assert "United Kingdom" in answer.text
        assert (await world.post(WRITE, hidden(answer.text, WRITE) | {"go": "next"})).status_code == 303
        assert world.asked.rules == RulesChoice("uk-parliament", None)
        [(_, (text, _))] = world.asked.done
        assert text.region is None, "a region of another country is not one of it"


async def test_only_what_is_offered_can_be_started() -> None:
    async with pages(offered=["ee-*", "fi-citizens-initiative"]) as world:
        await world.sign_in(READER)
        page = (await world.get("/petitions/start")).text
        assert set(re.findall(r'href="/petitions/start\?to=([^"]*)"', page)) == {"fi-citizens-initiative"}
        fields = await walk(world, *ANSWERS)
        assert (await world.post(WRITE, fields | {"to": "kz-republic", "go": "next"})).status_code == 303
    assert world.asked.rules == RulesChoice("ee-rahvaalgatus", None)


async def test_a_petition_of_another_country_is_called_by_it() -> None:
    one = petition().model_copy(update={"rules": PACKS.in_force("fi-citizens-initiative", NOW).ref})
    one = one.model_copy(update={"text": one.text.model_copy(update={"region": None})})
    async with pages(Stored([one])) as world:
        page = (await world.get(f"/petitions/{one.id}")).text
    assert "Environment · Finland" in page


@pytest.mark.parametrize("name", ["kz-moon", "de", ""])
def test_a_pack_that_is_not_there_cannot_be_offered(name: str) -> None:
    with pytest.raises(ValueError, match=f"there is no rule pack '{name}'"):
        Offer(PACKS, [name])


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


async def test_a_text_changed_after_the_first_press_is_not_dropped() -> None:
    stored = Stored([])
    async with pages(stored, Asked(refusal=Refusal.PETITION_EXISTS)) as world:
        await world.sign_in(AUTHOR)
        fields = await walk(world, *ANSWERS)
        await world.post(WRITE, fields | {"go": "next"})
        _, (text, _) = world.asked.done[0]
        draft = petition(Status.DRAFT)
        author = KEYRING.pseudonym("new", AUTHOR.id)
        stored.petitions = [draft.model_copy(update={"id": "new", "author": author, "text": text})]
        same = await world.post(WRITE, fields | {"go": "next"})
        assert same.headers["location"] == "/petitions/new"

        changed = await world.post(WRITE, fields | {"title": "Another title, of another kind", "go": "next"})
        assert changed.status_code == 409
        kept = hidden(changed.text, WRITE)
        assert kept["title"] == "Another title, of another kind"
        assert kept["draft"] != fields["draft"], "the button makes a second draft now"
        assert 'formaction="/petitions/new/edit"' in changed.text
        taken = await world.post("/petitions/new/edit", kept | {"go": "check"})
        assert 'value="Another title, of another kind"' in taken.text


@pytest.mark.parametrize("early", [True, False])
async def test_who_may_not_start_one_after_all_reads_why_and_keeps_the_text(early: bool) -> None:
    async with pages(asked=Asked(refusal=None if early else Refusal.ASSURANCE_TOO_LOW)) as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS)
        if early:
            await world.sign_in(person("reader", assurance=Assurance.LOW))
            fields = hidden((await world.post(WRITE, fields | {"go": "next"})).text, WRITE)
        answer = await world.post(WRITE, fields | {"go": "next"})
    assert answer.status_code == 403
    assert "prove more surely" in answer.text
    assert "/auth/login?again=1" in answer.text
    assert hidden(answer.text, WRITE)["title"] == ANSWERS["title"]["title"]
    assert bool(world.asked.done) is not early


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
