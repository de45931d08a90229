"""What the rules make of a text, on the pages: told while writing, before handing in, and to the moderator."""

import html
import re

import pytest

from schemas.petitions.v1 import EditRequested, PetitionText
from services.petitions.domain.preparing import TextRules
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status
from tests.unit.petitions import pages_support
from tests.unit.petitions.pages_support import AUTHOR, READER, Asked, Stored, hidden, pages, petition
from tests.unit.petitions.test_moderation_desk import MODERATOR, on_desk, stored
from tests.unit.petitions.test_pages_starting import ANSWERS, WRITE, walk
from tests.unit.petitions.test_text_check import KAZAKH, RUSSIAN

PLAIN = "Снять заборы до 1 мая: bit.ly/1 и всё."
TRICK = PLAIN.replace("забо", "заб\N{LATIN SMALL LETTER O}")
BANNER_ERROR, BANNER_WARNING = 'class="banner is-error"', 'class="banner is-warning"'
BILINGUAL = PetitionText.model_validate({**RUSSIAN, "translations": [KAZAKH]})
ADDRESS = f"/petitions/{petition().id}"
EDIT, SUBMIT = f"{ADDRESS}/edit", f"{ADDRESS}/submit"


def saying(text: PetitionText, status: Status = Status.DRAFT) -> Stored:
    return Stored([petition(status).model_copy(update={"text": text})])


def asking_for(packs: RulePacks, *languages: str) -> RulePacks:
    """The same packs, each asking for these languages."""
    rules = TextRules.model_validate({"certainty": "L", "source": "invented for tests", "languages": languages})
    changed = tuple(each.model_copy(update={"texts": rules}) for each in packs._packs.values())
    return RulePacks(changed, packs._calendars)


def written(fields: dict[str, str]) -> dict[str, str]:
    return {**fields, **{f"{field}_kk": KAZAKH[field] for field in ("title", "text", "proposal")}}


async def test_the_preview_tells_what_must_be_mended_and_mends_letters_by_itself() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, "topic", "title", "text")
        preview = (await world.post(WRITE, fields | {"proposal": TRICK, "go": "next"})).text
        assert BANNER_ERROR in preview
        mended = (await world.post(WRITE, hidden(preview, WRITE) | {"go": "mend"})).text
        assert html.unescape(hidden(mended, WRITE)["proposal"]) == PLAIN
        saved = await world.post(WRITE, hidden(mended, WRITE) | {"go": "next"})
        assert saved.status_code == 303


async def test_a_hint_of_a_prohibited_subject_comes_with_the_law_in_the_readers_language() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, "topic", "title", "text")
        asked = fields | {"proposal": "Просим отставки министра.", "go": "next"}
        page = (await world.post(WRITE, asked)).text
        assert BANNER_WARNING in page
        assert BANNER_ERROR not in page
        assert "Dismissal of officials" in page
        world.client.cookies.set("lang", "ru")
        page = (await world.post(f"{WRITE}?lang=ru", hidden(page, WRITE) | {"go": "preview"})).text
        assert "Административный процедурно-процессуальный кодекс" in page


async def test_where_two_languages_are_asked_for_the_second_is_asked_before_the_preview(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages_support, "PACKS", asking_for(pages_support.PACKS, "kk", "ru"))
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS)
        assert fields["step"] == "translation"
        skipped = (await world.post(WRITE, fields | {"go": "next"})).text
        assert hidden(skipped, WRITE)["step"] == "preview"
        assert BANNER_ERROR in skipped
        preview = (await world.post(WRITE, written(fields) | {"go": "next"})).text
        assert BANNER_ERROR not in preview
        await world.post(WRITE, hidden(preview, WRITE) | {"go": "next"})
        [(_, (text, _key))] = world.asked.done
        assert [each.language for each in text.wordings] == ["ru", "kk"]
        assert text.read_in("kk").title == KAZAKH["title"]


