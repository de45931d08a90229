"""A page of another site shows a petition in a frame: the count moves there, and nobody is followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal

from playwright.async_api import Frame, Page, expect

from tests.e2e.browsing import Visiting, in_browser, words
from tests.e2e.site import TEXTS, Client, Site
from tests.e2e.test_accessibility import AXE, RULES, RUN
from tests.waiting import eventually_read, until

pytestmark = in_browser
say = words["en"]
COUNT = "[data-live=count]"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


@contextmanager
def another_site(markup: str) -> Iterator[str]:
    """The address of a page with `markup` on a site of its own: another name and another port."""
    page = f"<!doctype html><html lang='en'><title>News</title><h1>News</h1>{markup}</html>".encode()

    class News(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 204)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(page) if found else 0))
            self.end_headers()
            self.wfile.write(page if found else b"")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), News)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        serving.join(5)


async def test_the_count_moves_in_a_frame_on_another_site(visit: Visiting, client: Client, site: Site) -> None:
    petition = await client.petition("kk")
    async with visit() as author:
        await author.open(f"/petitions/{petition}?lang=ru")
        await author.page.locator("summary", has_text=words["ru"]("embed.title")).click()
        snippet = await author.page.get_by_label(words["ru"]("embed.code")).input_value()

    every = "/open/petitions.json?limit=100"
    await client.reads(every, lambda found: petition in {each["id"] for each in found["petitions"]})
    steps = (await client.read(f"/open/petitions/{petition}/timeline.json"))["entries"]
    assert [each["what"] for each in steps][-1] == "published"
    assert (await client.read(f"/open/petitions/{petition}/history.json"))["rows"] == [], "its first hour still runs"

    with another_site(snippet) as news:
        async with visit(width=360) as reader, visit(java_script_enabled=False) as plain:
            asked: list[str] = []
            reader.page.on("request", lambda request: asked.append(request.url))
            await reader.page.goto(news)
            box = reader.page.frame_locator("iframe")
            await expect(box.locator("h1")).to_contain_text(TEXTS["kk"]["title"])
            await expect(box.locator(COUNT)).to_have_text("0")
            await client.sign(petition, "yerlan")
            await client.sign(petition, "olga")
            await expect(box.locator(COUNT)).to_have_text("2")
            inside = reader.page.frames[1]
            assert await inside.evaluate("document.documentElement.lang") == "ru"
            assert await inside.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert await inside.evaluate("document.documentElement.scrollHeight <= innerHeight"), "all of it is seen"
            assert await reader.page.context.cookies() == []
            assert {url.split("/", 3)[2] for url in asked} == {news.split("/")[2], site.url.split("/")[2]}

            async with reader.page.context.expect_page() as opening:
                await box.get_by_role("link", name=words["ru"]("embed.sign")).click()
            opened = await opening.value
            await expect(opened.locator("h1")).to_have_text(TEXTS["kk"]["title"])
            assert opened.url == f"{site.url}/petitions/{petition}?lang=ru"
            assert await opened.evaluate("document.referrer") == "", "nobody learns where the reader came from"

            # The box is kept for five seconds.
            await eventually_read(partial(still_count, plain.page, news), lambda count: count == "2")


async def still_count(page: Page, address: str) -> str:
    """The count in a frame where no script runs."""
    await page.goto(address)
    return await page.frame_locator("iframe").locator(COUNT).inner_text()


async def test_no_other_page_can_be_framed(visit: Visiting, client: Client, site: Site) -> None:
    petition = await client.petition("en")
    frames = "".join(
        f'<iframe title="{path}" src="{site.url}{path}"></iframe>'
        for path in (f"/petitions/{petition}", f"/petitions/{petition}/sign", "/petitions")
    )
    with another_site(frames) as news:
        async with visit(expected=("frame-ancestors", "Refused to frame", "Framing", "X-Frame")) as victim:
            await victim.page.goto(news)
            # The browser tells of a refusal after the page has loaded.
            await until(lambda: len(victim.complaints) >= 3 and all(map(refused, victim.page.frames[1:])))


def refused(frame: Frame) -> bool:
    """Whether the browser shows its own page in place of what the frame asked for."""
    return frame.url.startswith("chrome-error:")


async def test_the_box_breaks_no_rule_of_wcag_2_2_aa(visit: Visiting, client: Client) -> None:
    petition = await client.petition("ru")
    async with visit(width=320, bypass_csp=True) as reader:
        await reader.open(f"/petitions/{petition}/embed?lang=kk")
        await reader.page.evaluate(AXE)
        for scheme in SCHEMES:
            await reader.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = await reader.page.evaluate(RUN, RULES)
            assert found["passed"] > 5, "the rules did not run"
            assert found["violations"] == [], scheme
