"""The consultations service without servers: a broker that decides at once by the real rules, and its real pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kenes.identity.access import PERSON
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Receipt, Record, Recorded, read
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.service.asking import Asking
from kenes.web.app import build_app
from kenes.web.assets import KIT_STATIC, Assets
from kenes.web.confirmations import Confirmations
from kenes.web.context import web
from kenes.web.language import edge_catalogs
from kenes.web.live import LiveHub
from kenes.web.pages import Pages
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.comments import CampaignReplyRequested, HideRequested, ReplyRequested
from schemas.consultations.course import (
    DescribeRequested,
    EnrolRequested,
    MeetingRequested,
    OpenRequested,
    PrepareRequested,
    VersionRequested,
)
from schemas.consultations.parts import DraftKind, DraftText, Meeting, Member, ReplyOutcome, Stakeholder, Title, Vote
from schemas.envelope import Event, decision_id
from schemas.parts import Statement
from schemas.payload import Payload
from schemas.topics import (
    COMMENT_REQUESTS,
    COMMENTS,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    VOTE_REQUESTS,
    VOTES,
    Topic,
)
from services.consultations.commands import SOURCE, Commands, Place, Speaker, Words
from services.consultations.handing_in.desk import HandingIn
from services.consultations.hearings import hearings
from services.consultations.ledger.reads import LedgerReads
from services.consultations.live import LiveVotes
from services.consultations.own import Own
from services.consultations.own_data import OwnData
from services.consultations.pages import page_routes
from services.consultations.pages.site import SHELL, ConsultationSite, desks
from services.consultations.projection import projections
from services.consultations.queries import Queries, Recent
from services.consultations.reading import CommentReads
from services.consultations.serving import FOLDERS
from services.consultations.stream import comment_rules, course_rules, vote_rules
from tests.stores import MemoryConfirmationStore, MemorySessionStore
from tests.unit.consultations.hearings import PACKS
from tests.unit.store import Store

ORIGIN = "http://127.0.0.1:8080"
KEYRING = Keyring(b"k" * 32)
HTML = {"accept": "text/html", "accept-language": "en"}
DECIDED = {
    CONSULTATION_REQUESTS.name: CONSULTATIONS,
    COMMENT_REQUESTS.name: COMMENTS,
    VOTE_REQUESTS.name: VOTES,
}
C = "00000000-0000-4000-8000-000000000001"
TITLE = Title(kk="Медиа туралы заң", ru="Закон о медиа", en="Law on media")
SUMMARY = Statement(
    kk="Журналистер жауапты он күнде алады.",
    ru="Журналисты получат ответ за десять дней.",
    en="Journalists get an answer within ten days.",
)


def person(subject: str = "aigerim", *roles: str, **changes: Any) -> Person:
    """A grown-up citizen of Almaty, but for what is changed."""
    told: dict[str, Any] = {
        "issuer": "https://id",
        "subject": subject,
        "given_name": subject.capitalize(),
        "family_name": "Saparova",
        "birth_date": date(1990, 1, 1),
        "region": "KZ-75",
        "assurance": Assurance.HIGH,
        "citizen": True,
        "roles": frozenset({"citizen", *roles}),
    }
    return Person(**{**told, **changes})


AUTHOR, READER = person("aigerim"), person("dana")
EXPERT = person("olzhas", "class:expert")
MODERATOR = person("marat", "moderator")
OFFICIAL = person("nurlan", "agency:kz-government")


def tree(language: str, *, second: bool = True, heading: str = "Media") -> ClauseTree:
    """A chapter of two articles, the first with a point."""
    told = {"kk": "Журналист сұрай алады.", "ru": "Журналист вправе спросить.", "en": "A journalist may ask."}
    point = Clause(id="art_1__point_1", kind=ClauseKind.POINT, label="1)", number="1", text="Within ten days.")
    first = Clause(
        id="art_1",
        kind=ClauseKind.ARTICLE,
        label="1",
        number="1",
        heading="Asking",
        text=told[language],
        children=(point,),
    )
    other = Clause(id="art_2", kind=ClauseKind.ARTICLE, label="2", number="2", text="Everybody <b>answers</b>.")
    articles = (first, other) if second else (first,)
    chapter = Clause(id="chp_1", kind=ClauseKind.CHAPTER, label="I", number="1", heading=heading, children=articles)
    return ClauseTree(title="On media", clauses=(chapter,))


class Collection:
    """As much of a MongoDB collection as pages ask for."""

    def __init__(self, documents: dict[Any, Document]) -> None:
        self._documents = documents

    def find(self, query: Document, _fields: object = None) -> Cursor:
        return Cursor([each for each in self._documents.values() if _fits(each, query)])

    async def find_one(self, query: Document, _fields: object = None) -> Document | None:
        return next((dict(each) for each in self._documents.values() if _fits(each, query)), None)

    async def count_documents(self, query: Document) -> int:
        return sum(_fits(each, query) for each in self._documents.values())


class Cursor:
    """Documents on their way to a reader."""

    def __init__(self, found: list[Document]) -> None:
        self._found = found

    def sort(self, key: str | list[tuple[str, int]], direction: int = 1) -> Cursor:
        keys = [(key, direction)] if isinstance(key, str) else key
        for name, way in reversed(keys):
            self._found.sort(key=lambda each: each[name], reverse=way < 0)
        return self

    def limit(self, number: int) -> Cursor:
        self._found = self._found[:number]
        return self

    async def to_list(self, _length: int | None) -> list[Document]:
        return [dict(each) for each in self._found]

    async def __aiter__(self) -> AsyncIterator[Document]:
        for each in self._found:
            yield dict(each)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "$in": lambda value, wanted: value in wanted,
    "$ne": lambda value, wanted: value != wanted,
    "$gt": lambda value, wanted: value is not None and value > wanted,
    "$lt": lambda value, wanted: value is not None and value < wanted,
    "$gte": lambda value, wanted: value is not None and value >= wanted,
    "$lte": lambda value, wanted: value is not None and value <= wanted,
}


def _fits(document: Document, query: Document) -> bool:
    for name, wanted in query.items():
        if name == "$or":
            if not any(_fits(document, each) for each in wanted):
                return False
        elif isinstance(wanted, dict):
            if not all(_TESTS[test](document.get(name), value) for test, value in wanted.items()):
                return False
        elif document.get(name) != wanted:
            return False
    return True


class Keys:
    """People's keys, in memory."""

    def __init__(self) -> None:
        self.keys: dict[bytes, PersonKey] = {}

    async def key_of(self, who: str) -> PersonKey:
        return self.keys.setdefault(KEYRING.index(who), PersonKey(PersonKey.generate()))

    async def find(self, who: str) -> PersonKey | None:
        return self.keys.get(KEYRING.index(who))

    async def keys_at(self, indexes: Sequence[bytes]) -> dict[bytes, PersonKey]:
        return {each: self.keys[each] for each in indexes if each in self.keys}

    def destroy(self, who: Person) -> None:
        self.keys.pop(KEYRING.index(who.id))


