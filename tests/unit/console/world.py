"""The console without servers: what was seen is made up, and the pages are real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import PERSON, Authenticate, Authenticator
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.person import Assurance, Person
from kenes.kafka.cluster_model import Group, Layout, Member, Place
from kenes.kafka.decider import Position
from kenes.mongo.standings import ProjectionStanding, Standings
from kenes.web.app import build_app
from kenes.web.assets import KIT_STATIC, Assets
from kenes.web.confirmations import Confirmations
from kenes.web.context import web
from kenes.web.language import edge_catalogs
from kenes.web.live import LiveHub
from kenes.web.openapi import Operation
from kenes.web.pages import Pages
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from services.console.alerting.evaluating import Alert, Alerts
from services.console.alerting.rules import load_rules
from services.console.api import Api
from services.console.pages import page_routes
from services.console.pages.site import SHELL, ConsoleSite, desks
from services.console.runbook import Runbook
from services.console.sampling.broker import BrokerFigures, Slow
from services.console.sampling.history import History
from services.console.sampling.lag import lag_of
from services.console.sampling.processes import ProcessSight
from services.console.sampling.readings import Reading, State, group_positions, projection_positions
from services.console.sampling.snapshot import Snapshot, topic_figures
from services.console.sampling.topic_events import Sample
from services.console.sampling.watch import Sight
from services.console.serving import FOLDERS
from services.console.settings import FOLDER
from tests.stores import MemoryConfirmationStore, MemorySessionStore

ORIGIN = "http://127.0.0.1:8083"
HTML = {"accept": "text/html", "accept-language": "en"}
TOPIC = "petitions.signatures.v1"
A, B = Place(TOPIC, 0), Place(TOPIC, 1)


def person(*roles: str) -> Person:
    """Somebody with these roles."""
    return Person(
        issuer="https://id",
        subject="pavel",
        given_name="Pavel",
        family_name="Gromov",
        birth_date=date(1990, 1, 1),
        region="KZ-10",
        assurance=Assurance.HIGH,
        citizen=True,
        roles=frozenset({"citizen", *roles}),
    )


def snapshot(now: datetime, **changes: Any) -> Snapshot:
    """A broker with one topic, a group that is stuck on it, and a projection that is not."""
    member = Member("m-1", "agency", "10.0.0.7", (A, B))
    group = Group("agency", "classic", "Stable", 1, (member,), {A: 40})
    figures = BrokerFigures(
        Layout((1,), {A: 1, B: 1}),
        {A: 100, B: 7},
        {A: _ms(now - timedelta(seconds=2))},
        (group,),
        Slow(
            now,
            {A: 0, B: 0},
            {A: 5_000_000, B: 1_000},
            {A: _ms(now - timedelta(days=1))},
            {TOPIC: {"retention.ms": "-1"}},
        ),
    )
    standing = ProjectionStanding("tallies", 1, TOPIC, True, False, {0: Position(100, 1), 1: Position(7, 1)})
    told: dict[str, Any] = {
        "number": 1,
        "at": now,
        "broker": Sight(figures, now),
        "databases": {"petitions": Sight(Standings((standing,)), now)},
        "processes": Sight(
            {"petitions-api": ProcessSight(True), "petitions-stream": ProcessSight(False, "kafka: away")}
        ),
        "topics": topic_figures(figures),
        "groups": (
            Reading(
                group,
                "",
                lag_of(group_positions(group), figures.ends, {(A, 40): _ms(now - timedelta(minutes=4))}),
                now - timedelta(minutes=3),
                State.STUCK,
                2,
            ),
        ),
        "projections": (
            Reading(standing, "petitions", lag_of(projection_positions(standing), figures.ends, {}), None, State.FINE),
        ),
    }
    return Snapshot(**(told | changes))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


More = Callable[[ConsoleSite, Authenticate], tuple[Sequence[BaseRoute], Sequence[Operation]]]
"""Pages and operations of the API of another part of the console."""


class Samples:
    """An empty topic, whichever is asked for."""

    sample_: Sample = Sample(0, (), (), ())

    async def sample(self, _name: str, _figures: BrokerFigures) -> Sample:
        return self.sample_


class Past:
    """Alerts that are over."""

    def __init__(self, alerts: list[Alert]) -> None:
        self._alerts = alerts

    async def past(self, _count: int) -> list[Alert]:
        return self._alerts


@dataclass
class Seeing:
    """In the place of the sampler."""

    snapshot: Snapshot
    history: History


@dataclass
class World:
    """The pages, a browser, and what is seen."""

    client: httpx.AsyncClient
    seeing: Seeing
    samples: Samples
    alerts: Alerts

    async def get(self, path: str, headers: Mapping[str, str] = HTML) -> httpx.Response:
        return await self.client.get(path, headers=dict(headers))

    async def sign_in(self, *roles: str) -> None:
        told = person(*roles).as_dict()
        answer = await self.client.post("/test/login", json=told, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def console(
    seen: Snapshot | None = None, past: list[Alert] | None = None, more: More = lambda _site, _authenticate: ((), ())
) -> AsyncIterator[World]:
    """The console behind the edge; messages must be there in every language. `more` are parts beside its own."""
    settings = WebSettings(public_url=ORIGIN, session_name="kenes-console")
    catalogs = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales), strict=True)
    shown = Pages(
        catalogs,
        Assets((KIT_STATIC,), named={"console": FOLDERS.static}).url,
        templates=[FOLDERS.templates],
        shell=SHELL,
    )
    seeing = Seeing(seen or snapshot(datetime.now(UTC)), History(5))
    alerts, samples = Alerts(load_rules(FOLDER / "alerts"), {}), Samples()
    site = ConsoleSite(
        pages=shown,
        confirmations=Confirmations(MemoryConfirmationStore(), settings),
        folder="console",
        shell=SHELL,
        desks=desks,
        sampler=cast("Any", seeing),
        alerts=alerts,
        past_alerts=cast("Any", Past(past or [])),
        events=cast("Any", samples),
        runbook=Runbook(FOLDER.parent.parent / "docs" / "operations.md"),
        hub=LiveHub(event="look"),
    )
    authenticate = Authenticator(cast("Any", None)).person
    routes, operations = more(site, authenticate)
    api = Api(cast("Any", seeing), alerts, authenticate, operations)
    app = build_app(
        [Route("/test/login", _login, methods=["POST"]), *api.routes(), *routes, *page_routes(site)],
        settings=settings,
        catalogs=catalogs,
        sessions=Sessions(MemorySessionStore(), settings),
        problem_page=shown.problem_page,
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield World(client, seeing, samples, alerts)


async def _login(request: Request) -> Response:
    sessions = web(request.scope).sessions
    assert sessions is not None
    await sessions.login(request.scope, {PERSON: await request.json()})
    return PlainTextResponse("in")
