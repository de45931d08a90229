"""What visitors read: in three languages, kept by caches, without anything personal or private."""

from datetime import timedelta

import pytest
from starlette.datastructures import QueryParams

from kenes.regions import region_name, regions
from kenes.web.i18n import LANGUAGES
from kenes.web.pages import NavItem
from services.petitions.domain.status import Status
from services.petitions.pages.listing import Wish, read_wish
from services.petitions.pages.petition import days
from services.petitions.pages.site import SHELL, shell_of
from tests.unit.petitions.pages_support import AUTHOR, NOW, READER, Stored, pages, petition

PATH = f"/petitions/{petition().id}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/petitions", "/petitions?q=nothing&state=all", PATH, "/petitions/start"])
async def test_every_public_page_speaks_every_language_and_may_be_kept(path: str, language: str) -> None:
    async with pages() as world:
        answer = await world.get(path, **{"accept-language": language})
        assert answer.status_code == 200
        assert answer.headers["content-language"] == language
        assert answer.headers["cache-control"].startswith("public, max-age=")
        assert "Cookie" in answer.headers["vary"]
        again = await world.get(path, **{"accept-language": language, "if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("path", ["/", "/petitions", PATH, "/petitions/start"])
async def test_the_page_of_somebody_signed_in_is_theirs_alone(path: str) -> None:
    async with pages() as world:
        await world.sign_in(READER)
        answer = await world.get(path)
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers


async def test_a_chosen_language_is_not_shared() -> None:
    async with pages() as world:
        answer = await world.get("/?lang=ru")
    assert "lang=ru" in answer.headers["set-cookie"]
    assert answer.headers["cache-control"] == "private, no-store"


async def test_text_of_people_is_never_markup_and_keeps_its_language() -> None:
    nasty = petition(title="<script>alert(1)</script> & more of it")
    async with pages(Stored([nasty])) as world:
        answer = await world.get(PATH, **{"accept-language": "kk"})
    assert "<script>alert" not in answer.text
    assert '<h1 lang="en">&lt;script&gt;' in answer.text


async def test_a_draft_is_its_authors_alone() -> None:
    async with pages(Stored([petition(Status.DRAFT)])) as world:
        assert (await world.get(PATH)).status_code == 404
        await world.sign_in(READER)
        assert (await world.get(PATH)).status_code == 404
        await world.sign_in(AUTHOR)
        answer = await world.get(PATH)
    assert answer.status_code == 200
    assert f'href="{PATH}/submit"' in answer.text
    assert f'href="{PATH}/edit"' in answer.text


async def test_tools_are_shown_to_the_author_alone() -> None:
    async with pages() as world:
        assert f"{PATH}/close" not in (await world.get(PATH)).text
        await world.sign_in(READER)
        assert f"{PATH}/close" not in (await world.get(PATH)).text
        await world.sign_in(AUTHOR)
        assert f"{PATH}/close" in (await world.get(PATH)).text


async def test_an_unknown_petition_is_a_page_that_says_so() -> None:
    async with pages() as world:
        answer = await world.get("/petitions/nonsense")
    assert answer.status_code == 404
    assert "There is no such petition" in answer.text


async def test_my_page_lists_signatures_petitions_and_data() -> None:
    async with pages(Stored(standing_of={AUTHOR.id})) as world:
        assert (await world.get("/me")).headers["location"] == "/auth/login?next=/me"
        await world.sign_in(AUTHOR)
        answer = await world.get("/me")
    for words in ("Counted", f"{PATH}/withdraw", "My petitions", "Aigerim Saparova", "Almaty city", "36 years"):
        assert words in answer.text


def test_an_address_that_asks_for_what_there_is_not_asks_for_the_usual() -> None:
    strange = QueryParams("state=gone&category=x&language=de&region=XX-1&sort=best&page=-1&q=%20%20")
    assert read_wish(strange) == Wish()
    assert read_wish(QueryParams("page=99999999999999999999")).page == 1


def test_a_wish_survives_its_own_address() -> None:
    wish = Wish(q="lake & shore", state="all", category="health", language="kk", region="KZ-75", sort="signed", page=3)
    assert read_wish(QueryParams(wish.address().partition("?")[2])) == wish
    assert Wish().address() == "/petitions"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_of_the_twenty_regions_has_a_name(language: str) -> None:
    names = dict(regions(language))
    assert len(names) == len(set(names.values())) == 20
    assert all(code.startswith("KZ-") for code in names)


def test_a_region_of_another_country_is_shown_as_it_is() -> None:
    assert region_name("DE-BY", "kk") == "DE-BY"


def test_the_menu_leads_to_draft_laws_where_they_have_a_site() -> None:
    shell = shell_of({"petitions": "https://petitions.example", "consultations": "https://drafts.example/"})
    drafts = NavItem("nav.consultations", "https://drafts.example/consultations")
    assert shell.nav == (SHELL.nav[0], drafts, *SHELL.nav[1:])
    assert drafts in shell.footer
    assert shell_of({"petitions": "https://petitions.example"}) is SHELL


def test_signatures_per_day_end_with_the_window_of_a_petition_that_is_never_closed() -> None:
    one = petition(Status.ANSWERED)
    assert one.closed_at is None
    assert one.closes_at is not None
    history = {NOW - timedelta(days=2): {"KZ-75": 3}}
    told = days(one, history, one.closes_at + timedelta(days=1_000))
    assert len(told) == (one.closes_at - NOW).days + 3


def test_signatures_per_day_have_those_from_before_the_last_opening() -> None:
    one = petition().model_copy(update={"opened_at": NOW - timedelta(days=1)})
    history = {NOW - timedelta(days=9): {"KZ-75": 3}, NOW - timedelta(hours=1): {"KZ-75": 16, "KZ-71": 1}}
    told = days(one, history, NOW)
    assert sum(number for _, number in told) == 20
    assert len(told) == 10
