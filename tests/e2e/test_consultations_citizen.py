"""A citizen in a consultation: reads, speaks about a passage, votes, hears the answer, and takes words back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e import steps
from tests.e2e.browsing import DESKTOP, PHONE, in_browser, visiting
from tests.e2e.consultations import SUMMARY, TEXT, TITLE, Client, say, violations
from tests.e2e.site import Site, running_site

pytestmark = in_browser
MINE: Final = "/consultations/mine"
SELECT: Final = """([start, end]) => {
    const text = document.querySelector(".clause-text p").firstChild, range = document.createRange();
    range.setStart(text, start); range.setEnd(text, end);
    getSelection().removeAllRanges(); getSelection().addRange(range);
}"""

OVER: Final = """(first, second) => {
    const range = document.createRange();
    range.setStartBefore(first); range.setEndAfter(second);
    getSelection().removeAllRanges(); getSelection().addRange(range);
}"""
POINTS: Final = {
    "kk": "\n\n1) бес күнде;\n\n2) кідіріссіз.",
    "ru": "\n\n1) за пять дней;\n\n2) без промедления.",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The consultations service with a provider to sign in at."""
    with running_site(tmp_path_factory.mktemp("consultations"), service="consultations") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(site: Site) -> AsyncIterator[Client]:
    """An outside client."""
    async with httpx.AsyncClient(timeout=120) as http:
        yield Client(site, http)


async def test_speaking_voting_and_taking_back_without_a_script(browser: Browser, site: Site, client: Client) -> None:
    one = await client.open()
    other = await client.comment(one, "yerlan", "Пять дней — хорошо.")
    async with visiting(browser, site, width=PHONE, locale="ru", java_script_enabled=False) as reader:
        page = reader.page
        listed = page.locator(f"a[href='/consultations{one}']", has_text=TITLE["ru"])
        await steps.open_until(listed, f"{site.url}/consultations")
        await listed.click()
        await expect(page.locator("main")).to_contain_text(SUMMARY["ru"])
        await page.get_by_role("link", name="Статья 1").click()
        await expect(page.locator(f"#c-{other}")).to_contain_text("Ерлан Ж.")
        await expect(page.locator("form[data-vote]")).to_have_count(0)
        await reader.sign_in("dana", f"/consultations{one}/clauses/art_1")
        await page.locator(f"#c-{other}").locator("button[value=agree]").click()
        await expect(page.locator(f"#c-{other}")).to_contain_text(say("vote.said.agree"))
        await page.locator("summary", has_text=say("comment.write")).click()
        await page.fill("#quote", "в течение \n пяти рабочих дней")
        await page.get_by_role("button", name=say("comment.send")).click()
        await expect(page.locator(".error-summary")).to_contain_text(say("writing.length", least=3, count=10_000))
        await expect(page.locator("#quote")).to_have_value("в течение \n пяти рабочих дней")
        await page.fill("#text", "Лучше три дня.")
        await page.get_by_role("button", name=say("comment.send")).click()
        await expect(page.locator(".banner")).to_contain_text(say("comment.published"))
        await expect(page.locator("mark")).to_have_text("в течение пяти рабочих дней")
        await reader.open(MINE)
        mine = page.locator(".ledger-line", has_text="Лучше три дня.")
        await expect(mine).to_contain_text(say("mine.state.waiting"))
        await mine.get_by_role("link", name=say("comment.retract")).click()
        await page.get_by_role("button", name=say("retract.confirm")).click()
        await expect(page.locator("main")).to_contain_text(say("mine.state.retracted"))
        await expect(page.locator("main")).not_to_contain_text("Лучше три дня.")


async def test_votes_move_by_themselves_and_a_passage_is_selected(browser: Browser, site: Site, client: Client) -> None:
    one = await client.open()
    comment = await client.comment(one, "yerlan", "Пять дней — хорошо.")
    async with visiting(browser, site, width=DESKTOP, locale="ru") as reader:
        page = reader.page
        await reader.sign_in("dana", f"/consultations{one}/clauses/art_1")
        votes = page.locator(f"[data-comment='{comment}']")
        opened = page.url
        await votes.locator("button[value=disagree]").click()
        await expect(votes).to_contain_text(say("vote.said.disagree"))
        await expect(votes.locator("button[value=disagree]")).to_be_focused()
        assert page.url == opened, "the page stayed"
        await client.ask("olga", "PUT", f"{one}/comments/{comment}/vote", {"vote": "agree"})
        await expect(votes.locator("[data-count=agree]")).to_have_text("1")
        await page.evaluate(SELECT, [0, 14])
        await page.get_by_role("button", name=say("comment.on_passage")).click()
        await expect(page.locator("#quote")).to_have_value("Орган отвечает")
        await expect(page.locator("#text")).to_be_focused()


