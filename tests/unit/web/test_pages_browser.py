"""The scripts and the layout in a real browser, under the real content policy."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect
from playwright.async_api import Route as Intercepted
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from kenes.web.app import build_app
from kenes.web.assets import Assets
from kenes.web.charts import Threshold
from kenes.web.language import edge_catalogs
from kenes.web.pages import Pages
from kenes.web.settings import WebSettings
from kenes.web.styleguide import style_guide_routes
from tests.e2e.browsing import CHROMIUM, LANGUAGES, launched
from tests.unit.web.pages_support import GUIDE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    # One event loop for all: the browser is started once.
    pytest.mark.asyncio(loop_scope="module"),
]

TEMPLATE = """{% extends "base.html" %}
{% import "kit/petition.html" as petitions %}{% import "kit/forms.html" as forms %}
{% block main %}<h1>T</h1>
{{ petitions.panel("p1", 41, [charts_threshold(50, "answer"), charts_threshold(100, "debate")], url="/live") }}
{{ petitions.card("Other", "/x", 7, [], id="p2", url="/live") }}
{% call forms.form("/post", "token") %}
{{ forms.textarea("text", "Text", maxlength=10) }}{{ forms.button("Send", name="go", value="yes") }}{% endcall %}
{{ forms.search("q", "Find", value=q, results="results") }}<div id="results">found: {{ q }}</div>
{% endblock %}"""
STYLE = "([name, part, what]) => getComputedStyle(document.querySelector(name), part)[what]"
# What browsers say of requests that fail on purpose.
EXPECTED = ("503", "429", "net::ERR_FAILED")


class Site:
    """One page with everything a script touches, its event stream, and what was posted."""

    def __init__(self, folder: Path, port: int) -> None:
        (folder / "page.html").write_text(TEMPLATE)
        self.url = f"http://127.0.0.1:{port}"
        self.events: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self.posts: list[str] = []
        self.refusals = 0
        self.streams = 0
        catalogs, assets = edge_catalogs(strict=True), Assets()
        self.pages = Pages(catalogs, assets.url, templates=[folder])
        routes = [
            Route("/page", self.page),
            Route("/live", self.live),
            Route("/post", self.post, methods=["POST"]),
            *style_guide_routes(self.pages),
            assets.route(),
        ]
        self.app = build_app(routes, settings=WebSettings(public_url=self.url), catalogs=catalogs)

    async def page(self, request: Request) -> Response:
        context = {"q": request.query_params.get("q", ""), "charts_threshold": Threshold}
        return self.pages.render(request, "page.html", context)

    async def live(self, request: Request) -> Response:
        self.streams += 1
        if self.refusals > 0:
            self.refusals -= 1
            return Response(status_code=503)

        async def frames() -> AsyncIterator[bytes]:
            while True:
                event = await self.events.get()
                yield f"event: count\nid: {event['version']}\ndata: {json.dumps(event)}\n\n".encode()

        return StreamingResponse(frames(), media_type="text/event-stream")

    async def post(self, request: Request) -> Response:
        self.posts.append((await request.body()).decode())
        await asyncio.sleep(0.3)
        return HTMLResponse('<link rel="icon" href="data:,">posted')

    def count(self, petition: str, count: int, version: int) -> None:
        self.events.put_nowait({"petition": petition, "count": count, "version": version, "regions": {}})


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        site = Site(tmp_path, listener.getsockname()[1])
        config = uvicorn.Config(site.app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listener]))
        try:
            yield site
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def opened(browser: Browser, url: str, width: int = 360) -> AsyncIterator[Page]:
    """A page in a browser of its own whose console must stay silent."""
    context = await browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(url)
    yield page
    await context.close()
    assert [text for text in complaints if not any(each in text for each in EXPECTED)] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_page_is_wider_than_a_small_phone_or_breaks_the_policy(
    browser: Browser, site: Site, language: str
) -> None:
    for path in GUIDE:
        async with opened(browser, f"{site.url}/style-guide{path}?lang={language}", width=320) as page:
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


async def test_the_faces_of_the_page_are_loaded(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/style-guide/petition?lang=kk") as page:
        await page.evaluate("document.fonts.ready")
        statuses = await page.evaluate("[...document.fonts].map(face => face.status)")
        assert statuses == ["loaded"] * 3


async def test_what_is_done_and_what_is_current_are_seen_with_forced_colours(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/style-guide?lang=en") as page:
        await page.emulate_media(forced_colors="active")
        done, following = [
            await page.evaluate(STYLE, [f".timeline-item.is-{state}", "::before", "backgroundColor"])
            for state in ("done", "next")
        ]
        assert done != following
        mark, canvas = [
            await page.evaluate(STYLE, [name, None, "backgroundColor"]) for name in (".step.is-done .step-mark", "body")
        ]
        assert mark != canvas
        one, other = [
            await page.evaluate(STYLE, [f".tabs a{which}", None, "borderBottomColor"])
            for which in ("[aria-current]", ":not([aria-current])")
        ]
        assert one != other
        await expect(page.locator(".timeline-item.is-next").first).to_contain_text("Not started yet")


async def test_a_live_count_moves_everything_that_depends_on_it(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=ru") as page:
        panel = page.locator(".count-panel")
        site.count("p1", 52, 1)
        await expect(panel.locator("[data-live=count]")).to_have_text("52")
        await expect(panel.locator("[data-live=words]")).to_have_text("подписи")
        await expect(panel.locator(".meter")).to_have_attribute("aria-valuenow", "52")
        await expect(panel.locator(".meter-fill")).to_have_attribute("width", "52.00%")
        await expect(panel.locator(".threshold").first).to_have_text("50 answer: порог пройден")
        await expect(panel.locator(".threshold").last).to_have_text("100 debate: нужно ещё 48 подписей")
        await expect(page.locator("[data-live=status]")).to_have_text("Сейчас 52")
        await expect(page.locator(".petition-card [data-live=count]")).to_have_text("7")
        assert site.streams == 1, "elements of one address share one stream"


async def test_no_count_below_the_goal_is_told_as_all_of_it(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=en") as page:
        meter = page.locator(".count-panel .meter")
        await meter.evaluate("meter => { meter.dataset.liveGoal = 1000; }")
        for version, (count, told) in enumerate(((999, "99%"), (1, "1%"), (1000, "100%")), 1):
            site.count("p1", count, version)
            await expect(meter).to_have_attribute("aria-valuetext", f"{told} of the goal")


async def test_a_late_frame_never_turns_the_count_back(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=en") as page:
        site.count("p1", 1200, 9)
        site.count("p1", 1100, 8)
        site.count("p2", 8, 1)
        await expect(page.locator(".petition-card [data-live=count]")).to_have_text("8")
        await expect(page.locator(".count-panel [data-live=count]")).to_have_text("1,200")


async def test_kazakh_numbers_are_grouped_as_the_server_groups_them(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=kk") as page:
        site.count("p1", 42_318, 1)
        await expect(page.locator(".count-panel [data-live=count]")).to_have_text("42\xa0318")


async def test_the_stream_is_asked_again_after_a_refusal(browser: Browser, site: Site) -> None:
    site.refusals = 1
    async with opened(browser, f"{site.url}/page?lang=en") as page:
        site.count("p1", 43, 1)
        await expect(page.locator(".count-panel [data-live=count]")).to_have_text("43")
        assert site.streams == 2


async def test_letters_left_are_counted_as_people_count_them(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=en") as page:
        note = page.locator("#text-limit")
        await expect(note).to_have_text("10 characters left")
        await page.fill("#text", "Қол 👍 қой!")
        await expect(note).to_have_text("0 characters left")
        await page.fill("#text", "Қол 👍 қой!!")
        await expect(note).to_have_text("1 character too many")


async def test_a_second_press_sends_nothing(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=en") as page:
        button = page.locator(".form button")
        await button.evaluate("button => { button.click(); button.click(); }")
        await page.wait_for_url("**/post")
        assert site.posts == ["csrf_token=token&text=&go=yes"]


async def test_a_form_whose_page_stays_can_be_sent_again(browser: Browser, site: Site) -> None:
    asked: list[str] = []

    async def stay(route: Intercepted) -> None:
        asked.append(route.request.post_data or "")
        await route.fulfill(status=204)

    async with opened(browser, f"{site.url}/page?lang=en") as page:
        await page.clock.install()
        await page.route("**/post", stay)
        button = page.locator(".form button")
        for times in (1, 2):
            async with page.expect_request("**/post"):
                await button.evaluate("button => { button.click(); button.click(); }")
            await expect(button).to_have_text("Sending…")
            await page.clock.run_for(5_000)
            await expect(button).to_have_text("Send")
            assert asked == ["csrf_token=token&text=&go=yes"] * times


async def test_results_appear_while_typing_and_the_address_follows(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}/page?lang=en") as page:
        await page.locator("#q").press_sequentially("water")
        await expect(page.locator("#results")).to_have_text("found: water")
        assert page.url.endswith("/page?q=water")
        assert await page.evaluate("document.activeElement.id") == "q"


@pytest.mark.parametrize("status", [None, 429])
async def test_a_search_that_fails_while_typing_says_so_and_leaves_everything(
    browser: Browser, site: Site, status: int | None
) -> None:
    async def fail(route: Intercepted) -> None:
        await (route.abort() if status is None else route.fulfill(status=status, body="too many"))

    async with opened(browser, f"{site.url}/page?lang=en&q=old") as page:
        await page.route("**/page?q=*", fail)
        await page.locator("#q").fill("")
        await page.locator("#q").press_sequentially("water")
        await expect(page.locator(".search [role=status]")).to_contain_text("not renewed")
        await expect(page.locator("#results")).to_have_text("found: old")
        await expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
        await expect(page.locator("#q")).to_have_value("water")
        assert page.url.endswith("/page?lang=en&q=old")
        await page.unroute("**/page?q=*")
        await page.locator("#q").press_sequentially("s")
        await expect(page.locator("#results")).to_have_text("found: waters")
        await expect(page.locator(".search [role=status]")).to_have_text("")
