"""One act made through HTTP is one trace: request, decision, public event, fan-out, delivery, an agency's webhook."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, NamedTuple

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.local.environment import API_PORT, METRICS_PORT
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready, wait_ready
from kenes.local.process import ChildProcess
from kenes.observe import tracing
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from schemas.notifications.petitions import PetitionPublished
from schemas.topics import (
    DELIVERIES,
    DELIVERY_ATTEMPTS,
    DELIVERY_REQUESTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    PETITION_REQUESTS,
    PETITIONS,
    PUBLIC_EVENTS,
    PUBLICATION_REQUESTS,
    SUBSCRIPTIONS,
)
from services.console.serving import FOLDERS
from tests.console_site import ConsoleSite, running_console
from tests.e2e import steps
from tests.e2e.browsing import PHONE, in_browser, visiting
from tests.e2e.consultations import violations
from tests.e2e.site import API, TEXTS, Client, Site, client_of, running_site
from tests.integration import streaming
from tests.processes import ROOT
from tests.receiver import receiving

pytestmark = [*in_browser, pytest.mark.timeout(600)]
say: Final = Translator(edge_catalogs([LOGIN_LOCALES, FOLDERS.locales]), "en")
SPAN: Final = "00f067aa0ba902b7"
READY: Final = 90.0
COURSE: Final = (
    PETITION_REQUESTS,
    PETITIONS,
    PUBLICATION_REQUESTS,
    PUBLIC_EVENTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    DELIVERY_REQUESTS,
    DELIVERIES,
)
"""The topics that the publication of a petition goes through, up to its author's inbox."""


class Ports(NamedTuple):
    """Where what tells followers answers, and where an agency's receiver does."""

    api: int
    hook: int


@contextmanager
def notifying(site: Site, ports: Ports) -> Iterator[None]:
    """What tells followers runs beside the petitions."""
    children = []
    told = {
        API_PORT: str(ports.api),
        "KENES_PUBLIC_URL": f"http://{HOST}:{ports.api}",
        "KENES_EGRESS_TEST_TARGETS": f'["http://{HOST}:{ports.hook}"]',
    }
    try:
        for role in ("stream", "project", "api"):
            port = free_port()
            environment = site.product.environment(role) | told | {METRICS_PORT: str(port)}
            argv = [sys.executable, "-m", "services.notifications", role]
            log = site.product.logs / f"notifications-{role}.log"
            child = ChildProcess(f"notifications-{role}", argv, log, env=environment, cwd=ROOT)
            child.start()
            children.append((child, f"http://{HOST}:{port}/readyz"))
        for child, ready in children:
            wait_ready(child, partial(http_ready, ready), READY)
        yield
    finally:
        for child, _ in children:
            child.terminate()
        for child, _ in children:
            child.stop()


@pytest.fixture(scope="module")
def ports() -> Ports:
    """Addresses that are known before anything runs."""
    return Ports(free_port(), free_port())


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Site]:
    """Petitions and notifications with servers of their own."""
    with running_site(tmp_path_factory.mktemp("traced")) as running, notifying(running, ports):
        yield running


@pytest.fixture(scope="module")
def console(own: Site) -> Iterator[ConsoleSite]:
    """The operators' site over them."""
    with running_console(own.product, own.identity, roles=["api"]) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(own: Site) -> AsyncIterator[Client]:
    """Makes petitions without a browser."""
    async with client_of(own) as client:
        yield client


async def traced(site: Site, people: Client, path: str, body: Any = None) -> tuple[str, dict[str, Any]]:
    """What Madina's request is answered, and the trace it was made in."""
    trace = secrets.token_hex(16)
    headers = {
        "authorization": f"Bearer {await people._token('madina')}",
        "prefer": "wait=60",
        "traceparent": f"00-{trace}-{SPAN}-01",
    }
    async with httpx.AsyncClient(timeout=120) as http:
        answer = await http.post(f"{site.url}{API}{path}", headers=headers, json=body)
    assert answer.status_code in (200, 201), answer.text
    assert trace in answer.headers["traceresponse"]
    found: dict[str, Any] = answer.json()
    return trace, found


