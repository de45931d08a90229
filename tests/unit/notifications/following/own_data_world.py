"""What is held of people who follow, in memory, behind the pages and the API that tell them of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kenes.identity.access import PERSON
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import PersonKey
from kenes.kafka.waiting import Decisions
from kenes.mail.letter import LOCALES as MAIL_LOCALES
from kenes.mongo.client import Document
from kenes.service.callers import Callers
from kenes.service.own_data import OwnDataApi
from kenes.web.app import build_app
from kenes.web.assets import KIT_STATIC, Assets
from kenes.web.context import web
from kenes.web.language import edge_catalogs
from kenes.web.pages import Pages
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from schemas.envelope import Event
from schemas.notifications.deliveries import Attempt, AttemptReported, DeliveryRequested
from schemas.notifications.fan_outs import FanOutRequested
from schemas.notifications.parts import INBOX, Cadence, ChannelKind, News, Preferences, Priority, Wanted
from schemas.notifications.streams import StreamCreated, StreamDeleted, StreamFilter
from schemas.notifications.subscriptions import ChannelRequested, FollowRequested, PreferencesRequested
from schemas.payload import Payload
from schemas.topics import FAN_OUT_REQUESTS
from services.notifications.api import json_api
from services.notifications.domain.delivery import delivery_id
from services.notifications.following.api_side import ApiSide
from services.notifications.following.commands import Commands, Who
from services.notifications.following.own_data import MyData, OwnData
from services.notifications.following.reads import FollowReads
from services.notifications.pages import page_routes
from services.notifications.pages.site import SHELL, NotificationSite, desks
from services.notifications.serving import FOLDERS
from services.notifications.streams.access import own_streams_of
from services.notifications.streams.commands import StreamCommands, streams_directory
from services.notifications.ways import Offered
from tests.stores import MemorySessionStore
from tests.unit.identity.test_api_keys import World as Keys
from tests.unit.notifications.following_world import KEYRING, START, World
from tests.unit.notifications.streams.lines import recorded
from tests.unit.store import Store

NOTHING: Any = None
"""What nobody asks here."""
ORIGIN = "http://127.0.0.1:8080"
HTML = {"accept": "text/html", "accept-language": "en"}
KEY = PersonKey(b"p" * 32)
LETTERS, CHAT, ADDRESS = "letters-channel", "chat-channel", "aru@mail.kz"
PETITION, TITLE = "petition:p1", {"kk": "Көлді ашыңыз", "ru": "Откройте озеро"}


def person(subject: str, *roles: str) -> Person:
    return Person("i", subject, "Ару", "Оспанова", None, None, Assurance.HIGH, citizen=True, roles=frozenset(roles))


ARU, OTHER = person("aru"), person("other")
OWNER, BODY = own_streams_of(KEYRING, ARU), "agency:kz-transport"


@dataclass(frozen=True)
class Found:
    documents: list[Document]

    async def to_list(self, _length: int | None) -> list[Document]:
        return self.documents

    async def __aiter__(self) -> AsyncIterator[Document]:
        for each in self.documents:
            yield each


@dataclass(frozen=True)
class Stored:
    """A collection that gives of each document the members that are asked for, and no others."""

    documents: list[Document]

    def find(self, query: Document, shown: Document) -> Found:
        [(name, wanted)] = query.items()
        values = wanted["$in"] if isinstance(wanted, dict) else [wanted]
        return Found([_cut(each, ["_id", *shown]) for each in self.documents if each[name] in values])

    async def find_one(self, query: Document) -> Document | None:
        return next((each for each in self.documents if each["_id"] == query["_id"]), None)


def _cut(whole: Document, paths: list[str]) -> Document:
    cut: Document = {}
    for path in paths:
        name, _, rest = path.partition(".")
        if name in whole:
            cut[name] = _cut(whole[name], [rest]) if rest else whole[name]
    return cut


@dataclass(frozen=True)
class Live:
    """Collections by name."""

    store: Store

    async def of(self, name: str) -> Stored:
        return Stored(self.store.all(name))


class Held:
    """What is held of people: ARU follows two things, is told of two events, and has streams and keys."""

    def __init__(self) -> None:
        self.world, self.streams, self.keys = World(), streams_directory(), Keys()
        vault = SimpleNamespace(find=self._key)
        commands = Commands(KEYRING, cast("Any", vault), NOTHING, NOTHING)
        self.side = ApiSide(
            commands=commands,
            reads=FollowReads(cast("Any", Live(self.world.store)), Decisions(), Decisions()),
            badges=cast("Any", SimpleNamespace(unread=_none_unread)),
            hub=NOTHING,
            vault=cast("Any", vault),
        )
        owning = StreamCommands(NOTHING, self.streams, NOTHING, NOTHING, NOTHING, NOTHING)
        self.data = OwnData(self.side, owning, self.keys.keys)
        self.name, self.other = (commands.subscriber(Who.signed_in(each)) for each in (ARU, OTHER))

    async def _key(self, who: str) -> PersonKey | None:
        return KEY if who == ARU.id else None

    async def filled(self) -> Held:
        """All of it."""
        for who, interest, acted in ((self.name, PETITION, True), (self.name, "region:KZ-75", False)):
            self._ask(FollowRequested(subscriber=who, owner="o", account=True, interest=interest, acted=acted))
        self._ask(FollowRequested(subscriber=self.other, owner="x", account=True, interest="category:transport"))
        for channel, kind, told in (
            (LETTERS, ChannelKind.EMAIL, ADDRESS),
            (CHAT, ChannelKind.TELEGRAM, "number-of-a-chat"),
        ):
            sealed = KEY.seal(told, channel)
            self._ask(
                ChannelRequested(
                    subscriber=self.name,
                    owner="o",
                    account=True,
                    channel=channel,
                    kind=kind,
                    sealed=sealed,
                    confirmed=kind is ChannelKind.EMAIL,
                )
            )
        chosen = Preferences(language="ru", digest_hour=7)
        self._ask(PreferencesRequested(subscriber=self.name, owner="o", account=True, preferences=chosen))
        await self._tell()
        self._own_streams()
        for owner, name in ((OWNER, "Nightly"), (BODY, "Of the body")):
            await self.keys.keys.issue(owner, name, frozenset({"streams:read"}), timedelta(days=9))
        return self

    async def _tell(self) -> None:
        """One event that is known here, by mail and in the inbox; one that is not yet; and one that another is told."""
        about = {"id": "p1", "title": TITLE}
        data = {"about": about, "explanation": "Long words." * 1_000}
        news = News(event="notifications.petition.returned.v1", data=data)
        wanted = Wanted(keys=(PETITION,), priority=Priority.NORMAL, at=START)
        begun = FanOutRequested(event="known", news=news, wanted=wanted)
        await self.world.send(FAN_OUT_REQUESTS, b"known", _event("known", begun))
        for minutes, (who, event, channel, kind) in enumerate(
            (
                (self.name, "known", LETTERS, ChannelKind.EMAIL),
                (self.name, "known", INBOX, ChannelKind.INBOX),
                (self.name, "unknown", INBOX, ChannelKind.INBOX),
                (self.other, "known", INBOX, ChannelKind.INBOX),
            )
        ):
            told: dict[str, Any] = {"subscriber": who, "delivery": delivery_id(event, who, channel)}
            plain: dict[str, Any] = {
                "cadence": Cadence.AT_ONCE,
                "priority": Priority.NORMAL,
                "preferences": Preferences(),
            }
            request = DeliveryRequested(**told, event=event, interest=PETITION, channel=channel, kind=kind, **plain)
            self.world.ask(request, START + timedelta(minutes=minutes))
            if kind is ChannelKind.EMAIL:
                self.world.ask(AttemptReported(**told, tries=0, outcome=Attempt.SENT), START)
        self.world.fold_all()

    def _own_streams(self) -> None:
        for number, (stream, owner) in enumerate((("mine", OWNER), ("gone", OWNER), ("of-the-body", BODY))):
            created = StreamCreated(
                stream=stream,
                owner=owner,
                name=f"Stream {stream}",
                endpoint=f"https://{stream}.example/in",
                filter=StreamFilter(),
                secret="sealed-secret",
                start=0,
            )
            self.streams.take(recorded(number, created, subject=stream))
        self.streams.take(recorded(9, StreamDeleted(stream="gone"), subject="gone"))

    def _ask(self, request: Any) -> None:
        self.world.ask(request)


def _event(subject: str, data: Payload) -> Event[Payload]:
    return Event(id=str(uuid4()), source="/test", subject=subject, time=START, data=data)


async def _none_unread(_name: str) -> int:
    return 0


async def _no_public_channels(_bodies: object) -> list[object]:
    return []


class Names:
    """Interests in words, which are their own here."""

    async def all(self, interests: list[str], _t: object) -> dict[str, Any]:
        return {each: SimpleNamespace(name=each, href="/") for each in interests}


@asynccontextmanager
async def site(held: Held) -> AsyncIterator[httpx.AsyncClient]:
    """The pages and the API behind the edge; messages must be there in every language."""
    settings = WebSettings(public_url=ORIGIN)
    catalogs = edge_catalogs((LOGIN_LOCALES, MAIL_LOCALES, FOLDERS.locales), strict=True)
    shown = Pages(catalogs, Assets((KIT_STATIC, FOLDERS.static)).url, templates=[FOLDERS.templates], shell=SHELL)
    parts: dict[str, Any] = {
        "pages": shown,
        "folder": "notifications",
        "shell": SHELL,
        "desks": desks,
        "keyring": KEYRING,
        "following": held.side,
        "own_data": held.data,
        "names": Names(),
        "channels": SimpleNamespace(of=_no_public_channels),
        "ways": Offered(mail=False, telegram=None, push_key=None, push_hosts=()),
    }
    # Parts that only other pages ask for are not here.
    absent: dict[str, Any] = {
        each.name: None for each in fields(NotificationSite) if each.name not in parts and each.name != "kept"
    }
    pages = NotificationSite(**parts, **absent)

    async def known(_request: Request) -> Person:
        return ARU

    api = json_api(OwnDataApi(Callers(known, 1), held.data.told, MyData).operations())
    app = build_app(
        [Route("/test/login", _login, methods=["POST"]), *page_routes(pages), *api.routes()],
        settings=settings,
        catalogs=catalogs,
        sessions=Sessions(MemorySessionStore(), settings),
        problem_page=shown.problem_page,
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=HTML) as client:
        yield client


async def _login(request: Request) -> Response:
    sessions = web(request.scope).sessions
    assert sessions is not None
    await sessions.login(request.scope, {PERSON: await request.json()})
    return PlainTextResponse("in")


async def sign_in(client: httpx.AsyncClient, who: Person) -> None:
    answer = await client.post("/test/login", json=who.as_dict(), headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200, answer.text
