"""People with browsers: each has a browser profile of their own, whose console must stay silent."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Response, async_playwright, expect

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.petitions.serving import FOLDERS
from tests.e2e.site import Site

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES: Final = ("kk", "ru", "en")
PHONE: Final = 360
DESKTOP: Final = 1280
PATIENT: Final = 60_000
"""Milliseconds in which a page must come to say something, on a slow machine that is busy with other tests."""

in_browser: Final = [
    pytest.mark.browser,
    pytest.mark.stack,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    # One event loop for all: the browser is started once.
    pytest.mark.asyncio(loop_scope="session"),
]
"""Marks of every test module here."""

_catalogs = edge_catalogs([LOGIN_LOCALES, FOLDERS.locales])
words: Final[dict[str, Translator]] = {language: Translator(_catalogs, language) for language in LANGUAGES}
"""What the pages say, by language."""


@dataclass
class Visitor:
    """Somebody with a browser profile of their own and one tab; `complaints` are what the console said."""

    site: Site
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Response:
        """Goes to a page of the site."""
        response = await self.page.goto(self.site.url + path)
        assert response is not None
        return response

    async def sign_in(self, person: str, path: str = "/me") -> None:
        """Signs in at the provider and lands on `path`."""
        await self.open(f"/auth/login?next={path}")
        await self.choose(person)
        await self.page.wait_for_url(self.site.url + path)

    async def choose(self, person: str) -> None:
        """On the provider's page: be this person."""
        await self.page.locator(f"button[name=person][value={person}]").click()

    async def another_tab(self, path: str) -> Page:
        """A second tab of the same browser."""
        tab = await self.page.context.new_page()
        await tab.goto(self.site.url + path)
        return tab

    @property
    def heading(self) -> Any:
        """What the page is about."""
        return self.page.locator("h1")


Visiting = Callable[..., Any]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser, whose pages are waited for as long as a slow machine needs."""
    expect.set_options(timeout=PATIENT)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(
    browser: Browser,
    site: Site,
    *,
    person: str | None = None,
    expected: tuple[str, ...] = (),
    width: int = DESKTOP,
    **profile: Any,
) -> AsyncIterator[Visitor]:
    """A visitor, signed in when `person` is named, who fails the test when the console complains.

    `expected` are parts of complaints that belong to the test; `profile` goes to `Browser.new_context`.
    """
    profile = {"viewport": {"width": width, "height": 800}, "locale": "en-GB", **profile}
    context = await browser.new_context(**profile)
    context.set_default_timeout(PATIENT)
    visitor = Visitor(site, await context.new_page())

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _is_the_answer_itself(message):
            visitor.complaints.append(f"{message.text} ({message.location['url']})")

    context.on("console", heard)
    context.on("weberror", lambda error: visitor.complaints.append(str(error.error)))
    try:
        if person is not None:
            await visitor.sign_in(person)
        yield visitor
    finally:
        await context.close()
    unexpected = [text for text in visitor.complaints if not any(part in text for part in expected)]
    assert not unexpected, "the console said:\n" + "\n".join(unexpected)


def _is_the_answer_itself(message: ConsoleMessage) -> bool:
    """Chromium also notes in the console that the page it shows came with an error status; that is no fault of it."""
    page = message.page
    return page is not None and "status of 4" in message.text and message.location["url"] == page.url