class Memory:
    """What was decided, and what readers have of it. Every topic has one partition here.

    `down` is a broker that does not answer; `undecided` requests lie.
    """

    def __init__(self) -> None:
        self.store, self.vault, self.hearings = Store(), Keys(), hearings()
        self.votes = LiveVotes(LiveHub(event="votes"))
        self.recent = Recent(Decisions(), Decisions(), Decisions())
        self.comments = CommentReads(cast("Any", self), self.recent.comments)
        self.down = self.undecided = self._lagging = False
        self.sent: list[Payload] = []
        self._now = 0
        self._offsets: dict[str, int] = {}
        self._states: dict[tuple[str, str], Any] = {}
        self._late: list[tuple[Topic, Recorded]] = []
        self._rules: dict[str, Any] = {
            CONSULTATION_REQUESTS.name: course_rules(PACKS),
            COMMENT_REQUESTS.name: comment_rules(PACKS, self.hearings),
            VOTE_REQUESTS.name: vote_rules(PACKS, self.hearings),
        }
        self._projections = projections(KEYRING.open_owner)
        decisions = self.recent
        self.commands = Commands(
            keyring=KEYRING,
            vault=cast("Any", self.vault),
            hearings=self.hearings,
            consultations=cast("Any", self),
            course=Asking(SOURCE, CONSULTATION_REQUESTS, cast("Any", self), decisions.course),
            comments=Asking(SOURCE, COMMENT_REQUESTS, cast("Any", self), decisions.comments),
            votes=Asking(SOURCE, VOTE_REQUESTS, cast("Any", self), decisions.votes),
        )

    async def up_to_date(self) -> None:
        """As the tail: it always is."""

    async def send(self, topic: Topic, key: bytes, event: Event[Payload]) -> Receipt:
        """As the producer: the request goes over the wire and, unless `undecided`, is decided."""
        if self.down:
            raise BrokerUnavailableError("down")
        offset = self._offsets[topic.name] = self._offsets.get(topic.name, -1) + 1
        # No two requests have the same time.
        self._now = max(self._now + 1, round(datetime.now(UTC).timestamp() * 1000))
        request = read(topic, Record(topic.name, 0, offset, self._now, key, event.data.write(), event.headers()))
        self.sent.append(request.event.data)
        if not self.undecided:
            self._decide(topic, request)
        return Receipt(0, offset)

    def _decide(self, topic: Topic, request: Recorded) -> None:
        rules, decided = self._rules[topic.name], DECIDED[topic.name]
        key = rules.name, rules.key(request.event)
        state = self._states.get(key, rules.initial)
        event = Event(
            id=decision_id(decided.name, 0, request.offset),
            source=SOURCE,
            subject=request.event.subject,
            time=request.time,
            data=rules.decide(state, request),
            sequence=request.offset,
        )
        written = Record(decided.name, 0, request.offset, 0, request.key, event.data.write(), event.headers())
        decision = read(decided, written)
        self._states[key] = rules.evolve(state, decision.event)
        for take in self._readers(decided):
            take(decision)
        self._late.append((decided, decision))
        if not self._lagging:
            self.catch_up()

    def _readers(self, topic: Topic) -> Iterator[Callable[[Recorded], None]]:
        if topic is CONSULTATIONS:
            yield from (self.hearings.take, self.recent.course.note)
        elif topic is COMMENTS:
            yield from (self.recent.comments.note, self.comments.take)
        else:
            yield from (self.votes.take, self.recent.votes.note)

    def later(self, time: timedelta) -> None:
        """Requests from now on are made so much later."""
        self._now = max(self._now, round(datetime.now(UTC).timestamp() * 1000)) + round(time.total_seconds() * 1000)

    def lag(self) -> None:
        """From now on projections fold nothing."""
        self._lagging = True

    def catch_up(self) -> None:
        """Projections fold what there is."""
        late, self._late, self._lagging = self._late, [], False
        for topic, decision in late:
            for projection in self._projections:
                if projection.topic is topic:
                    self.store.apply(self.store.fold(projection, [decision]))

    async def of(self, name: str) -> Collection:
        """As `LiveCollections`."""
        return Collection(self.store.collections.setdefault(name, {}))

    def queries(self) -> Queries:
        """Reads of what was projected."""
        made = Queries(cast("Any", None), self._projections, self.hearings, self.recent)
        made.live = cast("Any", self)
        return made

    async def steer(self, request: type[Any], **told: Any) -> None:
        """The body does an act on the consultation."""
        actor = self.commands.actor(told.setdefault("consultation", C), OFFICIAL)
        await self.commands.steer(request(actor=actor, **told), 1)

    async def prepared(self, consultation: str = C, kind: DraftKind = DraftKind.LAW, title: Title = TITLE) -> None:
        """A draft with a text in two languages, explained, with a working group; not yet open."""
        told: dict[str, Any] = {"consultation": consultation}
        await self.steer(PrepareRequested, body="kz-government", pack="kz-draft-laws", kind=kind, title=title, **told)
        await self.steer(DescribeRequested, title=title, summary=SUMMARY, note=SUMMARY, **told)
        member = Member(id="m1", name="Saule Omarova", organisation="Union of journalists", stakeholder=Stakeholder.NGO)
        await self.steer(EnrolRequested, member=member, **told)
        meeting = Meeting(held_on=date(2026, 9, 2), title=TITLE, minutes="We read article 1.")
        await self.steer(MeetingRequested, meeting=meeting, **told)
        await self.version(1, consultation=consultation)

    async def version(
        self, number: int, *, consultation: str = C, languages: Sequence[Any] = ("kk", "ru", "en"), **told: Any
    ) -> None:
        """The next version of the text; what is `told` of its `tree`."""
        texts = tuple(DraftText(language=each, tree=tree(each, **told)) for each in languages)
        await self.steer(VersionRequested, consultation=consultation, version=number, texts=texts)

    async def opened(self, consultation: str = C, **told: Any) -> None:
        """The same, open for fifteen working days."""
        await self.prepared(consultation, **told)
        await self.steer(OpenRequested, consultation=consultation, working_days=15)

    async def say(
        self,
        who: Person = AUTHOR,
        text: str = "Ten days are too long.",
        *,
        comment: str = "comment-1",
        under: Place | None = None,
        listed: bool = True,
        speaker: Speaker | None = None,
        **told: Any,
    ) -> str:
        """Somebody comments; the comment's id."""
        words = Words(text, told.pop("language", "en"), told.pop("version", 1), told.pop("anchor", None), under, listed)
        await self.commands.post(who, C, comment, speaker or Speaker(), words, 1)
        return comment

    async def vote(self, who: Person, comment: str, vote: Vote) -> None:
        """Somebody votes on a comment of AUTHOR."""
        author = KEYRING.pseudonym(C, AUTHOR.id)
        await self.commands.vote(who, C, comment, author, Speaker(), vote, 1)

    async def hide(self, comment: str) -> None:
        """A moderator hides a comment."""
        await self.about(HideRequested, MODERATOR, comment, reason="abuse", explanation="It calls a person names.")

    async def answer(self, comment: str) -> None:
        """The body answers a comment."""
        await self.about(ReplyRequested, OFFICIAL, comment, outcome=ReplyOutcome.ACCEPTED, statement=SUMMARY)

    async def answer_all(self, comment: str) -> None:
        """The body answers everybody who says what a comment says."""
        told = {"outcome": ReplyOutcome.ACCEPTED, "statement": SUMMARY}
        await self.about(CampaignReplyRequested, OFFICIAL, comment, **told)

    async def about(self, request: type[Any], who: Person, comment: str, **told: Any) -> None:
        """Somebody asks for an act on a comment."""
        seen, actor = await self.commands.seen(C), self.commands.actor(C, who)
        await self.commands.about_comment(request(consultation=C, comment=comment, seen=seen, actor=actor, **told), 1)


