"""Somebody without a mouse: Tab, Enter, Space and arrows lead from the front page to a signature."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page, expect

from tests.e2e import steps
from tests.e2e.browsing import Visiting, in_browser, words
from tests.e2e.site import TEXTS, Client

pytestmark = in_browser
say = words["en"]
MOST_PRESSES: Final = 60
FOCUSED: Final = """() => {
    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
    const own = `${at.innerText || at.value || ""}`.trim();
    const label = at.labels?.[0]?.innerText ?? "";
    const seen = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 40) / 2);
    return {
        name: label || own,
        body: at === document.body,
        outlined: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none",
        inView: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        uncovered: seen !== null && (at.contains(seen) || seen.contains(at)),
    };
}"""


async def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the focus is on what is called so. Wherever it stops on the way, it can be seen."""
    for _ in range(MOST_PRESSES):
        await page.keyboard.press("Tab")
        at = await page.evaluate(FOCUSED)
        if at["body"]:
            continue  # the end of the page: the next press begins anew
        assert at["outlined"], f"the focus on {at['name']!r} cannot be seen"
        assert at["inView"], f"the focus on {at['name']!r} is outside the window"
        assert at["uncovered"], f"something covers {at['name']!r}, which has the focus"
        if at["name"] == name or at["name"].startswith(f"{name}\n"):
            return
    raise AssertionError(f"{name!r} was not reached with {MOST_PRESSES} presses of Tab")


async def enter(page: Page, name: str) -> None:
    """To a link or button, and Enter on it."""
    await tab_to(page, name)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def test_the_first_press_of_tab_offers_to_skip_to_the_content(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    async with visit(width=360) as reader:
        for path in ("/", "/petitions", f"/petitions/{petition}"):
            await reader.open(path)
            page = reader.page
            await tab_to(page, say("site.skip"))
            await page.keyboard.press("Enter")
            await expect(page.locator("main")).to_be_focused()
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")


async def test_from_an_idea_to_a_signature_with_the_keyboard_alone(visit: Visiting, client: Client) -> None:
    text = TEXTS["en"]
    async with visit(person="viktor") as author:
        page, keys = author.page, author.page.keyboard
        await author.open("/petitions/start")
        await enter(page, say("start.begin"))
        await tab_to(page, say("start.category"))
        await keys.type(say(f"category.{text['category']}"))
        await tab_to(page, say("language.en"))
        await keys.press("Space")
        await enter(page, say("start.next"))
        for field in ("title", "text", "proposal"):
            await tab_to(page, say(f"start.{field}"))
            await keys.insert_text(text[field])
            await enter(page, say("start.next"))
        await enter(page, say("start.create"))
        await expect(author.heading).to_have_text(text["title"])
        await enter(page, say("mine.act.submit"))
        await enter(page, say("act.submit.confirm"))
        await enter(page, say("petition.sign"))
        await tab_to(page, say("sign.listed_no"))
        await keys.press("ArrowDown")
        await expect(page.get_by_role("radio", name=say("sign.listed_yes", name="Виктор Л."))).to_be_checked()
        await tab_to(page, say("sign.confirm"))
        async with page.expect_navigation():
            await keys.press("Space")
        await expect(author.heading).to_have_text(say("receipt.signed"))
        await enter(page, say("receipt.to_petition"))
        await steps.reload_until(page.locator(".names", has_text="Виктор Л."))
        assert await client.count(page.url.rpartition("/")[2]) == 1


async def test_a_mistake_moves_the_focus_to_its_explanation_and_from_there_to_the_field(visit: Visiting) -> None:
    async with visit(person="viktor", width=360) as author:
        page = author.page
        await author.open("/petitions/start/write")
        await enter(page, say("start.next"))
        await expect(page.locator(".error-summary")).to_be_focused()
        await tab_to(page, say("start.error.category"))
        await page.keyboard.press("Enter")
        await expect(page.locator("#category")).to_be_focused()
