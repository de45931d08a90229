"""What each page promises in each language: it fits a small phone, weighs little, and says what language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession

from tests.e2e.browsing import LANGUAGES, Visitor, in_browser
from tests.e2e.journey import FAULT, STATEMENT, Library, Stop, Stops, on_every_page, travel
from tests.e2e.site import TEXTS, Site

pytestmark = in_browser
HEAVIEST = 100_000
"""Bytes transferred for a page before pictures; there are none."""

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Texts of people whose nearest `lang` is not their own; also those that stand in a control.
WRONGLY_SPOKEN = """texts => {
    const wrong = [];
    const check = (element, words) => {
        for (const { text, language } of texts) {
            const spoken = element.closest("[lang]").lang;
            if (words.trim() === text && spoken !== language) wrong.push(`${spoken}: ${text}`);
        }
    };
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) check(nodes.currentNode.parentElement, nodes.currentNode.data);
    for (const control of document.querySelectorAll("textarea, input[type=text]")) check(control, control.value);
    return wrong;
}"""


@dataclass
class Scale:
    """Weighs what the last document and all it needs took on the wire, with an empty cache."""

    weights: dict[str, int] = field(default_factory=dict)

    async def attach(self, visitor: Visitor) -> None:
        """Weighs this tab from now on."""
        wire: CDPSession = await visitor.page.context.new_cdp_session(visitor.page)
        wire.on("Network.requestWillBeSent", self._asked)
        wire.on("Network.loadingFinished", self._came)
        await wire.send("Network.enable")
        await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _asked(self, event: Mapping[str, Any]) -> None:
        if event.get("type") == "Document":
            self.weights.clear()
        self.weights[event["requestId"]] = 0

    def _came(self, event: Mapping[str, Any]) -> None:
        if event["requestId"] in self.weights:
            self.weights[event["requestId"]] = int(event["encodedDataLength"])


@pytest.mark.parametrize("language", LANGUAGES)
@on_every_page
async def test_every_page_fits_a_small_phone_weighs_little_and_names_its_languages(
    browser: Browser, site: Site, library: Library, pages: Stops, language: str
) -> None:
    scale = Scale()
    faults: list[str] = []
    written = [
        {"text": part, "language": text["language"]}
        for text in TEXTS.values()
        for part in (text["title"], text["proposal"], *text["text"].split("\n\n"))
    ]
    written += [FAULT, *({"text": text, "language": spoken} for spoken, text in STATEMENT.items())]

    async def look(stop: Stop, visitor: Visitor) -> None:
        page = visitor.page
        await page.evaluate("document.fonts.ready")
        if await page.evaluate("document.documentElement.lang") != language:
            faults.append(f"{stop.name}: not in {language}")
        if (over := await page.evaluate(SIDEWAYS)) > 0:
            faults.append(f"{stop.name}: {over} px wider than the phone")
        if (weight := sum(scale.weights.values())) > HEAVIEST:
            faults.append(f"{stop.name}: weighs {weight} bytes")
        assert weight > 10_000, f"{stop.name} was not weighed"
        faults.extend(f"{stop.name}: read as {wrong}" for wrong in await page.evaluate(WRONGLY_SPOKEN, written))
        if not await page.title():
            faults.append(f"{stop.name}: has no title")

    await travel(browser, site, pages(library), look, language=language, prepare=scale.attach, width=320)
    assert not faults, "\n".join(faults)
