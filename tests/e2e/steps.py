"""What people do on the pages, step by step. Each works the same with and without a script."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.async_api import Locator, Page, expect

from kenes.web.i18n import Translator
from tests.e2e.browsing import Visitor, words
from tests.waiting import eventually_read

say = words["en"]


async def start_petition(author: Visitor, person: str, text: Mapping[str, str]) -> str:
    """From the front page through the guided steps to a draft; the author signs in on the way. Its path."""
    page = author.page
    await author.open("/")
    await page.locator(".hero").get_by_role("link", name=say("nav.start")).click()
    await page.get_by_role("link", name=say("start.begin")).click()
    await author.choose(person)
    await page.get_by_label(say("start.category")).select_option(text["category"])
    await page.get_by_role("radio", name=say(f"language.{text['language']}")).check()
    await go_on(page)
    await page.get_by_label(say("start.title"), exact=True).fill(text["title"])
    await go_on(page)
    await page.get_by_label(say("start.text"), exact=True).fill(text["text"])
    await go_on(page)
    await page.get_by_label(say("start.proposal"), exact=True).fill(text["proposal"])
    await go_on(page)
    preview = page.locator("dl.summary")
    for part in ("title", "text", "proposal"):
        await expect(preview).to_contain_text(text[part])
    await press(page, say("start.create"))
    await expect(author.heading).to_have_text(text["title"])
    return page.url.removeprefix(author.site.url)


async def go_on(page: Page) -> None:
    """To the next step."""
    await press(page, say("start.next"))


async def press(page: Page, label: str) -> None:
    """A button, by what it says."""
    await page.get_by_role("button", name=label, exact=True).click()


async def steer(page: Page, act: str, say: Translator = say) -> None:
    """Submits, publishes or closes: the link on the petition's page, then the confirmation."""
    await page.get_by_role("link", name=say(f"mine.act.{act}"), exact=True).click()
    await expect(page.locator("h1")).to_have_text(say(f"act.{act}.heading"))
    await press(page, say(f"act.{act}.confirm"))
    await expect(page.locator("h1")).not_to_have_text(say(f"act.{act}.heading"))


async def confirm_signature(page: Page, *, public_name: str | None = None, say: Translator = say) -> str:
    """On the page that says what will be public: agrees, signs. The receipt's number."""
    await expect(page.locator("h1")).to_have_text(say("sign.heading"))
    if public_name is not None:
        await page.get_by_role("radio", name=say("sign.listed_yes", name=public_name)).check()
    await press(page, say("sign.confirm"))
    await expect(page.locator("h1")).to_have_text(say("receipt.signed"))
    return await page.locator(".receipt-number output").inner_text()


async def withdraw_on_my_page(page: Page, address: str, title: str) -> None:
    """From my page: the link beside the petition, then the confirmation."""
    await page.goto(address)
    line = page.locator(".ledger-line", has_text=title).first
    await line.get_by_role("link", name=say("petition.withdraw")).click()
    await expect(page.locator("h1")).to_have_text(say("act.withdraw.heading"))
    await press(page, say("act.withdraw.confirm"))
    await expect(page.locator("h1")).to_have_text(say("receipt.withdrawn"))


async def open_until(shown: Locator, address: str) -> None:
    """Opens `address` in the page of `shown` until that is there: what others did is projected a moment later."""

    async def look() -> int:
        await shown.page.goto(address)
        return await shown.count()

    await eventually_read(look)


async def reload_until(shown: Locator, count: int | None = None) -> None:
    """Asks for the page again until it shows that, or shows it so many times."""

    async def look() -> int:
        await shown.page.reload()
        return await shown.count()

    await eventually_read(look, lambda found: found > 0 if count is None else found == count)
