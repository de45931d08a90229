"""The console's script in a real browser: what an operator types, hears and presses. There is no server behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from kenes.web.assets import KIT_STATIC, Assets
from schemas.topics import SIGNATURE_REQUESTS
from services.console.domain.letters import Case
from services.console.letters.reads import Entry
from services.console.sampling.watch import Sight
from services.console.serving import FOLDERS
from tests.e2e.browsing import CHROMIUM, launched
from tests.unit.console.acts import note
from tests.unit.console.lettered import pages_of
from tests.unit.console.world import HTML, ORIGIN, World, console, snapshot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    # One event loop for all: the browser is started once.
    pytest.mark.asyncio(loop_scope="module"),
]
CASE: Final = f"{SIGNATURE_REQUESTS.name}/0/7"
LETTER: Final = f"/letters/case/{CASE}"
# The server looks again when the test says so.
LOOKS: Final = """window.EventSource = class extends EventTarget {
    constructor() { super(); window.look = () => this.dispatchEvent(new Event("look")); }
    close() {}
};"""

PRESS: Final = """([key, code]) => (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, code, bubbles: true }))"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


def _routes(site: Any, authenticate: Any) -> Any:
    letter = note(CASE).letter
    entry = Entry(
        id=CASE,
        case=Case(letter=letter, known=(letter.id,)),
        noted=datetime(2026, 11, 22, tzinfo=UTC),
        sent=None,
        notes=(letter,),
    )
    routes, operations = pages_of(entry, may_act=True)(site, authenticate)
    assets = Assets((KIT_STATIC,), named={"console": FOLDERS.static})
    return [*routes, assets.route()], operations


async def _answer(world: World, route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    told = await world.get(path, {**HTML, "accept": route.request.headers.get("accept", "*/*")})
    headers = {
        name: value for name, value in told.headers.items() if name not in {"content-encoding", "content-length"}
    }
    await route.fulfill(status=told.status_code, headers=headers, body=told.content)


@asynccontextmanager
async def _operating(browser: Browser, path: str) -> AsyncIterator[tuple[Page, World]]:
    """An operator's browser with a page of a console that has no server, and what the console sees."""
    async with console(more=_routes) as world:
        await world.sign_in("operator-act")
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()
        await page.add_init_script(LOOKS)
        await page.route("**/*", partial(_answer, world))
        await page.goto(ORIGIN + path)
        yield page, world
        await context.close()


async def _look(page: Page) -> None:
    """Returns once the page has been renewed: what is written into its heading is gone."""
    heading = page.locator("[data-live-part=head] h1")
    words = await heading.inner_text()
    await heading.evaluate("heading => { heading.textContent = 'before'; }")
    await page.evaluate("window.look()")
    await expect(heading).to_have_text(words)


async def test_a_reason_that_is_being_typed_outlives_a_look(browser: Browser) -> None:
    async with _operating(browser, LETTER) as (page, _):
        reason = page.locator("#discard-reason")
        await reason.fill("noise of a test")
        await reason.blur()
        await _look(page)
        await expect(reason).to_have_value("noise of a test")


async def test_a_form_in_which_nothing_was_typed_stays_with_a_fresh_confirmation(browser: Browser) -> None:
    async with _operating(browser, LETTER) as (page, _):
        token = page.locator("form[action$=discard] [name=confirmation]")
        before = await token.input_value()
        button = page.locator("form[action$=discard] button")
        await button.evaluate("button => { button.seen = 'the same'; }")
        await _look(page)
        await expect(token).not_to_have_value(before)
        assert await button.evaluate("button => button.seen") == "the same"


async def test_a_broker_that_is_away_is_said_once_however_long_it_lasts(browser: Browser) -> None:
    now = datetime.now(UTC)
    seen = snapshot(now)
    async with _operating(browser, LETTER) as (page, world):
        alarm, away = page.locator("[data-live-part=away] [role=alert]"), page.locator("[data-live-part=away]")
        await expect(alarm).to_have_count(0)
        for reason in ("NodeNotReadyError", "TimeoutError"):
            sight = Sight(seen.broker.value, now - timedelta(minutes=5), now - timedelta(minutes=4), reason)
            world.seeing.snapshot = snapshot(now, broker=sight)
            await _look(page)
            await expect(alarm).to_have_text("The broker stopped answering")
            await alarm.evaluate("alarm => { alarm.times = (alarm.times ?? 0) + 1; }")
        assert await alarm.evaluate("alarm => alarm.times") == 2, "the alert is the one it was"
        await expect(away.locator("time").first).to_contain_text("min ago")
        world.seeing.snapshot = seen
        await _look(page)
        await expect(away).to_have_text("")


async def test_keys_work_on_a_keyboard_of_another_script_and_can_be_switched_off(browser: Browser) -> None:
    async with _operating(browser, "/groups") as (page, _):
        row = page.locator("[id='group-agency'] a")
        await expect(page.locator("[data-keys]")).to_be_visible()
        await page.evaluate(PRESS, ["о", "KeyJ"])
        await expect(row).to_be_focused()
        await row.blur()
        await page.get_by_role("button", name="Keys", exact=True).click()
        await page.get_by_label("Keys are on").uncheck()
        for reload in (False, True):
            await (page.reload() if reload else page.get_by_role("button", name="Close").click())
            await page.evaluate(PRESS, ["j", "KeyJ"])
            assert await page.evaluate("document.activeElement.closest('tr')") is None, f"reloaded: {reload}"
        await page.get_by_role("button", name="Keys", exact=True).click()
        await page.get_by_label("Keys are on").check()
        await page.get_by_role("button", name="Close").click()
        await page.evaluate(PRESS, ["j", "KeyJ"])
        await expect(row).to_be_focused()
