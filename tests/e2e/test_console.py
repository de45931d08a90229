"""The operators' console in a browser: a consumer that is stuck, a broker and a database that are away, keys, axe."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import product
from pathlib import Path
from typing import Final

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from playwright.async_api import Browser, expect

from kenes.local.process import ChildProcess
from tests.e2e.browsing import DESKTOP, PHONE, Visitor, in_browser, visiting
from tests.e2e.site import Site, running_site
from tests.e2e.test_accessibility import AXE, OPEN_ALL, RULES, RUN
from tests.processes import ROOT
from tests.waiting import eventually_read

pytestmark = in_browser

QUICK: Final = {"KENES_CONSOLE_EVERY": "1", "KENES_CONSOLE_LATE_AFTER": "3", "KENES_CONSOLE_STUCK_AFTER": "4"}
TOPIC: Final = "console.watched"
GROUP: Final = "agency-feed"
PATHS: Final = (
    "/overview",
    "/topics",
    f"/topics/{TOPIC}",
    f"/topics/{TOPIC}/events",
    "/groups",
    f"/groups/{GROUP}",
    "/deliveries",
    "/duties",
    "/alerts",
    "/runbook",
)


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The console with servers of its own."""
    with running_site(tmp_path_factory.mktemp("console"), QUICK, service="console") as running:
        yield running


@pytest.fixture(scope="module")
def consumer(operated: Site) -> Iterator[ChildProcess]:
    """A consumer of the watched topic."""
    asyncio.run(_make_topic(operated.product.kafka.bootstrap))
    with _consuming(operated) as running:
        yield running


async def _make_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 3, 1)])
    await eventually_read(admin.list_topics, lambda found: TOPIC in found)
    await admin.close()


@contextmanager
def _consuming(site: Site) -> Iterator[ChildProcess]:
    argv = [sys.executable, "-m", "tests.e2e.slow_consumer", site.product.kafka.bootstrap, TOPIC, GROUP]
    running = ChildProcess("consumer", argv, site.product.logs / "consumer.log", cwd=Path(ROOT))
    running.start()
    try:
        yield running
    finally:
        running.kill()


async def _write(bootstrap: str, count: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for number in range(count):
            await producer.send_and_wait(TOPIC, b"%d" % number, partition=number % 3)
    finally:
        await producer.stop()


@asynccontextmanager
async def _operator(browser: Browser, site: Site, path: str, **profile: object) -> AsyncIterator[Visitor]:
    async with visiting(browser, site, **profile) as visitor:  # type: ignore[arg-type]
        await visitor.sign_in("pavel", path)
        yield visitor


@contextmanager
def _paused(process: ChildProcess) -> Iterator[None]:
    assert process.pid is not None
    found = psutil.Process(process.pid)
    found.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        found.send_signal(signal.SIGCONT)


async def test_a_consumer_that_stands_still_turns_its_row_red_with_the_right_lag_and_green_when_it_goes_on(
    browser: Browser, operated: Site, consumer: ChildProcess
) -> None:
    bootstrap = operated.product.kafka.bootstrap
    async with _operator(browser, operated, "/groups") as visitor:
        row = visitor.page.locator(f"[id='group-{GROUP}']")
        await _write(bootstrap, 30)
        await expect(row).to_have_class("is-fine")
        await expect(row.locator(".table-cell").nth(1)).to_have_text("0")
        with _paused(consumer):
            await _write(bootstrap, 57)
            await expect(row).to_have_class("is-stuck")
            await expect(row.locator(".table-cell").nth(1)).to_have_text("57")
            await expect(row.locator(".table-cell").nth(4)).to_have_text("1")
        await expect(row).to_have_class("is-fine")
        await expect(row.locator(".table-cell").nth(1)).to_have_text("0")


async def test_keys_lead_to_the_filter_through_rows_and_to_help(
    browser: Browser, operated: Site, consumer: ChildProcess
) -> None:
    async with _operator(browser, operated, "/groups") as visitor:
        page, keys = visitor.page, visitor.page.keyboard
        await expect(page.locator(f"[id='group-{GROUP}']")).to_be_visible()
        await expect(page.locator("tr[data-name]").nth(1)).to_be_visible()
        await keys.press("j")
        first = await page.evaluate("document.activeElement.closest('tr').id")
        await keys.press("j")
        second = await page.evaluate("document.activeElement.closest('tr').id")
        await keys.press("k")
        assert first != second
        assert await page.evaluate("document.activeElement.closest('tr').id") == first
        await keys.press("/")
        await keys.type(GROUP)
        await expect(page.locator("tr[data-name]:visible")).to_have_count(1)
        await keys.press("Escape")
        await keys.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await asyncio.gather(keys.press("Escape"), keys.press("j"))  # faster than a frame is painted
        await expect(page.locator("#keys")).to_be_hidden()
        await expect(page.locator(f"[id='group-{GROUP}'] a")).to_be_focused()
        await keys.press("Enter")
        await page.wait_for_url(f"{operated.url}/groups/{GROUP}")


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_breaks_a_rule_of_wcag_2_2_aa(
    browser: Browser, operated: Site, consumer: ChildProcess, path: str
) -> None:
    broken: set[str] = set()
    async with _operator(browser, operated, "/groups", bypass_csp=True) as visitor:
        page = visitor.page
        await expect(page.locator(f"[id='group-{GROUP}']")).to_be_visible()
        await visitor.open(f"{path}?lang=kk")
        await page.evaluate(OPEN_ALL)
        await page.evaluate(AXE)
        for width, scheme in product((PHONE, DESKTOP), ("light", "dark")):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width}"
            found = await page.evaluate(RUN, RULES)
            assert found["passed"] > 5, "the rules did not run"
            broken.update(f"{width} {scheme}: {violation}" for violation in found["violations"])
    assert not broken, "\n".join(sorted(broken))


async def test_the_console_is_not_the_citizens_site_and_has_no_public_page(operated: Site) -> None:
    async with httpx.AsyncClient(base_url=operated.url) as anybody:
        assert (await anybody.get("/petitions")).status_code == 404
        for path in PATHS:
            answer = await anybody.get(path)
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/auth/login")


async def test_pages_stay_and_say_what_is_old_while_broker_or_database_is_away(
    browser: Browser, operated: Site, consumer: ChildProcess
) -> None:
    kafka, mongo = operated.product.kafka, operated.product.mongo
    refused = ("Failed to load resource", "net::ERR")
    async with _operator(browser, operated, "/topics", expected=refused) as visitor:
        page = visitor.page
        alarm = page.locator("[role=alert]")
        await expect(page.locator(f"[id='topic-{TOPIC}']")).to_be_visible()
        await expect(alarm).to_have_count(0)
        await asyncio.to_thread(kafka.kill)
        try:
            await expect(alarm.filter(has_text="The broker stopped answering")).to_be_visible()
            await visitor.open(f"/topics/{TOPIC}")
            await expect(visitor.heading).to_have_text(TOPIC)
        finally:
            await asyncio.to_thread(kafka.start)
        await expect(alarm).to_have_count(0)
        await asyncio.to_thread(mongo.kill)
        try:
            await expect(alarm.filter(has_text="petitions").first).to_be_visible()
            await visitor.open("/groups")
            await expect(page.locator(f"[id='group-{GROUP}']")).to_be_visible()
        finally:
            await asyncio.to_thread(mongo.start)
        await expect(alarm).to_have_count(0)
