"""Operators mend what went wrong: a dead letter appears, is replayed or discarded, and a projection is rebuilt."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from itertools import product as each_of
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from playwright.async_api import Browser, Page, expect

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.kafka.lag import committed_by
from kenes.kafka.reader import ends
from kenes.local.process import ChildProcess
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from schemas.topics import PETITION_REQUESTS, SIGNATURE_REQUESTS
from services.console.serving import FOLDERS
from tests.console_site import ConsoleSite, running_console
from tests.e2e.browsing import DESKTOP, LANGUAGES, PHONE, Visitor, in_browser, visiting
from tests.e2e.site import Client, Site, client_of, running_site
from tests.processes import ROOT
from tests.waiting import eventually_read

pytestmark = in_browser
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN: Final = """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)))"""
WIDER: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

_catalogs = edge_catalogs([LOGIN_LOCALES, FOLDERS.locales])
say = Translator(_catalogs, "en")
Operating = Callable[..., Any]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A product of its own: its stream is broken and mended here."""
    with running_site(tmp_path_factory.mktemp("operated")) as running:
        yield running


@pytest.fixture(scope="module")
def console(own: Site) -> Iterator[ConsoleSite]:
    """The operators' console over it."""
    with running_console(own.product, own.identity) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(own: Site) -> AsyncIterator[Client]:
    """Makes petitions without a browser."""
    async with client_of(own) as client:
        yield client


@pytest.fixture
def operate(browser: Browser, console: ConsoleSite) -> Operating:
    """`async with operate("leila", "/letters") as leila:`"""
    return partial(_operating, browser, console)


@asynccontextmanager
async def _operating(
    browser: Browser, console: ConsoleSite, person: str, path: str, **profile: Any
) -> AsyncIterator[Visitor]:
    async with visiting(browser, console, **profile) as visitor:  # type: ignore[arg-type]
        await visitor.sign_in(person, path)
        yield visitor


@asynccontextmanager
async def faulty(site: Site) -> AsyncIterator[None]:
    """While the block runs, the stream of petitions chokes on every signature; then a mended one takes its place."""
    await asyncio.to_thread(site.product.stop_role, "stream")
    log = site.product.logs / f"faulty-{secrets.token_hex(4)}.log"
    argv = [sys.executable, "-m", "tests.e2e.faulty_petitions", "stream"]
    child = ChildProcess("faulty", argv, log, env=site.product.environment("stream"), cwd=ROOT)
    child.start()
    try:
        yield
    finally:
        await asyncio.to_thread(child.stop)
        site.product.start_role("stream")
        await asyncio.to_thread(site.product.wait_ready, ["stream"])


async def sign(site: Site, people: Client, petition: str, person: str) -> None:
    """Somebody signs, and is answered before it is decided."""
    token = await people._token(person)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    async with httpx.AsyncClient(timeout=120) as http:
        answer = await http.post(f"{site.url}/api/petitions/v1/petitions/{petition}/signatures", headers=headers)
    assert answer.status_code == 202, answer.text


async def acknowledged(site: Site) -> None:
    """Returns once the stream will not be handed the signature requests of until now again."""
    bootstrap = site.product.kafka.bootstrap
    written = await ends(bootstrap, SIGNATURE_REQUESTS)
    committed = committed_by(bootstrap, "petitions-stream", SIGNATURE_REQUESTS)
    await eventually_read(
        committed, lambda found: all(found.get(partition, 0) >= end for partition, end in written.items())
    )


async def poison(site: Site) -> str:
    """A record that is no event, and where it stands."""
    producer = AIOKafkaProducer(bootstrap_servers=site.product.kafka.bootstrap)
    await producer.start()
    try:
        sent = await producer.send_and_wait(PETITION_REQUESTS.name, b'{"email": "somebody@example.kz"}', key=b"k")
    finally:
        await producer.stop()
    return f"{PETITION_REQUESTS.name}/{sent.partition}/{sent.offset}"


def letter(page: Page, case: str) -> Any:
    """The row of a letter in the list."""
    return page.locator(f"a[href='/letters/case/{case}']")


