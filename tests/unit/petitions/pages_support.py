"""The pages over what a test says is stored: no broker, no database, the real edge and templates."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kenes.identity.access import PERSON
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.waiting import Decisions
from kenes.mail.letter import LOCALES as MAIL_LOCALES
from kenes.service.answers import ReceiptView
from kenes.service.asking import Outcome
from kenes.web.app import build_app
from kenes.web.assets import KIT_STATIC, Assets
from kenes.web.confirmations import Confirmations
from kenes.web.context import web
from kenes.web.language import edge_catalogs
from kenes.web.live import LiveHub
from kenes.web.pages import Pages
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    Category,
    Closed,
    CloseReason,
    Created,
    Goal,
    LifecycleRequest,
    PetitionRefused,
    PetitionText,
    PrivateEntry,
    SignatureAccepted,
    SignatureRefused,
)
from services.petitions.commands import Comment as Wish
from services.petitions.commands import RulesChoice
from services.petitions.discussion.reads import AnswerDraft, Comment, Version
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Milestone, Status
from services.petitions.live import LiveCounts
from services.petitions.mailed.mailing import Mailing
from services.petitions.offering import Offer
from services.petitions.pages import page_routes
from services.petitions.pages.reads import Page
from services.petitions.pages.site import SHELL, PetitionSite, desks
from services.petitions.queries import Signed, TookPart
from services.petitions.rights import Rights
from services.petitions.rule_packs import load_rule_packs
from services.petitions.serving import FOLDERS
from tests.stores import MemoryConfirmationStore, MemorySessionStore

ORIGIN = "http://127.0.0.1:8080"
KEYRING = Keyring(b"k" * 32)
PACKS = load_rule_packs(Path("services/petitions/rule_packs"))
RULES = PACKS.in_force("kz-republic", datetime.now(UTC)).ref
NOW = datetime.now(UTC)
HTML = {"accept": "text/html", "accept-language": "en"}
MINE = PrivateEntry(owner="owner", entry="entry", note="note")


def person(subject: str = "aigerim", **changes: Any) -> Person:
    """A grown-up citizen of Almaty, but for what is changed."""
    told: dict[str, Any] = {
        "issuer": "https://id",
        "subject": subject,
        "given_name": "Aigerim",
        "family_name": "Saparova",
        "birth_date": date(1990, 1, 1),
        "region": "KZ-75",
        "assurance": Assurance.HIGH,
        "citizen": True,
        "roles": frozenset({"citizen"}),
    }
    return Person(**{**told, **changes})


AUTHOR, READER = person("author"), person("reader")


def petition(
    status: Status = Status.COLLECTING, number: int = 1, title: str = "Open the lake to everybody"
) -> Petition:
    """A petition of AUTHOR in a state of its life."""
    petition_id = f"00000000-0000-4000-8000-{number:012}"
    opened = None if status is Status.DRAFT else NOW - timedelta(days=9)
    over = status in (Status.CLOSED, Status.MODERATION, Status.SUSPENDED)
    return Petition(
        id=petition_id,
        author=KEYRING.pseudonym(petition_id, AUTHOR.id),
        text=PetitionText(
            language="en",
            title=title,
            text="The shore is fenced off on three sides and nobody can say by whom.\n\nIt was open.",
            proposal="Take the fences down.",
            category=Category.ENVIRONMENT,
            region="KZ-35",
        ),
        rules=RULES,
        goals=(Goal(signatures=50_000, effect="consideration"),),
        sealed="sealed",
        owner="owner",
        status=status,
        created_at=NOW - timedelta(days=12),
        opened_at=opened,
        published_at=None if status in (Status.DRAFT, Status.GATHERING, Status.MODERATION) else opened,
        closes_at=opened and NOW + timedelta(days=100),
        closed_at=NOW - timedelta(days=1) if over else None,
        timeline=(
            Milestone(what="created", at=NOW - timedelta(days=12)),
            *((Milestone(what="published", at=opened),) if opened and status is Status.SUSPENDED else ()),
        ),
    )


@dataclass
class Said:
    """What a discussion reads."""

    written: list[Comment] = field(default_factory=list)
    texts: list[Version] = field(default_factory=list)
    drafts: list[AnswerDraft] = field(default_factory=list)

    async def answer_drafts(self, _petition: Petition) -> list[AnswerDraft]:
        return self.drafts

    async def comments(self, _petition: Petition, numbers: Sequence[int]) -> list[Comment]:
        return [each for number in numbers for each in self.written if each.number == number]

    async def versions(self, _petition: Petition) -> list[Version]:
        return self.texts


@dataclass
class Stored:
    """What is read."""

    petitions: list[Petition] = field(default_factory=lambda: [petition()])
    standing_of: set[str] = field(default_factory=set)
    receipts: dict[Receipt, ReceiptView] = field(default_factory=dict)
    said: Said = field(default_factory=Said)

    async def petition(self, petition_id: str) -> Petition | None:
        return next((each for each in self.petitions if each.id == petition_id), None)

    async def by_ids(self, ids: Sequence[str]) -> list[Petition]:
        return [each for each in self.petitions if each.id in ids]

    async def standing(self, _petition: str, who: Person) -> bool | None:
        return True if who.id in self.standing_of else None

    async def signed_by(self, who: Person) -> list[Signed]:
        return [Signed(self.petitions[0].id, NOW, signed=True)] if who.id in self.standing_of else []

    async def authored_by(self, who: Person) -> list[str]:
        return [each.id for each in self.petitions] if who == AUTHOR else []

    async def took_part(self, _who: Person) -> list[TookPart]:
        return []

    @property
    def discussions(self) -> Said:
        return self.said

    async def history(self, _petition: str) -> dict[datetime, dict[str, int]]:
        return {NOW - timedelta(days=2): {"KZ-75": 3}}

    async def latest_names(self, _petition: str, _limit: int) -> list[str]:
        return ["Olga V."]

    async def public_name(self, *_: str) -> str | None:
        return "Aigerim S."

    async def signature_receipt(self, receipt: Receipt) -> ReceiptView | None:
        return self.receipts.get(receipt)

    petition_receipt = signature_receipt

    async def page(self, *_: object) -> Page:
        return Page(self.petitions, 1, 1, len(self.petitions))

    async def moved(self, *_: object) -> list[tuple[Petition, int]]:
        return []

    async def similar(self, *_: object) -> list[Petition]:
        return self.petitions[:1]


@dataclass
class Asked:
    """What is asked for, and how it is decided."""

    done: list[tuple[str, Any]] = field(default_factory=list)
    rules: RulesChoice | None = None
    down: bool = False
    undecided: bool = False
    refusal: str | None = None
    petition_decisions: Decisions = field(default_factory=Decisions)
    signature_decisions: Decisions = field(default_factory=Decisions)

    @property
    def life(self) -> SimpleNamespace:
        return SimpleNamespace(decisions=self.petition_decisions)

    @property
    def signing(self) -> SimpleNamespace:
        return SimpleNamespace(decisions=self.signature_decisions)

    async def sign(self, who: Person, petition_id: str, *, listed: bool, wait: float) -> Outcome:
        self._ask("sign", listed)
        signer = KEYRING.pseudonym(petition_id, who.id)
        if self.refusal:
            data: Payload = SignatureRefused(petition=petition_id, signer=signer, request="sign", code=self.refusal)
        else:
            data = SignatureAccepted(
                petition=petition_id, signer=signer, act=1, region="KZ-75", listed=listed, sealed="s", mine=MINE
            )
        return self._outcome(petition_id, data, self.signature_decisions)

    async def withdraw(self, who: Person, petition_id: str, *, wait: float) -> Outcome:
        self._ask("withdraw", None)
        signer = KEYRING.pseudonym(petition_id, who.id)
        data = SignatureRefused(petition=petition_id, signer=signer, request="withdraw", code="petition-closed")
        return self._outcome(petition_id, data, self.signature_decisions)

    async def create(
        self, _who: Person, text: PetitionText, rules: RulesChoice, _wait: float, key: str | None
    ) -> Outcome:
        self.rules = rules
        self._ask("create", (text, key))
        data: Payload = Created(
            petition="new",
            author="a",
            text=text,
            rules=RULES,
            level="country",
            body="parliament",
            goals=petition().goals,
            sealed="s",
            mine=MINE,
        )
        if self.refusal:
            data = PetitionRefused(petition="new", request="create", code=self.refusal)
        return self._outcome("new", data, self.petition_decisions)

    async def comment(self, _who: Person, said: Wish, _wait: float) -> Outcome:
        self._ask("comment", said)
        return self._life(said.petition)

    async def join(self, _who: Person, petition_id: str, revision: int, *, listed: bool, wait: float) -> Outcome:
        self._ask("join", (revision, listed))
        return self._life(petition_id)

    def actor(self, petition_id: str, who: Person) -> Actor:
        return Actor(pseudonym=KEYRING.pseudonym(petition_id, who.id), roles=tuple(sorted(who.roles)))

    async def ask(self, request: LifecycleRequest, _wait: float) -> Outcome:
        self._ask(request.TYPE, request)
        return self._life(request.petition)

    def _life(self, petition_id: str) -> Outcome:
        data: Payload = Closed(petition=petition_id, reason=CloseReason.AUTHOR)
        if self.refusal:
            data = PetitionRefused(petition=petition_id, request="asked", code=self.refusal)
        return self._outcome(petition_id, data, self.petition_decisions)

    def _ask(self, what: str, how: Any) -> None:
        if self.down:
            raise BrokerUnavailableError("away")
        self.done.append((what, how))

    def _outcome(self, petition_id: str, data: Payload, decisions: Decisions) -> Outcome:
        event = Event(id="e", source="/petitions", subject=petition_id, time=NOW, data=data, sequence=7)
        decision = Recorded(partition=3, offset=1, time=NOW, key=b"", event=event)
        if not self.undecided:
            decisions.note(decision)
        return Outcome(Receipt(3, 7), petition_id, None if self.undecided else decision)


class Vaulted:
    """People's keys: `destroyed` names whose are gone."""

    def __init__(self) -> None:
        self.destroyed: list[str] = []

    async def find(self, _who: str) -> None:
        return None

    async def destroy(self, who: str) -> None:
        self.destroyed.append(who)


