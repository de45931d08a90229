"""Pictures of every page for people to look at: `SCREENS=1 make test ARGS=tests/e2e/test_screens.py`."""

from __future__ import annotations

import os
from typing import Final

import pytest
from playwright.async_api import Browser

from tests.e2e.browsing import DESKTOP, LANGUAGES, PHONE, Visitor, in_browser
from tests.e2e.journey import Library, Stop, stops, stops_before_signatures, travel
from tests.e2e.site import Site
from tests.processes import ROOT

wanted: Final = os.environ.get("SCREENS") == "1"
pytestmark = [*in_browser, pytest.mark.skipif(not wanted, reason="pictures are made when SCREENS=1")]
FOLDER: Final = ROOT / "build" / "screens"
IN_EVERY_LANGUAGE: Final = {
    "home",
    "list",
    "petition",
    "start",
    "sign",
    "receipt",
    "me-signer",
    "start-title",
    "refused",
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_pictures(browser: Browser, site: Site, library: Library, language: str) -> None:
    async def look(stop: Stop, visitor: Visitor) -> None:
        if language != "kk" and stop.name not in IN_EVERY_LANGUAGE:
            return
        page = visitor.page
        for width, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            await page.evaluate("document.fonts.ready")
            name = f"{stop.name}-{language}-{width}-{scheme}.png"
            await page.screenshot(path=FOLDER / name, full_page=True, animations="disabled")

    status, output = site.product.run("seed")
    assert status == 0, output
    await travel(browser, site, [*stops(library), *stops_before_signatures(library)], look, language=language)
    assert any(FOLDER.glob(f"*-{language}-*.png"))
