"""In a browser without scripts, without an account: a form, a letter, its page, a counted signature."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.by_mail import Sink, packs_with_mail
from tests.e2e import steps
from tests.e2e.browsing import DESKTOP, PATIENT, PHONE, in_browser
from tests.e2e.site import API, TEXTS, Site, running_site
from tests.e2e.test_accessibility import AXE, RULES, RUN

pytestmark = in_browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("by-mail")


@pytest.fixture(scope="module")
def sink(folder: Path) -> Iterator[Sink]:
    found = Sink(folder)
    found.start()
    yield found
    found.child.stop()


@pytest.fixture(scope="module")
def mailing_site(folder: Path, sink: Sink) -> Iterator[Site]:
    with running_site(folder / "site", sink.environment(packs_with_mail(folder))) as found:
        yield found


def collecting(site: Site) -> str:
    token = httpx.post(f"{site.identity}/dev/token", json={"person": "aigerim"}).json()["access_token"]
    with httpx.Client(base_url=site.url + API, timeout=60) as api:
        headers = {"authorization": f"Bearer {token}", "prefer": "wait=20"}
        started = api.post("/petitions", json={**TEXTS["en"], "pack": "by-mail"}, headers=headers)
        petition = str(started.json()["petition"])
        assert api.post(f"/petitions/{petition}/submission", headers=headers).status_code == 200
    return petition


def count(site: Site, petition: str) -> int:
    return int(httpx.get(f"{site.url}{API}/petitions/{petition}/count").json()["count"])


async def fine(page: Page) -> None:
    """The page fits its window, and breaks no rule that a program can check."""
    await page.wait_for_load_state()  # a click returns before the new page has its styles
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    await page.evaluate(AXE)
    found = await page.evaluate(RUN, RULES)
    assert found["violations"] == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_somebody_without_an_account_signs_by_mail(
    browser: Browser, mailing_site: Site, sink: Sink, width: int
) -> None:
    site, petition, address = mailing_site, collecting(mailing_site), f"moira-{width}@example.org"
    # Without scripts of the page; the checker's own is put in from outside.
    context = await browser.new_context(viewport={"width": width, "height": 800}, locale="en", bypass_csp=True)
    await context.route("**/*.js", lambda route: route.abort())
    context.set_default_timeout(PATIENT)
    page = await context.new_page()
    await page.goto(f"{site.url}/petitions/{petition}")
    await page.get_by_role("link", name="Sign by e-mail, without an account").click()
    await fine(page)

    await page.get_by_role("button", name="Send me the letter").click()
    await expect(page.locator(".error-summary li")).to_have_count(5)
    await fine(page)
    await page.get_by_role("textbox", name="First name").fill("Moira")
    await page.get_by_role("textbox", name="Surname").fill("Macfarlane")
    await page.get_by_role("textbox", name="E-mail address").fill(address)
    await page.get_by_role("textbox", name="Postcode").fill("SW1A 1AA")
    await page.get_by_label("I live here").check()
    await page.get_by_role("button", name="Send me the letter").click()
    await page.get_by_role("heading", name="Look into your mailbox").wait_for()
    await fine(page)

    letter = page.locator("li.card", has_text=address).get_by_role("link", name="Confirm your signature")
    await steps.open_until(letter, f"http://127.0.0.1:{sink.port}/")
    await letter.click()
    await fine(page)
    await page.locator("ul.links a").first.click()
    await page.get_by_role("heading", name="Sign the petition").wait_for()
    await fine(page)
    await page.get_by_role("button", name="I sign").click()
    await page.get_by_text("Your signature is counted").wait_for()
    await fine(page)
    await context.close()
    assert await asyncio.to_thread(count, site, petition) == 1
