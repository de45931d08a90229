"""The page of opinion groups: a plot and a table that say the same in three languages; one's own place for oneself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

import httpx
import pytest
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kenes.identity.access import PERSON
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring
from kenes.mongo.client import Document
from kenes.web.app import build_app
from kenes.web.assets import KIT_STATIC, Assets
from kenes.web.confirmations import Confirmations
from kenes.web.context import web
from kenes.web.language import edge_catalogs
from kenes.web.pages import Pages
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from kenes.web.site import Site
from schemas.consultations.parts import DraftKind, Stakeholder, Title
from schemas.parts import RulePackRef
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.opinion import OpinionGroups, OpinionState
from services.consultations.opinion.view import Groups, view_of
from services.consultations.pages.groups import OpinionPages
from services.consultations.pages.site import SHELL, desks
from services.consultations.serving import FOLDERS
from tests.stores import MemoryConfirmationStore, MemorySessionStore
from tests.unit.consultations.opinion.planted import planted

ORIGIN = "http://127.0.0.1:8080"
KEYRING = Keyring(b"k" * 32)
PATH = "/consultations/c/groups"
IT = Consultation(
    id="c",
    body="kz-government",
    rules=RulePackRef(id="kz-draft-laws", version="1"),
    kind=DraftKind.LAW,
    title=Title(kk="Медиа туралы заң", ru="Закон о медиа"),
    status=Status.OPEN,
    prepared_at=datetime(2026, 9, 1, tzinfo=UTC),
)
ME = Person(
    issuer="https://id",
    subject="aigerim",
    given_name="Aigerim",
    family_name="Saparova",
    birth_date=date(1990, 1, 1),
    region="KZ-75",
    assurance=Assurance.HIGH,
    citizen=True,
    roles=frozenset({"citizen"}),
)


def groups(*, of_groups: int = 3, mine: Mapping[str, int] | None = None) -> OpinionGroups:
    """Sixty people in three groups and of two classes; `mine` are the votes of the reader."""
    found = planted(60, 12, of_groups, seen=1.0)
    state = found.state()
    for person in range(60):
        state.declare(f"p{person}", Stakeholder.NGO if person % 2 else Stakeholder.EXPERT)
        state.take(f"p{person}", "common", 1)
    for comment, side in (mine or {}).items():
        state.take(KEYRING.pseudonym("c", ME.id), comment, side)
    return state.recompute()


def words(found: OpinionGroups) -> dict[str, Document]:
    said = {"text": "Everybody may <b>ask</b> about", "language": "en", "stakeholder": "public"}
    return {comment: {**said, "text": f"{said['text']} {comment}"} for comment in found.comments}


@dataclass(frozen=True, kw_only=True)
class _Site(Site):
    """As much of the pages' site as this page asks for."""

    found: OpinionGroups
    keyring: Keyring = KEYRING

    @property
    def groups(self) -> Any:
        return self

    @property
    def votes(self) -> Any:
        return self

    def acts(self, _consultation: str) -> int:
        return self.found.votes

    async def of(self, consultation: str) -> Groups:
        return Groups(view_of(consultation, self.found, words(self.found)), self.found)

    async def consultation(self, _request: Request) -> Consultation:
        return IT


@asynccontextmanager
async def page_of(found: OpinionGroups, person: Person | None = None) -> AsyncIterator[httpx.AsyncClient]:
    settings = WebSettings(public_url=ORIGIN)
    catalogs = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales), strict=True)
    shown = Pages(catalogs, Assets((KIT_STATIC, FOLDERS.static)).url, templates=[FOLDERS.templates], shell=SHELL)
    confirmations = Confirmations(MemoryConfirmationStore(), settings)
    site = _Site(
        pages=shown, confirmations=confirmations, folder="consultations", shell=SHELL, desks=desks, found=found
    )
    app = build_app(
        [Route("/in", _login, methods=["POST"]), *OpinionPages(cast("Any", site)).routes()],
        settings=settings,
        catalogs=catalogs,
        sessions=Sessions(MemorySessionStore(), settings),
        problem_page=shown.problem_page,
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"accept": "text/html"}) as client:
        if person is not None:
            await client.post("/in", json=person.as_dict(), headers={"sec-fetch-site": "same-origin"})
        yield client


