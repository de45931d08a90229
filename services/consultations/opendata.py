"""Open data of the list: drafts that are or were open to comments, as JSON, CSV, Atom and JSON Feed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from kenes.web import csv_text
from kenes.web.feeds import ATOM_TYPE, JSON_FEED_TYPE, Entry, Feed, atom, json_feed
from kenes.web.i18n import DEFAULT
from kenes.web.open_data import (
    Alternate,
    FirstSeen,
    absolute,
    alternates,
    four_formats,
    open_data,
    own_address,
    publish_whole,
    translator,
)
from kenes.web.openapi import Operation, Parameter
from kenes.web.openapi_parameters import choice, chosen
from schemas.consultations.parts import DraftKind
from services.consultations.answers import PREFIX
from services.consultations.domain.consultation import Consultation
from services.consultations.live import LiveVotes
from services.consultations.queries import Queries
from services.consultations.wanted import LONGEST, SECTIONS, Wish
from services.consultations.words import read_in

PATH: Final = "/open/consultations"
MAX_AGE: Final = 10
KIND: Final = choice("kind", "Every kind where it is absent.", DraftKind)
STATUS: Final = choice("status", "Every status where it is absent.", SECTIONS)
FILTERS: Final = (
    Parameter("q", "Words, each of which is in the title or the summary."),
    KIND,
    Parameter("body", "The body that asks, by its name in addresses."),
    STATUS,
)


class OpenConsultation(BaseModel):
    """A draft in a list. Instants are UTC, addresses absolute; a language that was not written is null."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    address: str
    title_kk: str | None
    title_ru: str | None
    title_en: str | None
    body: str
    kind: str
    status: str
    version: int
    opened_at: datetime
    closes_at: datetime | None
    reported_at: datetime | None
    updated_at: datetime = Field(description="Of the last step in its course; comments and votes do not move it.")
    comments: int
    votes: int = Field(description="Acts of voting, changed votes included.")
    rules: str


class OpenConsultations(BaseModel):
    """Drafts, the newest opened first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consultations: list[OpenConsultation]


COLUMNS: Final = tuple(OpenConsultation.model_fields)


def alternates_of(wish: Wish, language: str) -> list[Alternate]:
    """The open data of the list a page shows."""
    return alternates(f"{PREFIX}{PATH}", {name: value for name, value in vars(wish).items() if value}, language)


@dataclass(frozen=True)
class OpenData:
    """`/open/consultations.*`"""

    queries: Queries
    votes: LiveVotes
    seen: FirstSeen = field(default_factory=FirstSeen)

    def operations(self) -> list[Operation]:
        """One for each format."""
        return four_formats(
            PATH,
            OpenConsultations,
            json=self.consultations_json,
            csv=self.consultations_csv,
            atom=self.consultations_atom,
            feed=self.consultations_feed,
            parameters=FILTERS,
        )

    @open_data
    async def consultations_json(self, request: Request) -> Response:
        """A list of drafts or a search, for programs."""
        lines = [line for line, _ in await self._lines(request)]
        body = OpenConsultations(consultations=lines).model_dump_json().encode()
        return publish_whole(request, body, "application/json", self.seen, max_age=MAX_AGE)

    @open_data
    async def consultations_csv(self, request: Request) -> Response:
        """A list of drafts or a search, for spreadsheets."""
        rows = [line.model_dump(mode="json") for line, _ in await self._lines(request)]
        body = csv_text.lines([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
        file = "consultations.csv"
        return publish_whole(request, body, csv_text.MEDIA_TYPE, self.seen, max_age=MAX_AGE, file=file)

    @open_data
    async def consultations_atom(self, request: Request) -> Response:
        """A list of drafts or a search, to subscribe to, as Atom (RFC 4287)."""
        return publish_whole(request, atom(await self._feed(request)), ATOM_TYPE, self.seen, max_age=MAX_AGE)

    @open_data
    async def consultations_feed(self, request: Request) -> Response:
        """A list of drafts or a search, to subscribe to, as JSON Feed 1.1."""
        return publish_whole(request, json_feed(await self._feed(request)), JSON_FEED_TYPE, self.seen, max_age=MAX_AGE)

    async def _lines(self, request: Request) -> list[tuple[OpenConsultation, Consultation]]:
        wish = _wish(request)
        found = [each for each in await self.queries.consultations() if each.public and wish.fits(each)]
        comments = await self.queries.comments_of([each.id for each in found])
        return [(self._line(request, each, comments.get(each.id, 0)), each) for each in found]

    def _line(self, request: Request, found: Consultation, comments: int) -> OpenConsultation:
        if found.opened_at is None:
            raise ValueError("what was never open is not public")
        return OpenConsultation(
            id=found.id,
            address=absolute(request, f"/consultations/{found.id}"),
            title_kk=found.title.kk,
            title_ru=found.title.ru,
            title_en=found.title.en,
            body=found.body,
            kind=found.kind,
            status=found.status,
            version=found.version,
            opened_at=found.opened_at,
            closes_at=found.closes_at,
            reported_at=found.reported_at,
            updated_at=max((each.at for each in found.path), default=found.prepared_at),
            comments=comments,
            votes=self.votes.acts(found.id),
            rules=f"{found.rules.id} {found.rules.version}",
        )

    async def _feed(self, request: Request) -> Feed:
        t = translator(request, DEFAULT)
        lines = await self._lines(request)
        return Feed(
            title=f"{t('site.name')} · {t('list.title')}",
            author=t("site.name"),
            own=own_address(request),
            page=absolute(request, "/consultations"),
            language=t.language,
            entries=[_entry(line, found, t.language) for line, found in lines],
        )


def _wish(request: Request) -> Wish:
    """The filter in a request's query; raises `InvalidInput` that names the wrong parameter."""
    query = request.query_params
    return Wish(
        q=query.get("q", "").strip()[:LONGEST],
        kind=chosen(request, KIND) or "",
        body=query.get("body", ""),
        status=chosen(request, STATUS) or "",
    )


def _entry(line: OpenConsultation, found: Consultation, language: str) -> Entry:
    title = read_in(found.title, language)
    return Entry(
        id=f"urn:uuid:{line.id}",
        title=title.text,
        address=line.address,
        published=line.opened_at,
        updated=line.updated_at,
        text="" if found.summary is None else read_in(found.summary, language).text,
        language=title.language,
        category=line.kind,
    )
