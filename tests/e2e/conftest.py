"""The product, the browser and the people of the browser tests: there from the first of these tests to the last.

What stands idle afterwards would take its share of the machine from all other tests.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.e2e.browsing import Visiting, launched, visiting
from tests.e2e.journey import Library, make_library
from tests.e2e.site import Client, Site, all_packs, client_of, running_site
from tests.processes import KEPT


@pytest.fixture(scope="package")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One product for all browser tests; each works on petitions of its own. Its logs outlive a failed run."""
    failed_before = request.session.testsfailed
    packs = {"KENES_PETITIONS_RULE_PACKS": str(all_packs(tmp_path_factory.mktemp("packs") / "rule_packs"))}
    with running_site(tmp_path_factory.mktemp("site"), packs) as running:
        yield running
        if request.session.testsfailed > failed_before:
            kept = KEPT / f"e2e-{time.strftime('%Y%m%d-%H%M%S')}"
            shutil.copytree(running.product.logs, kept)
            sys.stderr.write(f"logs of the processes are kept in {kept}\n")


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser; people get profiles of their own in it."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def client(site: Site) -> AsyncIterator[Client]:
    """Makes petitions and signatures without a browser."""
    async with client_of(site) as client:
        yield client


@pytest.fixture
def visit(browser: Browser, site: Site) -> Visiting:
    """`async with visit(person="aigerim", width=360) as visitor:`"""
    return partial(visiting, browser, site)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def library(client: Client) -> Library:
    """Petitions in every state, which tests read and leave as they are."""
    return await make_library(client)