@dataclass
class World:
    """The pages, and what is behind them."""

    client: httpx.AsyncClient
    memory: Memory
    site: ConsultationSite

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**HTML, **headers})

    async def post(self, path: str, data: dict[str, str]) -> httpx.Response:
        return await self.client.post(path, data=data, headers={**HTML, "sec-fetch-site": "same-origin"})

    async def sign_in(self, who: Person) -> None:
        answer = await self.client.post("/test/login", json=who.as_dict(), headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def pages(memory: Memory | None = None) -> AsyncIterator[World]:
    """The pages behind the edge; messages must be there in every language."""
    memory, settings = memory or Memory(), WebSettings(public_url=ORIGIN)
    catalogs = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales), strict=True)
    shown = Pages(catalogs, Assets((KIT_STATIC, FOLDERS.static)).url, templates=[FOLDERS.templates], shell=SHELL)
    queries = memory.queries()
    parts: dict[str, Any] = {
        "pages": shown,
        "confirmations": Confirmations(MemoryConfirmationStore(), settings),
        "folder": "consultations",
        "shell": SHELL,
        "desks": desks,
        "commands": memory.commands,
        "queries": queries,
        "comments": memory.comments,
        "votes": memory.votes,
        "packs": PACKS,
        "keyring": KEYRING,
        "vault": memory.vault,
        "own_data": OwnData(
            Own(cast("Any", memory), memory.recent.comments, memory.recent.votes, cast("Any", memory.vault), KEYRING),
            queries,
        ),
        "small_group": 5,
        "handing_in": HandingIn(queries, memory.commands),
        "ledger": LedgerReads(cast("Any", memory)),
    }
    # Parts that only other pages ask for are not here.
    absent: dict[str, Any] = {
        each.name: None for each in fields(ConsultationSite) if each.name not in parts and each.name != "kept"
    }
    site = ConsultationSite(**parts, **absent)
    app = build_app(
        [Route("/test/login", _login, methods=["POST"]), *page_routes(site)],
        settings=settings,
        catalogs=catalogs,
        sessions=Sessions(MemorySessionStore(), settings),
        problem_page=shown.problem_page,
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield World(client, memory, site)


async def _login(request: Request) -> Response:
    sessions = web(request.scope).sessions
    assert sessions is not None
    await sessions.login(request.scope, {PERSON: await request.json()})
    return PlainTextResponse("in")


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
