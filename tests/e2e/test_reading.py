"""Somebody who only reads: the front page, the list, and addresses that lead nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e import steps
from tests.e2e.browsing import LANGUAGES, Visiting, in_browser, words
from tests.e2e.journey import Library
from tests.e2e.site import TEXTS, Client, Site

pytestmark = in_browser
say = words["en"]


async def test_the_front_page_leads_to_what_is_open(visit: Visiting, library: Library) -> None:
    async with visit(width=360) as reader:
        page = reader.page
        await reader.open("/")
        await expect(page.locator(".hero h1")).to_have_text(say("home.title"))
        titles = await page.locator(".petition-card .card-title").all_inner_texts()
        assert titles
        assert len(titles) == len(
            set(await page.locator(".petition-card a").evaluate_all("all => all.map(a => a.href)"))
        )
        first = page.locator(".petition-card a").first
        title = await first.inner_text()
        await first.click()
        await expect(reader.heading).to_have_text(title)


async def test_the_list_is_searched_while_typing(visit: Visiting, client: Client) -> None:
    petition = await client.petition("kk")
    await client.finds(petition, "кітапханаларды кешкі")
    async with visit() as reader:
        page = reader.page
        await reader.open("/petitions")
        await page.locator("#q").press_sequentially("кітапханаларды кешкі", delay=20)
        await expect(page.locator("#results")).to_contain_text("кітапханаларды")
        cards = page.locator("#results .petition-card")
        await expect(cards.filter(has_not_text="кітапханаларды")).to_have_count(0)
        await expect(cards.filter(has=page.locator(f"a[href='/petitions/{petition}']"))).to_have_count(1)
        await expect(page).to_have_url(re.compile("q="))
        await page.locator("#q").fill("щщщщщ ъъъъъ")
        await expect(page.locator("#results .empty-title")).to_have_text(say("list.nothing"))


async def test_filters_narrow_the_list_and_an_empty_one_shows_the_way_out(
    visit: Visiting, client: Client, library: Library
) -> None:
    async with visit(width=360) as reader:
        page = reader.page
        await reader.open("/petitions?state=closed")
        await expect(page.locator(f"a[href='/petitions/{library.closed}']")).to_have_count(1)
        await expect(page.locator(f"a[href='/petitions/{library.collecting}']")).to_have_count(0)
        await page.locator("summary", has_text=say("list.more")).click()
        await page.locator("#category").select_option("justice")
        await expect(page.locator("#results .empty-title")).to_have_text(say("list.nothing"))
        await page.get_by_role("link", name=say("list.everything")).click()
        await expect(page.locator("#results .petition-card").first).to_be_visible()
        first = page.locator("#results .petition-card").first.locator(f"a[href='/petitions/{library.collecting}']")
        await steps.open_until(first, f"{reader.site.url}/petitions?sort=signed")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_addresses_that_lead_nowhere_say_so_and_lead_home(visit: Visiting, language: str) -> None:
    told = words[language]
    async with visit(width=360) as reader:
        for path, status, code in (
            ("/nowhere", 404, "not-found"),
            ("/petitions/nobody-wrote-this", 404, "petition-unknown"),
            ("/petitions/nobody-wrote-this/receipts/signature-0-0-0", 404, "receipt-unknown"),
            ("/auth/callback?state=x&code=y", 400, "login-expired"),
            ("/auth/login?next=//elsewhere.example", 400, "target-malformed"),
        ):
            answer = await reader.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer.status == status, path
            await expect(reader.heading).to_have_text(told(f"problem.{code}.title"))
            await expect(reader.page.locator(".lead")).to_have_text(told(f"problem.{code}.detail"))
            await expect(reader.page.locator("main .actions a").first).to_be_visible()
        await reader.page.locator("main .actions a").first.click()
        await expect(reader.heading).to_have_text(told("home.title"))


async def test_after_signing_out_the_back_button_shows_nothing_private(visit: Visiting, site: Site) -> None:
    async with visit(person="timur") as person:
        page = person.page
        await page.locator("header").get_by_role("button", name=say("site.sign_out")).click()
        await expect(page.locator(".hero h1")).to_have_text(say("home.title"))
        await page.go_back()
        await expect(page).to_have_url(re.compile(re.escape(f"{site.identity}/authorize")))


async def test_long_texts_are_shown_as_they_were_written(visit: Visiting, client: Client, library: Library) -> None:
    async with visit(width=360) as reader:
        await reader.open(f"/petitions/{library.collecting}?lang=ru")
        for paragraph in TEXTS["kk"]["text"].split("\n\n"):
            await expect(reader.page.locator(".prose p").get_by_text(paragraph)).to_be_visible()
