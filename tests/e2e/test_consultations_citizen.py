"""A citizen in a consultation: reads, speaks about a passage, votes, hears the answer, and takes words back."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.consultations.service import FOLDERS
from tests.e2e.browsing import DESKTOP, PHONE, Visitor, in_browser, visiting
from tests.e2e.site import Site, running_site

pytestmark = in_browser
API: Final = "/api/consultations/v1/consultations"
MINE: Final = "/consultations/mine"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN: Final = """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] }).then(({ violations, passes }) => ({
    passed: passes.length,
    violations: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`)),
}))"""
SELECT: Final = """([start, end]) => {
    const text = document.querySelector(".clause-text p").firstChild, range = document.createRange();
    range.setStart(text, start); range.setEnd(text, end);
    getSelection().removeAllRanges(); getSelection().addRange(range);
}"""
TITLE: Final = {"kk": "Масс-медиа туралы заң", "ru": "Закон о масс-медиа", "en": "Law on mass media"}
SUMMARY: Final = {
    "kk": "Журналистер жауапты бес жұмыс күнінде алады.",
    "ru": "Журналисты получат ответ за пять рабочих дней.",
    "en": "Journalists get an answer within five working days.",
}
TEXT: Final = {
    "kk": "1-бап. Сұрау салу\n\nОрган бес жұмыс күні ішінде жауап береді.\n\n2-бап. Тәртіп\n\nОны орган айқындайды.",
    "ru": "Статья 1. Запрос\n\nОрган отвечает в течение пяти рабочих дней.\n\nСтатья 2. Порядок\n\nОрган решает сам.",
}
say: Final = Translator(edge_catalogs([LOGIN_LOCALES, FOLDERS.locales]), "ru")


@dataclass
class Client:
    """People who use the JSON API while others use a browser."""

    site: Site
    http: httpx.AsyncClient

    async def ask(self, person: str, method: str, path: str, body: object = None) -> Any:
        """A request that is decided; what the API answers."""
        token = (await self.http.post(f"{self.site.identity}/dev/token", json={"person": person})).json()
        headers = {"authorization": f"Bearer {token['access_token']}", "prefer": "wait=20"}
        answer = await self.http.request(method, f"{self.site.url}{API}{path}", headers=headers, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer

    async def open(self) -> str:
        """The path of a consultation that hears people."""
        made = await self.ask("saule", "POST", "", {"body": "kz-government", "title": TITLE})
        one = f"/{made.json()['consultation']}"
        await self.ask("saule", "POST", f"{one}/description", {"title": TITLE, "summary": SUMMARY})
        texts = [
            {"language": language, "name": "draft.txt", "content": base64.b64encode(text.encode()).decode()}
            for language, text in TEXT.items()
        ]
        await self.ask("saule", "POST", f"{one}/versions", {"version": 1, "texts": texts})
        await self.ask("saule", "POST", f"{one}/opening", {"working_days": 15})
        return one

    async def comment(self, one: str, person: str, text: str) -> str:
        """The id of somebody's comment on the first article."""
        body = {"text": text, "language": "ru", "version": 1, "anchor": {"clause": "art_1"}}
        answer = await self.ask(person, "POST", f"{one}/comments", body)
        return str(answer.headers["location"]).rpartition("/")[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The consultations service with a provider to sign in at."""
    with running_site(tmp_path_factory.mktemp("consultations"), service="consultations") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(site: Site) -> AsyncIterator[Client]:
    """An outside client."""
    async with httpx.AsyncClient(timeout=30) as http:
        yield Client(site, http)


async def test_speaking_voting_and_taking_back_without_a_script(browser: Browser, site: Site, client: Client) -> None:
    one = await client.open()
    other = await client.comment(one, "yerlan", "Пять дней — хорошо.")
    async with visiting(browser, site, width=PHONE, locale="ru", java_script_enabled=False) as reader:
        page = reader.page
        await reader.open("/consultations")
        await page.get_by_role("link", name=TITLE["ru"]).click()
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
        await expect(page.locator(".error-summary")).to_contain_text(say("comment.error.text"))
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
                broken += [f"{path}: {each}" for each in await _violations(reader)]
    assert not broken, "\n".join(sorted(set(broken)))


async def _violations(reader: Visitor) -> list[str]:
    page: Page = reader.page
    await page.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
    await page.evaluate(AXE)
    found: list[str] = []
    for width, scheme in ((PHONE, "dark"), (DESKTOP, "light")):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{page.url} at {width}"
        told = await page.evaluate(RUN, RULES)
        assert told["passed"] > 5, "the rules did not run"
        found += [f"{scheme} {each}" for each in told["violations"]]
    return found
