"""The server goes away and comes back: open pages find it again by themselves."""

from __future__ import annotations

import asyncio
import time

from playwright.async_api import expect

from tests.e2e.browsing import Visiting, in_browser
from tests.e2e.site import Client, Site
from tests.processes import Product

pytestmark = in_browser
COUNT = ".count-panel [data-live=count]"
LOST = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
"""What a browser notes while the server is away."""


def crash(product: Product) -> None:
    """Kills the api process, and returns when its successor is ready."""
    before = product.pid("api")
    product.kill("api")
    while not product.running("api") or product.pid("api") == before:
        time.sleep(0.05)
    product.wait_ready(["api"])


async def test_a_live_count_goes_on_after_the_server_was_killed(visit: Visiting, client: Client, site: Site) -> None:
    petition = await client.petition("ru")
    async with visit(expected=LOST) as reader, visit(expected=LOST, width=360) as other:
        for visitor in (reader, other):
            await visitor.open(f"/petitions/{petition}")
            await visitor.page.evaluate("window.stillTheSamePage = true")
        await client.sign(petition, "dana")
        for visitor in (reader, other):
            await expect(visitor.page.locator(COUNT)).to_have_text("1")

        await asyncio.to_thread(crash, site.product)
        await client.sign(petition, "olga")
        for visitor in (reader, other):
            await expect(visitor.page.locator(COUNT)).to_have_text("2")
            assert await visitor.page.evaluate("window.stillTheSamePage === true")


async def test_whoever_was_signed_in_still_is_after_a_restart(visit: Visiting, site: Site) -> None:
    async with visit(person="serik", expected=LOST) as person:
        await asyncio.to_thread(crash, site.product)
        await person.open("/me")
        await expect(person.page.locator(".site-person")).to_have_text("Серік Б.")
