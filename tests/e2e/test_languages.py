"""The language can be changed on every page, and one stays where one is."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import Browser, Page, expect

from tests.e2e import steps
from tests.e2e.browsing import LANGUAGES, Visiting, Visitor, in_browser, words
from tests.e2e.journey import Library, Stop, Stops, on_every_page, travel
from tests.e2e.site import TEXTS, Client, Site

pytestmark = in_browser

EMPTY = {"moderation-wrong": "/verdict", "agency-wrong": "/preview"}
"""Answers to forms in which nothing was written: their addresses only take posts, so the page with the form comes."""


def place(page: Page) -> tuple[str, list[tuple[str, str]]]:
    """Where one is, whatever the language."""
    parts = urlsplit(page.url)
    return parts.path, [pair for pair in parse_qsl(parts.query) if pair[0] != "lang"]


async def change(page: Page, language: str) -> None:
    """Presses the name of a language in the header."""
    async with page.expect_navigation():
        await page.locator(f"header .languages [lang={language}]").click()


@on_every_page
async def test_each_page_can_be_read_in_the_other_languages_at_the_same_address(
    browser: Browser, site: Site, library: Library, pages: Stops
) -> None:
    lost: list[str] = []

    async def look(stop: Stop, visitor: Visitor) -> None:
        page, (path, query) = visitor.page, place(visitor.page)
        before = path.removesuffix(EMPTY.get(stop.name, "")), query
        seen = {await page.locator("main").inner_text()}
        spoken = await page.evaluate("document.documentElement.lang")
        for language in (each for each in LANGUAGES if each != spoken):
            await change(page, language)
            if place(page) != before:
                lost.append(f"{stop.name}: {place(page)}, not {before}")
            if await page.evaluate("document.documentElement.lang") != language:
                lost.append(f"{stop.name}: not in {language}")
            seen.add(await page.locator("main").inner_text())
        if len(seen) < 3:
            lost.append(f"{stop.name}: says the same in two languages")

    await travel(browser, site, pages(library), look)
    assert not lost, "\n".join(lost)


async def test_a_search_survives_a_change_of_language(visit: Visiting, client: Client) -> None:
    await client.petition("kk")
    async with visit() as reader:
        found = reader.page.locator(".petition-card")
        await steps.open_until(found, f"{reader.site.url}/petitions?q=кітапханаларды&state=all&sort=signed")
        await change(reader.page, "kk")
        await expect(reader.page.locator("#q")).to_have_value("кітапханаларды")
        await expect(reader.page.locator("#sort")).to_have_value("signed")
        await expect(reader.page.locator(".petition-card").first).to_contain_text("Ауылдық")


async def test_what_was_written_survives_a_change_of_language(visit: Visiting) -> None:
    text = TEXTS["ru"]
    async with visit(person="saule") as author:
        page = author.page
        await author.open("/petitions/start/write")
        await page.locator("#category").select_option(text["category"])
        await steps.go_on(page)
        await page.locator("#title").fill(text["title"])
        await change(page, "ru")
        await expect(page.locator("h1")).to_have_text(words["ru"]("start.step.title"))
        await expect(page.locator("#title")).to_have_value(text["title"])
        await steps.press(page, words["ru"]("start.back"))
        await expect(page.locator("#category")).to_have_value(text["category"])


async def test_the_language_chosen_is_kept_and_the_browser_is_asked_before(visit: Visiting) -> None:
    async with visit(locale="kk-KZ") as reader:
        await reader.open("/")
        await expect(reader.page.locator("html")).to_have_attribute("lang", "kk")
        await change(reader.page, "ru")
        await reader.open("/petitions")
        await expect(reader.page.locator("html")).to_have_attribute("lang", "ru")