@dataclass
class World:
    """The pages, what they read and what they ask for."""

    client: httpx.AsyncClient
    stored: Stored
    asked: Asked
    sessions: MemorySessionStore
    vault: Vaulted
    counts: LiveCounts

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**HTML, **headers})

    async def post(self, path: str, data: dict[str, str]) -> httpx.Response:
        return await self.client.post(path, data=data, headers={**HTML, "sec-fetch-site": "same-origin"})

    async def sign_in(self, who: Person) -> None:
        answer = await self.client.post("/test/login", json=who.as_dict(), headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def pages(
    stored: Stored | None = None,
    asked: Asked | None = None,
    mailing: Mailing | None = None,
    offered: Sequence[str] = ("*",),
    sites: Mapping[str, str] | None = None,
) -> AsyncIterator[World]:
    """The pages behind the edge; messages must be there in every language."""
    stored, asked, settings = stored or Stored(), asked or Asked(), WebSettings(public_url=ORIGIN)
    catalogs = edge_catalogs((LOGIN_LOCALES, MAIL_LOCALES, FOLDERS.locales), strict=True)
    shown = Pages(catalogs, Assets((KIT_STATIC, FOLDERS.static)).url, templates=[FOLDERS.templates], shell=SHELL)
    counts = LiveCounts(LiveHub(), small_group=5)
    store, vault = MemorySessionStore(), Vaulted()
    site = PetitionSite(
        pages=shown,
        folder="petitions",
        shell=SHELL,
        desks=desks,
        commands=cast("Any", asked),
        queries=cast("Any", stored),
        rights=Rights(KEYRING, cast("Any", vault), cast("Any", stored), store),
        reads=cast("Any", stored),
        counts=counts,
        packs=PACKS,
        offer=Offer(PACKS, offered),
        keyring=KEYRING,
        confirmations=Confirmations(MemoryConfirmationStore(), settings),
        small_group=5,
        sites=sites or {},
        mailing=mailing,
    )
    app = build_app(
        [Route("/test/login", _login, methods=["POST"]), *page_routes(site)],
        settings=settings,
        catalogs=catalogs,
        sessions=Sessions(store, settings, owner_of=_owner),
        problem_page=shown.problem_page,
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield World(client, stored, asked, store, vault, counts)


def _owner(data: Mapping[str, Any]) -> bytes | None:
    return KEYRING.index(Person.from_dict(data[PERSON]).id) if PERSON in data else None


async def _login(request: Request) -> Response:
    sessions = web(request.scope).sessions
    assert sessions is not None
    await sessions.login(request.scope, {PERSON: await request.json()})
    return PlainTextResponse("in")


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
