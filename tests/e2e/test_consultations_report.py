"""Campaigns and the results report as people see them: without a script, on phones, in each language, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from playwright.async_api import Browser

from schemas.topics import COMMENT_REQUESTS
from tests.e2e.browsing import DESKTOP, LANGUAGES, PHONE, in_browser
from tests.e2e.test_accessibility import AXE, OPEN_ALL, RULES, RUN
from tests.integration.consulting import Consulting
from tests.integration.past import answer, ask_then, closed, comment
from tests.processes import running_product

pytestmark = in_browser

CAMPAIGN = "Біз бесінші бапты өзгертпей қалдыруды сұраймыз, өйткені журналистің жұмысы осы бапқа тікелей байланысты"
OWED = "Жауап беру мерзімі тым ұзақ, үш жұмыс күні жеткілікті."
PAGES = ("campaigns", "report")


@dataclass(frozen=True)
class Draft:
    """A consultation that is being answered: a campaign has its answer, one comment has none."""

    address: str


@pytest.fixture(scope="module")
def draft() -> Iterator[Draft]:
    """One with servers of its own."""
    with running_product(service="consultations") as started, Consulting(started) as api:
        consultation = closed(api)
        texts = [CAMPAIGN, CAMPAIGN, f"{CAMPAIGN} енді", f"{CAMPAIGN} мүлде", OWED]
        asked = [comment(started, consultation, text) for text in texts]
        ask_then(started, COMMENT_REQUESTS, 50, asked)
        path = f"/consultations/{consultation}"
        api.eventually(f"{path}/report", lambda found: found["comments"] == len(texts))
        answer(api, asked[0], "campaign-reply")
        api.eventually(f"{path}/report", lambda found: found["owed"] == 1)
        yield Draft(started.url + path)


async def test_both_pages_work_without_a_script_and_fit_a_phone(browser: Browser, draft: Draft) -> None:
    for language, width in product(LANGUAGES, (PHONE, DESKTOP)):
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=False, locale=language
        )
        page = await context.new_page()
        for name in PAGES:
            answered = await page.goto(f"{draft.address}/{name}?lang={language}")
            assert answered is not None
            assert answered.status == 200
            assert await page.locator("html").get_attribute("lang") == language
            assert CAMPAIGN in await page.locator("main").inner_text()
            box = await page.locator("main").bounding_box()
            assert box is not None
            assert box["width"] <= width
        assert OWED in await page.locator("main").inner_text(), "what is owed is told while there is no report"
        await context.close()


async def test_no_rule_of_wcag_2_2_aa_is_broken(browser: Browser, draft: Draft) -> None:
    broken: set[str] = set()
    context = await browser.new_context(bypass_csp=True, locale="kk")
    page = await context.new_page()
    for name, width, scheme in product(PAGES, (PHONE, DESKTOP), ("light", "dark")):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        await page.goto(f"{draft.address}/{name}?lang=kk")
        await page.evaluate(OPEN_ALL)
        await page.evaluate(AXE)
        found = await page.evaluate(RUN, RULES)
        assert found["passed"] > 5, f"{name}: the rules did not run"
        broken.update(f"{name} {width} {scheme}: {violation}" for violation in found["violations"])
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} scrolls sideways at {width}"
    await context.close()
    assert not broken, "\n".join(sorted(broken))
