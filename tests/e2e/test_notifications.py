"""Somebody follows a petition, is told what became of it, and manages it all on one page; an owner sets up a stream."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.kafka.producer import Producer
from kenes.local.push_sink.browsers import Browsers
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from schemas.petitions import v1 as petitions
from schemas.topics import PETITIONS
from services.notifications.channels.webpush.vapid import encoded
from services.notifications.serving import FOLDERS
from tests.deciding import Deciding, petition
from tests.e2e import steps
from tests.e2e.browsing import DESKTOP, PHONE, in_browser, visiting
from tests.e2e.consultations import violations
from tests.e2e.site import Site, running_site

pytestmark = in_browser
say: Final = Translator(edge_catalogs([LOGIN_LOCALES, FOLDERS.locales, *FOLDERS.more_locales]), "ru")
CENTRE: Final = "/notifications"
# A browser that answers try by try: not allowed, no push service, subscribed by an earlier key until that is ended.
PUSH_MANAGER: Final = """
  let tries = 0, ended = false;
  PushManager.prototype.getSubscription = async () => ({ unsubscribe: async () => { ended = true; } });
  PushManager.prototype.subscribe = async () => {
    tries += 1;
    const fault = { 1: "NotAllowedError", 2: "AbortError" }[tries] ?? (ended ? null : "InvalidStateError");
    if (fault) throw new DOMException("", fault);
    return SUBSCRIPTION;
  };
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The notifications service with a provider to sign in at; petitions are decided by the test."""
    push = {"KENES_WEBPUSH_KEY": encoded(b"\1" * 32), "KENES_WEBPUSH_CONTACT": "mailto:admin@kenes.test"}
    with running_site(tmp_path_factory.mktemp("notifications"), push, service="notifications") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deciding(site: Site) -> AsyncIterator[Deciding]:
    """What happens to petitions."""
    async with Producer(site.product.kafka.bootstrap, "test") as producer:
        yield Deciding(producer)


async def test_following_a_petition_until_it_is_closed(browser: Browser, site: Site, deciding: Deciding) -> None:
    """Without a script, on a phone: the badge and the list are right on the next page that is opened."""
    name = "followed"
    await deciding.say(PETITIONS, name, *petition(name)[:3])
    async with visiting(browser, site, width=PHONE, locale="ru", java_script_enabled=False) as reader:
        page, title = reader.page, f"Парк у реки номер {name}"
        await reader.sign_in("dana", f"/follow?interest=petition:{name}")
        await steps.reload_until(page.locator("main", has_text=title))
        await page.get_by_label(say("cadence.at-once")).check()
        await page.get_by_role("button", name=say("follow.button")).click()
        await expect(page.locator(".banner")).to_contain_text(say("centre.said.followed"))
        await expect(page.locator(".followed").first).to_contain_text(title)

        await deciding.say(PETITIONS, name, petitions.Closed(petition=name, reason=petitions.CloseReason.WINDOW_ENDED))
        notice = page.locator(".notice", has_text=title)
        await steps.open_until(notice, f"{site.url}{CENTRE}/inbox")
        await expect(notice.first).to_have_class("notice is-unread")
        await page.get_by_role("button", name=say("inbox.read_all")).click()
        await expect(page.get_by_role("button", name=say("inbox.read_all"))).to_have_count(0)

        await reader.open(CENTRE)
        line = page.locator(".followed-line", has_text=title)
        await line.get_by_role("button", name=say("follow.stop")).click()
        await expect(page.locator(".banner")).to_contain_text(say("centre.said.unfollowed"))
        await expect(line).to_have_count(0)


async def test_the_badge_moves_by_itself(browser: Browser, site: Site, deciding: Deciding) -> None:
    name = "watched"
    await deciding.say(PETITIONS, name, *petition(name)[:3])
    async with visiting(browser, site, width=DESKTOP, locale="ru", expected=("status of 503",)) as reader:
        page = reader.page
        await page.route("**/inbox/live", lambda route: route.fulfill(status=503), times=1)
        await reader.sign_in("yerlan", f"/follow?interest=petition:{name}")
        await page.get_by_role("button", name=say("follow.button")).click()
        await expect(page.locator(".banner")).to_contain_text(say("centre.said.followed"))
        badge = page.locator("[data-inbox-count]")
        # That it was published may be told after it was followed.
        unread = int(await badge.inner_text() or 0)
        await deciding.say(PETITIONS, name, petitions.Closed(petition=name, reason=petitions.CloseReason.WINDOW_ENDED))
        await expect(badge).to_have_text(re.compile(rf"^({unread + 1}|{unread + 2})$"))
        await expect(page.locator(".inbox-link [role=status]")).to_contain_text("непрочитанн")


async def test_why_a_browser_is_not_told_is_said(browser: Browser, site: Site) -> None:
    subscription = json.dumps(Browsers("https://fcm.googleapis.com").subscribe())
    async with visiting(browser, site, width=DESKTOP, locale="ru", permissions=["notifications"]) as reader:
        page = reader.page
        await page.add_init_script(PUSH_MANAGER.replace("SUBSCRIPTION", subscription))
        await reader.sign_in("dana", CENTRE)
        connect, alert = page.get_by_role("button", name=say("push.connect")), page.get_by_role("alert")
        await connect.click()
        await expect(alert).to_have_text(say("push.denied"))
        await connect.click()
        await expect(alert).to_have_text(say("push.failed"))
        await connect.click()
        await expect(page.locator(".banner")).to_contain_text(say("centre.said.channel"))
        await expect(alert).to_have_count(0)


async def test_an_owner_of_streams(browser: Browser, site: Site) -> None:
    """An address inside the network is refused in words; a key is shown once."""
    async with visiting(browser, site, width=DESKTOP, locale="ru") as reader:
        page = reader.page
        await reader.sign_in("saule", "/streams")
        await page.fill("#name", "Поток министерства")
        await page.fill("#endpoint", "https://10.0.0.1/events")
        await page.select_option("#region", "KZ-75")
        await page.get_by_role("button", name=say("streams.create")).click()
        await expect(page.locator(".error-summary")).to_contain_text(say("streams.fault.endpoint"))
        await expect(page.locator("#name")).to_have_value("Поток министерства")
        await expect(page.locator("#region")).to_have_value("KZ-75")
        await reader.open("/streams/keys")
        await page.fill("#name", "программа")
        await page.get_by_role("button", name=say("keys.create")).click()
        secret = await page.locator(".secret").inner_text()
        await page.get_by_role("link", name=say("streams.to_stream")).click()
        await expect(page.locator(".followed-line")).to_contain_text("программа")
        assert secret.startswith("kenes_")
        assert secret not in await page.content()


async def test_every_page_by_the_rules_of_wcag(browser: Browser, site: Site, deciding: Deciding) -> None:
    name = "shown"
    await deciding.say(PETITIONS, name, *petition(name)[:3])
    visitors = ("/notifications", f"/follow?interest=petition:{name}", "/follow/by-mail/sent", "/developers")
    own = ("/notifications", f"/follow?interest=petition:{name}", "/notifications/inbox", "/streams", "/streams/keys")
    async with visiting(browser, site, width=PHONE, locale="kk") as reader:
        for path in visitors:
            await reader.open(path)
            assert await violations(reader.page) == [], path
        await reader.sign_in("dana", "/notifications")
        for path in own:
            await reader.open(path)
            assert await violations(reader.page) == [], path