async def _login(request: Request) -> Response:
    sessions = web(request.scope).sessions
    assert sessions is not None
    await sessions.login(request.scope, {PERSON: await request.json()})
    return PlainTextResponse("in")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_the_plot_and_the_table_say_the_same(language: str) -> None:
    found = groups()
    async with page_of(found) as client:
        page = await client.get(f"{PATH}?lang={language}")
    assert page.status_code == 200
    assert page.text.count("<circle class") == len(found.plot.bubbles)
    table = page.text.split('<table class="table', 1)[1].split("</table>", 1)[0]
    for group, row in zip(found.groups, found.plot.rows, strict=True):
        assert f'aria-hidden="true">{group.letter}</text>' in page.text
        assert f">{group.people}<" in table
        assert f'cx="{found.plot.bubbles[0].x}"' in page.text
        assert row.people == group.people
    assert '<svg role="img"' in page.text
    assert 'aria-labelledby="plot-title plot-desc"' in page.text
    described = page.text.split('<desc id="plot-desc">', 1)[1].split("</desc>", 1)[0]
    assert all(str(group.people) in described for group in found.groups)


async def test_words_of_people_are_shown_as_text() -> None:
    found = groups()
    async with page_of(found) as client:
        page = await client.get(PATH, headers={"accept-language": "ru"})
    assert "<b>ask</b>" not in page.text
    assert str(Markup.escape("<b>ask</b>")) in page.text
    assert 'class="said-text" lang="en"' in page.text


async def test_every_group_and_both_kinds_of_consensus_are_told() -> None:
    found = groups(of_groups=2)
    assert found.across_groups
    assert found.across_classes
    async with page_of(found) as client:
        page = (await client.get(PATH, headers={"accept-language": "en"})).text
    for each in (*found.groups[0].representatives, *found.groups[1].representatives):
        assert f"about {each.comment}<" in page
        assert f'href="/consultations/c/comments/{each.comment}"' in page
    assert "What all groups share" in page
    links = set(re.findall(r'<a [^>]*href="([^"]+)"', page.split("<main", 1)[1].split("</main>", 1)[0]))
    others = {link for link in links if not link.startswith("/consultations/c/comments/")}
    assert others == {"/consultations", "/consultations/c", PATH, "/api/consultations/v1/consultations/c/groups"}
    assert re.search(r"NGOs</span>.*Experts</span>|Experts</span>.*NGOs</span>", page, re.DOTALL)


async def test_nothing_is_told_of_groups_too_small_to_show() -> None:
    state = OpinionState()
    for person in range(4):
        for comment in range(8):
            state.take(f"p{person}", f"c{comment}", 1 if person % 2 else -1)
    async with page_of(state.recompute()) as client:
        page = (await client.get(PATH, headers={"accept-language": "en"})).text
    assert "Groups need at least 38 more votes" in page
    assert "fewer than 5 people · 32 votes" in page
    assert 'class="button is-secondary" href="/consultations/c"' in page
    assert "<circle" not in page.split("<main", 1)[1].split("</main>", 1)[0]


async def test_visitors_copies_may_be_kept_and_a_persons_own_not() -> None:
    async with page_of(groups()) as client:
        assert "public" in (await client.get(PATH)).headers["cache-control"]
    async with page_of(groups(), ME) as client:
        page = await client.get(PATH, headers={"accept-language": "en"})
        assert "private" in page.headers["cache-control"]
        assert "You have not voted yet" in page.text


async def test_only_the_person_sees_which_group_they_are_in() -> None:
    found = groups(of_groups=2)
    sides = {f"c{comment}": 1 for comment in range(12)}
    counted, few = groups(of_groups=2, mine=sides), groups(of_groups=2, mine={"c0": 1})
    voter = KEYRING.pseudonym("c", ME.id)
    assert voter in counted.group_of
    assert voter not in found.group_of
    async with page_of(counted, ME) as client:
        page = (await client.get(PATH, headers={"accept-language": "en"})).text
        assert re.search(r"You are in group [AB]\.", page)
        assert "Only you see this" in page
    async with page_of(few, ME) as client:
        page = (await client.get(PATH, headers={"accept-language": "en"})).text
        assert re.search(r"you are nearest to group [AB]\.", page)
    async with page_of(counted) as client:
        page = (await client.get(PATH, headers={"accept-language": "en"})).text
        assert "You are in group" not in page
        assert voter not in page