async def test_a_publication_is_one_trace_from_the_click_to_the_inbox(
    browser: Browser, own: Site, console: ConsoleSite, people: Client
) -> None:
    async with visiting(browser, console, width=PHONE, java_script_enabled=False) as operator:  # type: ignore[arg-type]
        page = operator.page
        begun, created = await traced(own, people, "/petitions", TEXTS["en"])
        await operator.sign_in("pavel", "/traces")
        # The author follows the petition once this is decided, and is then told of its publication.
        follows = page.locator("tr[id^='step-']", has_text=SUBSCRIPTIONS.name)
        await steps.open_until(follows.first, f"{console.url}/traces/{begun}")

        trace, _ = await traced(own, people, f"/petitions/{created['petition']}/submission")
        told = page.locator("tr[id^='step-']", has_text=DELIVERIES.name)
        await steps.open_until(told.first, f"{console.url}/traces/{trace}")
        rows = {topic.name: page.locator("tr[id^='step-']", has_text=f"{topic.name} ") for topic in COURSE}
        numbers = [int(await rows[topic.name].first.locator("th").inner_text()) for topic in COURSE]
        assert numbers == sorted(numbers)
        causes = [rows[topic.name].first.locator("td").nth(5) for topic in COURSE]
        await expect(causes[0]).to_contain_text(say("trace.http"))
        for cause, number in zip(causes[1:], numbers, strict=False):
            await expect(cause.locator("a")).to_have_text(str(number))
        await expect(page.locator(".trace-row.is-click")).to_have_count(1)

        event = await rows[PUBLIC_EVENTS.name].first.locator("td").nth(6).locator(".mono").inner_text()
        await operator.open("/traces")
        await page.get_by_label(say("traces.q")).fill(event)
        await page.get_by_role("button", name=say("traces.find")).click()
        await expect(page.locator("h1")).to_contain_text(trace)

    # With its script, and by the rules of WCAG on a phone and on a desk.
    async with visiting(browser, console) as reader:  # type: ignore[arg-type]
        await reader.sign_in("pavel", f"/traces/{trace}")
        await expect(reader.page.locator("tr[id^='step-']")).not_to_have_count(0)
        assert await violations(reader.page) == []
        await reader.open(f"/traces/{secrets.token_hex(16)}")
        await expect(reader.page.locator(".empty")).to_contain_text(say("trace.none"))
        assert await violations(reader.page) == []
        await reader.open("/traces?q=nothing")
        await expect(reader.page.locator(".error-summary")).to_contain_text(say("traces.malformed"))
        assert await violations(reader.page) == []


async def test_what_an_agency_is_sent_belongs_to_the_trace_of_the_click(
    browser: Browser, own: Site, console: ConsoleSite, people: Client, ports: Ports
) -> None:
    _, created = await traced(own, people, "/petitions", TEXTS["ru"])
    petition = created["petition"]
    headers = {"authorization": f"Bearer {await people._token('madina')}", "prefer": "wait=60"}
    base = f"http://{HOST}:{ports.api}{streaming.API}"
    async with (
        receiving(ports.hook) as receiver,
        httpx.AsyncClient(base_url=base, headers=headers, timeout=120) as owner,
    ):
        wanted = {"petitions": [petition], "types": [PetitionPublished.TYPE]}
        stream = await streaming.active(owner, receiver.url, filter=wanted)
        trace, _ = await traced(own, people, f"/petitions/{petition}/submission")
        await receiver.until(lambda: len(receiver.taken) == 1)
        (got,) = receiver.taken
        sent, began = tracing.parse(got.headers["traceparent"]), tracing.parse(got.event["traceparent"])
        assert sent is not None
        assert began is not None
        assert sent.trace_id == began.trace_id == trace
        assert sent.span_id != began.span_id, "each try is a span of its own"

    async with visiting(browser, console, width=PHONE) as operator:  # type: ignore[arg-type]
        await operator.sign_in("pavel", f"/traces/{trace}")
        row = operator.page.locator("tr[id^='step-']", has_text=DELIVERY_ATTEMPTS.name)
        await steps.open_until(row.first, f"{console.url}/traces/{trace}")
        await expect(row).to_have_count(1)
        for words in (say("trace.try", number=1), stream["stream"], say("trace.result.delivered"), "HTTP 204"):
            await expect(row).to_contain_text(words)
        told = operator.page.locator("tr[id^='step-']", has_text=f"{PUBLIC_EVENTS.name} ")
        await expect(row.locator("td").nth(5).locator("a")).to_have_text(await told.locator("th").inner_text())
        assert str(ports.hook) not in await operator.page.content(), "where it was sent is its owner's"
        assert await violations(operator.page) == []
