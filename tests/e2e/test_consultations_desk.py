"""A body in the browser: publishes a draft, answers a campaign once, refuses with a reason, redrafts, reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.e2e import steps
from tests.e2e.browsing import DESKTOP, PHONE, Visitor, in_browser, visiting
from tests.e2e.consultations import SUMMARY, TEXT, TITLE, Client, say, violations
from tests.e2e.site import Site, running_site

pytestmark = in_browser
DESK: Final = "/consultations/desk"
ACTS: Final = {
    "preparation": ("description", "opening"),
    "open": ("extension", "members", "meetings", "versions", "withdrawal"),
    "answering": ("report",),
}
"""Pages of the desk by the state of a draft."""
CAMPAIGN: Final = "Просим оставить пять рабочих дней: журналисту ответ нужен, пока о событии ещё говорят люди."
ALONE: Final = "Срок надо сократить до одного дня, иначе новость устареет."
ANSWER: Final = {"kk": "Бес жұмыс күні қалады.", "ru": "Пять рабочих дней остаются."}
REFUSAL: Final = {"kk": "Бір күнде тексеру мүмкін емес.", "ru": "За один день ответ не проверить."}
AGAIN: Final = {
    "kk": "1-бап. Мақсат\n\nЗаң ақпарат алуды жеңілдетеді.\n\n2-бап. Сұрау салу\n\nОрган бес жұмыс күні ішінде "
    "жауап береді.\n\n3-бап. Тәртіп\n\nОны орган айқындайды.",
    "ru": "Статья 1. Цель\n\nЗакон облегчает получение сведений.\n\nСтатья 2. Запрос\n\nОрган отвечает в течение "
    "пяти рабочих дней.\n\nСтатья 3. Порядок\n\nОрган решает сам.",
}
"""The draft once more, with an article before the others."""


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


async def fill(page: Page, field: str, texts: Mapping[str, str]) -> None:
    """The same text in several languages."""
    for language, text in texts.items():
        await page.locator(f"[name='{field}.{language}']").fill(text)


async def choose_files(page: Page, texts: Mapping[str, str]) -> None:
    """Files of a version, and a look at what they make."""
    for language, text in texts.items():
        file = FilePayload(name="draft.txt", mimeType="text/plain", buffer=text.encode())
        await page.locator(f"[name='file.{language}']").set_input_files(file)
    await page.locator("form[enctype] button").click()
    await expect(page.locator("form[action$='/versions/confirm']")).to_be_visible()


async def done(page: Page, act: str) -> None:
    """The desk says that it is done."""
    await expect(page.locator(".banner.is-success")).to_contain_text(say(f"desk.done.{act}"))


async def publish(official: Visitor) -> str:
    """From an empty desk to an open discussion; the path of the consultation."""
    page = official.page
    await official.sign_in("saule", DESK)
    await page.get_by_role("link", name=say("desk.new")).click()
    await fill(page, "title", TITLE)
    await steps.press(page, say("desk.new_confirm"))
    await done(page, "prepared")
    one = page.url.partition("?")[0].removeprefix(official.site.url + DESK)
    await page.get_by_role("link", name=say("desk.act.description")).click()
    await fill(page, "summary", SUMMARY)
    await steps.press(page, say("desk.confirm.description"))
    await done(page, "description")
    await page.get_by_role("link", name=say("desk.act.versions")).click()
    await choose_files(page, TEXT)
    await steps.press(page, say("desk.preview.confirm"))
    await done(page, "versions")
    await page.get_by_role("link", name=say("desk.act.opening")).click()
    await steps.press(page, say("desk.confirm.opening"))
    await done(page, "opening")
    return one


async def answer(page: Page, outcome: str, statement: Mapping[str, str]) -> None:
    """Fills in the form under a comment, and sends it."""
    await page.get_by_role("radio", name=say(f"outcome.{outcome}"), exact=True).check()
    await fill(page, "statement", statement)
    await steps.press(page, say("desk.confirm.reply"))


@pytest.mark.parametrize(("width", "script"), [(PHONE, False), (DESKTOP, True)])
async def test_a_draft_is_published_answered_and_redrafted(
    browser: Browser, site: Site, client: Client, width: int, script: bool
) -> None:
    async with visiting(browser, site, width=width, locale="ru", java_script_enabled=script) as official:
        page = official.page
        one = await publish(official)
        queue = f"{DESK}{one}/comments"
        lines = page.locator(".ledger-line")
        senders = ("yerlan", "olga", "dana")
        sent = [await client.comment(one, person, CAMPAIGN) for person in senders]
        alone = await client.comment(one, "viktor", ALONE)

        alike = lines.filter(has_text=say("desk.comments.alike", count=len(senders)))
        await steps.open_until(alike, site.url + queue)
        await alike.first.get_by_role("link", name=say("desk.comments.answer")).click()
        everybody = say("desk.comment.to_all", count=len(senders))
        await expect(page.get_by_role("radio", name=everybody)).to_be_checked()
        await answer(page, "accepted", {})
        await expect(page.locator(".error-summary")).to_be_visible()
        await expect(page.get_by_role("radio", name=everybody)).to_be_checked()
        await answer(page, "accepted", ANSWER)
        await done(page, "campaign-reply")
        await steps.reload_until(lines, 1)

        await lines.get_by_role("link", name=say("desk.comments.answer")).click()
        await expect(page.get_by_role("radio", name=everybody)).to_have_count(0)
        await answer(page, "declined", REFUSAL)
        await done(page, "reply")
        await steps.reload_until(page.locator("main", has_text=say("desk.comments.none")))

        await official.open(DESK + one)
        await page.get_by_role("link", name=say("desk.act.versions")).click()
        await choose_files(page, AGAIN)
        await expect(page.locator("main")).to_contain_text("Закон облегчает получение сведений.")
        await steps.press(page, say("desk.preview.confirm"))
        await done(page, "versions")

    async with visiting(browser, site, width=width, locale="ru", java_script_enabled=script) as reader:
        page = reader.page
        said = page.locator(f"#c-{alone}")
        await steps.open_until(said.locator(".official"), f"{site.url}/consultations{one}/clauses/art_1")
        await expect(reader.heading).to_contain_text("Статья 2")
        await expect(said).to_contain_text(REFUSAL["ru"])
        await expect(said).to_contain_text(say("outcome.declined"))
        for comment in sent:
            await steps.reload_until(page.locator(f"#c-{comment}", has_text=ANSWER["ru"]))


async def hand_in(official: Visitor, one: str) -> None:
    """The form of the report: it is published if nobody waits for an answer."""
    page = official.page
    await official.open(f"{DESK}{one}/report")
    await fill(page, "conclusions", SUMMARY)
    await steps.press(page, say("desk.confirm.report"))
    await done(page, "report")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_a_report_comes_out_once_nobody_waits(browser: Browser, site: Site, client: Client, width: int) -> None:
    one = await client.closed(ALONE)
    public = f"{site.url}/consultations{one}"
    async with visiting(browser, site, width=width, locale="ru") as official:
        page = official.page
        await official.sign_in("saule", DESK)
        await hand_in(official, one)
        await steps.open_until(page.get_by_text(say("path.report-postponed")), public)
        await steps.open_until(page.locator("main", has_text=say("report.owed", count=1)), f"{public}/report")
        await expect(page.locator("main")).not_to_contain_text(SUMMARY["ru"])
        answering = page.locator(".ledger-line").get_by_role("link", name=say("desk.comments.answer"))
        await steps.open_until(answering, f"{site.url}{DESK}{one}/comments")
        await answering.click()
        await answer(page, "declined", REFUSAL)
        await done(page, "reply")
        await hand_in(official, one)
    async with visiting(browser, site, width=width, locale="ru", java_script_enabled=False) as reader:
        await steps.open_until(reader.page.get_by_text(SUMMARY["ru"]), f"{public}/report")


async def test_no_page_of_the_desk_breaks_a_rule_of_wcag_2_2_aa(browser: Browser, site: Site, client: Client) -> None:
    drafts = {
        "preparation": await client.prepare(),
        "open": await client.open(),
        "answering": await client.closed(ALONE),
    }
    comments = [await client.comment(drafts["open"], person, CAMPAIGN) for person in ("yerlan", "olga")]
    broken: list[str] = []
    async with visiting(browser, site, locale="kk", bypass_csp=True) as official:
        page = official.page
        await official.sign_in("saule", DESK)
        queue = f"{DESK}{drafts['open']}/comments"
        await steps.open_until(page.locator(".tag", has_text="2"), site.url + queue)
        paths = [DESK, f"{DESK}/new", queue, f"{queue}/{comments[0]}", *(DESK + one for one in drafts.values())]
        paths += [f"{DESK}{drafts[state]}/{act}" for state, acts in ACTS.items() for act in acts]
        for path in paths:
            await official.open(path)
            broken += [f"{path}: {each}" for each in await violations(page)]
        await official.open(f"{DESK}{drafts['open']}/versions")
        await choose_files(page, AGAIN)
        broken += [f"preview: {each}" for each in await violations(page)]
    assert not broken, "\n".join(sorted(set(broken)))