def button(page: Page, key: str) -> Any:
    """A button by the key of its words."""
    return page.get_by_role("button", name=say(key), exact=True)


async def counted(people: Client, petition: str, wanted: int) -> None:
    """Returns once a petition has so many signatures."""
    assert await eventually_read(partial(people.count, petition), lambda found: found >= wanted) == wanted


@pytest.mark.timeout(600)  # a stream is stopped, broken, and mended again
async def test_a_letter_appears_fails_again_is_replayed_by_a_mended_consumer_and_the_count_moves(
    own: Site, people: Client, operate: Operating
) -> None:
    petition = await people.petition("en")
    async with operate("leila", "/letters") as leila:
        page = leila.page
        await expect(page.locator("#open-title")).to_have_text(say("letters.open", count=0))
        async with faulty(own):
            await sign(own, people, petition, "dana")
            # Nobody reloads: the list tells it.
            rows = page.locator("a[href^='/letters/case/']")
            await expect(rows).to_have_count(1)
            await rows.click()
            await expect(page.locator("#wrong ~ p").first).to_contain_text("a signature was divided by zero")
            await button(page, "letter.replay_confirm").click()
            again = page.locator("[data-live-part=open]").get_by_role("button", name=say("letter.replay_confirm"))
            await expect(page.get_by_text(say("letter.tries", count=1))).to_be_visible()
            await expect(again).to_be_visible()
            await acknowledged(own)
        assert await people.count(petition) == 0
        await again.click()
        await expect(page.get_by_text(say("letter.tries", count=2))).to_be_visible()
        head = page.locator("[data-live-part=head]")
        await expect(head).to_contain_text(say("letters.standing.replayed"))
        await counted(people, petition, 1)
        await expect(page.get_by_text(say("letter.replayed_body"))).to_be_visible()


@pytest.mark.timeout(600)  # a stream is stopped, broken, and mended again
async def test_all_of_a_filter_are_replayed_and_the_page_says_how_far_it_is(
    own: Site, people: Client, operate: Operating
) -> None:
    petition = await people.petition("ru")
    signers = ("serik", "olga", "madina")
    async with operate("leila", "/letters") as leila:
        page = leila.page
        async with faulty(own):
            for person in signers:
                await sign(own, people, petition, person)
            await expect(page.locator("a[href^='/letters/case/']")).to_have_count(3)
            await acknowledged(own)
        assert await people.count(petition) == 0
        await page.locator("table a[href^='/letters?topic=']").first.click()
        await page.get_by_role("link", name=say("letters.replay_all")).click()
        await expect(leila.heading).to_have_text(say("batch.ask", count=3))
        await page.locator("#reason").fill("the stream is mended")
        await button(page, "batch.confirm").click()
        await expect(page.get_by_text(say("batch.state.ended"), exact=True)).to_be_visible()
        await expect(page.locator("progress")).to_have_attribute("value", "3")
        await counted(people, petition, 3)
        await leila.open("/acts")
        await expect(page.locator("[data-live-part=trail]")).to_contain_text("the stream is mended")

        async def noted() -> int:
            csv = await page.request.get(leila.site.url + "/acts.csv")
            told: str = await csv.text()
            return told.count("the stream is mended")

        await eventually_read(noted, lambda found: found == 4)


async def test_the_second_of_two_operators_is_told_and_discarding_needs_a_reason(own: Site, operate: Operating) -> None:
    case = await poison(own)
    # Without a script the second one's page stays as it was when it came.
    stale = operate("leila", "/letters", java_script_enabled=False)
    async with operate("leila", "/letters") as first, stale as second:
        await letter(first.page, case).click()
        await second.open(f"/letters/case/{case}")
        for visitor in (first, second):
            await expect(visitor.page.locator("[aria-labelledby=record]")).to_contain_text("***")
            await expect(visitor.page.locator("main")).not_to_contain_text("somebody@example.kz")
        await button(first.page, "letter.discard_confirm").click()
        await expect(first.page.locator(".error-summary")).to_contain_text(say("act.refused.reason-missing"))
        await first.page.locator("#discard-reason").fill("noise of a test")
        await button(first.page, "letter.discard_confirm").click()
        await expect(first.page.locator("[data-live-part=head]")).to_contain_text(say("letters.standing.discarded"))
        await button(second.page, "letter.replay_confirm").click()
        await expect(second.page.locator("main [role=alert]")).to_contain_text("Ләйла Оспанова")
        await expect(second.page.locator("[data-live-part=head]")).to_contain_text(say("letters.standing.discarded"))


