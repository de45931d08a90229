"""An official links the public channel of their body by the pages alone, without a script, and reads how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser, expect

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.local.environment import telegram
from kenes.local.probe import HOST
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.notifications.serving import FOLDERS
from tests.e2e import steps
from tests.e2e.browsing import PHONE, in_browser, visiting
from tests.e2e.consultations import violations
from tests.e2e.site import Site, running_site
from tests.sinks import free_sinks, running_sinks

pytestmark = in_browser
say: Final = Translator(edge_catalogs([LOGIN_LOCALES, FOLDERS.locales, *FOLDERS.more_locales]), "ru")
PATH: Final = "/notifications/public-channels"
NAME: Final = "minkultury_news"


@dataclass(frozen=True)
class Place:
    """The site, and the Telegram that it knows."""

    site: Site
    messenger: str

    def keep(self, bot: str, description: str) -> None:
        """What whoever looks after the channel does there."""
        form = {"name": NAME, "title": "Новости культуры", "description": description, "bot": bot}
        assert httpx.post(f"{self.messenger}/channels", data=form).status_code == 303


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Notifications with Telegram and without mail."""
    sinks = free_sinks(tmp_path_factory.mktemp("telegram"))
    told = telegram(HOST, sinks.telegram_port)
    with (
        running_sinks(sinks, "telegram"),
        running_site(tmp_path_factory.mktemp("channels"), told, service="notifications") as site,
    ):
        yield Place(site, f"http://{HOST}:{sinks.telegram_port}")


async def test_a_channel_from_its_name_to_the_day_it_drops_the_bot(browser: Browser, place: Place) -> None:
    """What is missing is named; what was chosen is shown by its name; what ended is told on every page of officials."""
    async with visiting(browser, place.site, width=PHONE, locale="ru", java_script_enabled=False) as reader:
        page, one = reader.page, f"{place.site.url}{PATH}/kz-culture-information/{NAME}"
        await reader.sign_in("botagoz", PATH)
        await page.get_by_label(say("channels.name")).fill("не имя")
        await page.get_by_role("button", name=say("channels.next")).click()
        await expect(page.locator(".error-summary")).to_contain_text(say("channels.name_fault"))
        await page.get_by_label(say("channels.name")).fill(f"t.me/{NAME}")
        await page.get_by_role("button", name=say("channels.next")).click()
        code = (await page.locator("code").inner_text()).strip()
        await page.get_by_role("button", name=say("channels.link"), exact=True).click()
        await steps.open_until(page.locator(".banner", has_text=say("channels.fault.not-found")), one)

        place.keep("posts", f"Новости. {code}")
        await page.get_by_role("button", name=say("channels.link"), exact=True).click()
        await steps.open_until(page.locator(".tag", has_text=say("channels.state.linked")), one)
        await expect(page.locator("#told ~ .followed")).to_contain_text("Министерство культуры и информации")
        await expect(page.locator("#history ~ .followed")).to_contain_text("Ботагөз Сейітова")

        place.keep("kicked", "")
        dropped = page.locator(".banner", has_text=say("channels.gone", name=NAME))
        await steps.open_until(dropped, one)
        await reader.open("/notifications")
        await expect(dropped).to_be_visible()


@pytest.mark.parametrize("path", ["", f"/new?body=kz-culture-information&name={NAME}2"])
async def test_the_pages_are_for_everybody(browser: Browser, place: Place, path: str) -> None:
    async with visiting(browser, place.site, width=PHONE, locale="kk") as reader:
        await reader.sign_in("botagoz", PATH)
        await reader.open(f"{PATH}{path}")
        assert await violations(reader.page) == []


async def test_a_channels_own_page_is_for_everybody_and_for_no_others(browser: Browser, place: Place) -> None:
    async with visiting(browser, place.site, width=PHONE, locale="kk") as reader:
        await reader.sign_in("botagoz", PATH)
        await reader.open(f"{PATH}/new?body=kz-culture-information&name=other_channel")
        await reader.page.locator("main form button[type=submit]").click()
        await reader.page.wait_for_url("**/other_channel")
        assert await violations(reader.page) == []
    async with visiting(browser, place.site, width=PHONE, locale="kk") as reader:
        await reader.sign_in("dana", "/notifications")
        answer = await reader.page.goto(f"{place.site.url}{PATH}/kz-culture-information/other_channel")
        assert answer is not None
        assert answer.status == 403
