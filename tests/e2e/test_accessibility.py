"""axe-core with the WCAG 2.2 AA rules on every page: light and dark, phone and desktop."""

from __future__ import annotations

from importlib.resources import files
from itertools import product
from typing import Final

from playwright.async_api import Browser

from tests.e2e.browsing import DESKTOP, PHONE, Visitor, in_browser
from tests.e2e.journey import Library, Stop, Stops, on_every_page, travel
from tests.e2e.site import Site

pytestmark = in_browser
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN: Final = """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] }).then(({ violations, passes }) => ({
    passed: passes.length,
    violations: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)),
}))"""
OPEN_ALL: Final = "for (const box of document.querySelectorAll('details')) box.open = true"


@on_every_page
async def test_no_page_breaks_a_rule_of_wcag_2_2_aa(
    browser: Browser, site: Site, library: Library, pages: Stops
) -> None:
    broken: set[str] = set()

    async def look(stop: Stop, visitor: Visitor) -> None:
        page = visitor.page
        await page.evaluate(OPEN_ALL)
        await page.evaluate(AXE)
        for width, scheme in product((PHONE, DESKTOP), ("light", "dark")):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            found = await page.evaluate(RUN, RULES)
            assert found["passed"] > 5, f"{stop.name}: the rules did not run"
            broken.update(f"{stop.name} {width} {scheme}: {violation}" for violation in found["violations"])

    # The rules come as a script that the pages' own policy would refuse.
    await travel(browser, site, pages(library), look, language="kk", bypass_csp=True)
    assert not broken, "\n".join(sorted(broken))