async def test_a_rebuild_is_watched_and_switched_to(operate: Operating) -> None:
    async with operate("leila", "/projections/petitions/tallies") as leila:
        page = leila.page
        await button(page, "projections.order.rebuild").click()
        await expect(page.locator("progress")).to_be_visible()
        await expect(page.get_by_text(say("projections.phase.built"))).to_be_visible()
        await expect(button(page, "projections.order.rebuild")).to_have_count(0)
        await button(page, "projections.order.switch").click()
        await expect(page.locator("[data-live-part=head]")).to_contain_text(say("projections.version", number=2))
        await button(page, "projections.order.audit").click()
        await expect(page.locator("[data-live-part=audit]")).to_contain_text(say("projections.differences", count=0))


async def test_who_may_only_look_sees_and_cannot_act(operate: Operating) -> None:
    async with operate("pavel", "/letters?standing=discarded") as pavel:
        page = pavel.page
        await page.locator("a[href^='/letters/case/']").first.click()
        await expect(page.locator("[aria-labelledby=wrong]")).to_be_visible()
        await expect(page.locator("main form[method=post]")).to_have_count(0)
        answer = await page.request.post(page.url + "/replay", headers={"origin": pavel.site.url})
        assert answer.status == 403
        for unknown in ("/letters/case/nothing/0/1", "/letters/batches/none", "/projections/petitions/none"):
            assert (await pavel.open(unknown)).status == 404


async def test_every_page_is_sound_in_every_language_on_phone_and_desktop(operate: Operating) -> None:
    broken: list[str] = []
    async with operate("leila", "/letters", bypass_csp=True) as leila:
        page = leila.page
        await leila.open("/letters?standing=discarded")
        case = await page.locator("a[href^='/letters/case/']").first.get_attribute("href")
        await leila.open("/acts")
        paths = ("/letters", case, "/acts", "/projections", "/projections/petitions/tallies")
        all_of = f"/letters/replay-all?topic={SIGNATURE_REQUESTS.name}"
        for path, language in each_of((*paths, all_of), LANGUAGES):
            joint = "&" if "?" in str(path) else "?"
            await leila.open(f"{path}{joint}lang={language}")
            await page.wait_for_load_state()
            await page.evaluate(AXE)
            for width in (PHONE, DESKTOP):
                await page.set_viewport_size({"width": width, "height": 800})
                broken += [f"{path} {language} {width}: {found}" for found in await page.evaluate(RUN, RULES)]
                if await page.evaluate(WIDER) > 0:
                    broken.append(f"{path} {language}: wider than {width}")
    assert not broken, "\n".join(broken)


async def test_pages_stay_up_while_the_broker_is_away(own: Site, operate: Operating) -> None:
    case = await poison(own)
    async with operate("leila", "/letters", expected=("status of 503",)) as leila:
        await letter(leila.page, case).click()
        await expect(button(leila.page, "letter.replay_confirm")).to_be_visible()
        await asyncio.to_thread(own.product.kafka.stop)
        await leila.page.locator("#discard-reason").fill("the broker is away")
        await button(leila.page, "letter.discard_confirm").click()
        await expect(leila.page.locator("[role=alert]").filter(has_text=say("act.unavailable"))).to_be_visible()
        assert (await leila.open("/projections")).status == 200
        away = leila.page.locator("[data-live-part=away] [role=alert]")
        await expect(away).to_be_visible()
        assert (await leila.open("/letters")).status == 200
        await expect(letter(leila.page, case)).to_be_visible()
