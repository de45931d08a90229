"""Petitions and draft laws are one site: their menus lead to each other, and signing in or out holds for both."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Browser, expect

from kenes.local import environment
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready, wait_ready
from kenes.local.process import ChildProcess
from tests.e2e.browsing import DESKTOP, PHONE, in_browser, visiting
from tests.e2e.site import Site, running_site
from tests.processes import READY_SECONDS, ROOT

pytestmark = in_browser


@contextmanager
def draft_laws(folder: Path, site: Site, port: int) -> Iterator[str]:
    """The site of consultations beside a product of petitions, on its servers; yields its origin."""
    metrics, origin = free_port(), f"http://{HOST}:{port}"
    told = {
        **site.product.environment("api"),
        environment.API_PORT: str(port),
        environment.METRICS_PORT: str(metrics),
        "KENES_PUBLIC_URL": origin,
        "KENES_SITES": json.dumps({"petitions": site.url, "consultations": origin}),
    }
    argv = [sys.executable, "-m", "services.consultations", "api"]
    child = ChildProcess("consultations-api", argv, folder / "consultations-api.log", env=told, cwd=ROOT)
    child.start()
    try:
        wait_ready(child, lambda: http_ready(f"http://{HOST}:{metrics}/readyz"), READY_SECONDS)
        yield origin
    finally:
        child.stop()


async def test_one_menu_and_one_login(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    sites = {"KENES_SITES": json.dumps({"consultations": f"http://{HOST}:{port}"})}
    with running_site(tmp_path, sites) as petitions, draft_laws(tmp_path, petitions, port) as drafts:
        for width in (PHONE, DESKTOP):
            async with visiting(browser, petitions, width=width) as visitor:
                page = visitor.page
                await visitor.open("/")
                await page.get_by_role("navigation").get_by_role("link", name="Draft laws").first.click()
                await page.wait_for_url(f"{drafts}/consultations")
                await page.get_by_role("link", name="Sign in").click()
                await visitor.choose("aigerim")
                await page.wait_for_url(f"{drafts}/consultations")
                await expect(page.get_by_role("banner")).to_contain_text("Айгерім С.")

                await page.get_by_role("navigation").get_by_role("link", name="Petitions").first.click()
                await page.wait_for_url(f"{petitions.url}/petitions")
                await expect(page.get_by_role("banner")).to_contain_text("Айгерім С.")
                await page.get_by_role("button", name="Sign out").click()
                await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
                await page.goto(f"{drafts}/")
                await page.wait_for_url(f"{drafts}/consultations")
                await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