async def test_a_point_is_selected_with_its_number_and_two_points_are_not(
    browser: Browser, site: Site, client: Client
) -> None:
    one = await client.open({language: text + POINTS[language] for language, text in TEXT.items()})
    async with visiting(browser, site, width=DESKTOP, locale="ru") as reader:
        page = reader.page
        await reader.sign_in("dana", f"/consultations{one}/clauses/art_2")
        first, second = (page.locator(".clause-words").nth(number) for number in (0, 1))
        offered = page.get_by_role("button", name=say("comment.on_passage"))
        await first.click(click_count=3)
        await expect(offered).to_be_visible()
        await first.evaluate(OVER, await second.element_handle())
        await expect(offered).to_be_hidden()
        await first.click(click_count=3)
        await offered.click()
        await expect(page.locator("#quote")).to_have_value("за пять дней;")
        await page.fill("#quote", "1) за пять дней;")
        await page.fill("#text", "Лучше три дня.")
        await page.get_by_role("button", name=say("comment.send")).click()
        await expect(page.locator(".banner")).to_contain_text(say("comment.published"))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_an_expert_speaks_as_one_and_is_shown_so(
    browser: Browser, site: Site, client: Client, width: int
) -> None:
    one = await client.open()
    text, here = "Пять дней соответствуют практике соседних стран.", f"/consultations{one}/clauses/art_1"
    vouched = f"Эксперт ({say('as.verified')})"
    async with visiting(browser, site, width=width, locale="ru") as expert:
        page = expert.page
        await expert.sign_in("irina", here)
        await expect(page.get_by_role("radio", name=vouched)).to_be_checked()
        await expect(page.get_by_role("radio", name="Эксперт")).to_have_count(1)
        await page.fill("#text", text)
        await page.get_by_role("button", name=say("comment.send")).click()
        await expect(page.locator(".banner")).to_contain_text(say("comment.published"))
        await expect(page.locator("#comments-title .heading-count")).to_have_text("1")
        await client.ask("dana", "POST", f"{one}/comments", {"text": "Согласна.", "language": "ru", "version": 1})
    async with visiting(browser, site, width=width, locale="ru", java_script_enabled=False) as reader:
        await reader.open(here)
        said = reader.page.locator("article", has_text=text)
        await expect(said.locator(".comment-class")).to_contain_text(say("as.expert"))
        await expect(said.locator(".comment-verified")).to_have_text(say("as.verified"))
        await reader.open(f"/consultations{one}/clauses/whole")
        await expect(reader.page.locator("article")).to_contain_text(say("as.public"))
        await expect(reader.page.locator(".comment-verified")).to_have_count(0)


async def test_a_citizen_is_not_offered_a_class_that_is_not_theirs(
    browser: Browser, site: Site, client: Client
) -> None:
    one = await client.open()
    async with visiting(browser, site, width=PHONE, locale="ru") as citizen:
        await citizen.sign_in("dana", f"/consultations{one}/clauses/art_1")
        offered = citizen.page.get_by_role("group", name=say("comment.speaker")).get_by_role("radio")
        await expect(offered.first).to_be_visible()
        assert not [each for each in await offered.all() if "verified" in (await each.get_attribute("value") or "")]


async def test_no_page_breaks_a_rule_of_wcag_2_2_aa(browser: Browser, site: Site, client: Client) -> None:
    one = await client.open()
    seen = await client.comment(one, "yerlan", "Пять дней — хорошо.")
    own = await client.comment(one, "dana", "Согласна, но срок лучше сократить.")
    hidden = await client.comment(one, "olga", "Не о том.")
    reason = {"reason": "off-topic", "explanation": "Комментарий не о проекте."}
    await client.ask("gulnar", "POST", f"{one}/comments/{hidden}/hiding", reason)
    await client.ask("saule", "POST", f"{one}/comments/{seen}/reply", {"outcome": "accepted", "statement": SUMMARY})
    at = f"/consultations{one}"
    pages = {
        "dana": (
            "/consultations",
            at,
            f"{at}/clauses/art_1",
            f"{at}/comments/{own}",
            f"{at}/comments/{own}/retract",
            MINE,
        ),
        "gulnar": (
            "/consultations/moderation",
            f"/consultations/moderation{one}/{seen}",
            "/consultations/moderation-log",
        ),
    }
    broken: list[str] = []
    for person, paths in pages.items():
        async with visiting(browser, site, locale="kk", bypass_csp=True) as reader:
            await reader.sign_in(person, MINE)
            for path in paths:
                await reader.open(path)
                broken += [f"{path}: {each}" for each in await violations(reader.page)]
    assert not broken, "\n".join(sorted(set(broken)))
