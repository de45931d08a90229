"""An owner cancels a replay on a phone: a page asks first, and the log has what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, expect

from kenes.kafka.producer import Producer
from kenes.local.ports import free_port
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.notifications.serving import FOLDERS
from tests.e2e import steps
from tests.e2e.browsing import PHONE, in_browser, visiting
from tests.e2e.consultations import violations
from tests.e2e.site import Site, running_site
from tests.integration.streaming import API, active, done
from tests.publicity import counted, publish
from tests.receiver import Reply, receiving

pytestmark = in_browser
say: Final = Translator(edge_catalogs([FOLDERS.locales, *FOLDERS.more_locales]), "ru")


@pytest.fixture(scope="module")
def port() -> int:
    """Where the receiver of the test listens."""
    return free_port()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Site]:
    """The notifications service, which may send to the receiver of the test."""
    targets = {"KENES_EGRESS_TEST_TARGETS": f'["http://127.0.0.1:{port}"]'}
    with running_site(tmp_path_factory.mktemp("notifications"), targets, service="notifications") as running:
        yield running


async def begun(site: Site, owner: httpx.AsyncClient, producer: Producer, url: str, name: str) -> str:
    """A stream of an owner with events in its log, and a replay of them that has only begun."""
    answer = await owner.post(f"{site.identity}/dev/token", json={"person": "botagoz"})
    owner.headers.update({"authorization": f"Bearer {answer.json()['access_token']}", "prefer": "wait=30"})
    stream: dict[str, Any] = await active(owner, url, filter={"petitions": [name]})
    await publish(producer, [counted(name, number) for number in range(30)])
    return str(stream["stream"])


async def test_a_replay_is_cancelled_after_a_question(browser: Browser, site: Site, port: int) -> None:
    name = str(uuid4())
    async with (
        receiving(port) as receiver,
        Producer(site.product.kafka.bootstrap, "test") as producer,
        httpx.AsyncClient(base_url=site.url + API, timeout=120) as owner,
        visiting(browser, site, width=PHONE, locale="ru") as reader,
    ):
        stream = await begun(site, owner, producer, receiver.url, name)
        await receiver.until(lambda: len(receiver.taken) >= 30, 120)
        receiver.answering = lambda _: Reply(after=5.0)
        await done(owner, "POST", f"/streams/{stream}/replay", json={"after": "0"})
        page = reader.page
        await reader.sign_in("botagoz", f"/streams/{stream}")
        cancel = page.get_by_role("link", name=say("streams.cancel.title"))
        await steps.reload_until(cancel)
        await cancel.click()
        asked = page.url
        assert await violations(page) == []
        await page.get_by_role("link", name=say("streams.cancel.back")).click()
        await expect(cancel).to_be_visible()

        await cancel.click()
        await page.get_by_role("button", name=say("streams.cancel.confirm")).click()
        await expect(page.locator(".banner")).to_contain_text(say("streams.said.cancelled"))
        await steps.reload_until(page.locator("main:not(:has(a[href$='/cancellation']))"))
        await page.goto(asked)
        await expect(page.locator(".banner")).to_contain_text(say("streams.said.cancelled"))

        await page.get_by_role("link", name=say("streams.all_attempts")).click()
        await steps.reload_until(page.locator("tbody tr", has_text=say("streams.attempt.order", number=1)).first)
        assert await violations(page) == []
        await reader.open(f"/streams/{stream}/dead-letters")
        await expect(page.locator("main")).to_contain_text(say("streams.no_dead"))