async def test_a_half_written_translation_is_asked_for_again_in_its_language() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = await walk(world, *ANSWERS)
        page = (await world.post(WRITE, fields | {"go": "translation"})).text
        half = hidden(page, WRITE) | {"title_kk": KAZAKH["title"], "text_kk": "", "proposal_kk": "", "go": "next"}
        answer = await world.post(WRITE, half)
        assert answer.status_code == 422
        assert re.search(r'id="text_kk-error".*?Kazakh', answer.text, re.DOTALL)
        assert 'id="title_ru"' not in answer.text


@pytest.mark.parametrize(("go", "kept"), [("check", TRICK), ("mend", PLAIN)])
async def test_the_edit_page_checks_and_mends_without_saving(go: str, kept: str) -> None:
    async with pages(Stored([petition(Status.DRAFT)])) as world:
        await world.sign_in(AUTHOR)
        page = (await world.get(EDIT)).text
        form = hidden(page, EDIT) | {**RUSSIAN, "category": "health", "proposal": TRICK, "go": go}
        answer = await world.post(EDIT, form)
        assert answer.status_code == 200
        assert f">{kept}</textarea>" in answer.text
        assert BANNER_ERROR in answer.text
        assert world.asked.done == []


async def test_a_saved_translation_comes_back_into_the_form() -> None:
    async with pages(saying(BILINGUAL)) as world:
        await world.sign_in(AUTHOR)
        page = (await world.get(EDIT)).text
        assert f'value="{KAZAKH["title"]}"' in page
        form = hidden(page, EDIT) | written({**RUSSIAN, "category": "health", "region": ""})
        await world.post(EDIT, form)
        [(_, request)] = world.asked.done
        assert isinstance(request, EditRequested)
        assert request.text.read_in("kk").text == KAZAKH["text"]


async def test_a_text_that_would_be_refused_cannot_be_handed_in_from_the_page() -> None:
    text = PetitionText.model_validate({**RUSSIAN, "proposal": TRICK})
    async with pages(saying(text)) as world:
        await world.sign_in(AUTHOR)
        page = (await world.get(SUBMIT)).text
    assert BANNER_ERROR in page
    assert EDIT in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


async def test_a_refused_submission_leads_to_the_edit_page() -> None:
    async with pages(Stored([petition(Status.DRAFT)]), asked=Asked(refusal=Refusal.LETTERS_MIXED)) as world:
        await world.sign_in(AUTHOR)
        page = (await world.get(SUBMIT)).text
        answer = await world.post(SUBMIT, hidden(page, SUBMIT))
        shown = (await world.get(answer.headers["location"])).text
    assert EDIT in shown
    assert "letters of another alphabet" in shown


async def test_readers_get_the_text_in_their_language_and_may_switch() -> None:
    async with pages(saying(BILINGUAL, Status.COLLECTING)) as world:
        by_default = (await world.get(ADDRESS, **{"accept-language": "kk"})).text
        assert KAZAKH["proposal"] in by_default
        assert RUSSIAN["proposal"] not in by_default
        switched = (await world.get(f"{ADDRESS}?text=ru", **{"accept-language": "kk"})).text
        assert RUSSIAN["proposal"] in switched
        assert KAZAKH["proposal"] not in switched
        english = (await world.get(ADDRESS, **{"accept-language": "en"})).text
        assert f'<h1 lang="ru">{RUSSIAN["title"]}</h1>' in english
        assert "?text=kk" in english


async def test_the_moderator_sees_the_same_remarks_and_every_language() -> None:
    text = PetitionText.model_validate({**BILINGUAL.model_dump(), "proposal": "Просим отставки министра."})
    async with pages(stored(on_desk(text=text))) as world:
        await world.sign_in(MODERATOR)
        page = (await world.get(f"/moderation/{petition().id}")).text
    assert "Dismissal of officials" in page
    assert KAZAKH["proposal"] in page
