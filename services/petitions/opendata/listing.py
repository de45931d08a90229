"""Open data of lists and searches: the petitions that pass a filter, as JSON, CSV, Atom and JSON Feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.web import csv_text
from kenes.web.feeds import ATOM_TYPE, JSON_FEED_TYPE, Entry, Feed, atom, json_feed
from kenes.web.i18n import DEFAULT
from kenes.web.open_data import absolute, four_formats, open_data, own_address, publish_whole, translator
from kenes.web.openapi import Operation
from services.petitions.domain.petition import Petition
from services.petitions.filters import FILTERS, following, read_filter
from services.petitions.opendata.sources import Sources, updated_at
from services.petitions.opendata.views import OpenPetition, OpenPetitions

PATH: Final = "/open/petitions"
MAX_AGE: Final = 10
COLUMNS: Final = tuple(OpenPetition.model_fields)


@dataclass(frozen=True)
class OpenLists:
    """`/open/petitions.*`"""

    sources: Sources

    def operations(self) -> list[Operation]:
        """One for each format."""
        return four_formats(
            PATH,
            OpenPetitions,
            json=self.petitions_json,
            csv=self.petitions_csv,
            atom=self.petitions_atom,
            feed=self.petitions_feed,
            parameters=FILTERS,
        )

    @open_data
    async def petitions_json(self, request: Request) -> Response:
        """A list of petitions or a search, for programs."""
        lines, further = await self._lines(request)
        body = OpenPetitions(petitions=lines, next=further).model_dump_json().encode()
        return self._answer(request, body, "application/json", further)

    @open_data
    async def petitions_csv(self, request: Request) -> Response:
        """A list of petitions or a search, for spreadsheets; the header Link tells where it goes on."""
        lines, further = await self._lines(request)
        return self._answer(request, _csv(lines), csv_text.MEDIA_TYPE, further, "petitions.csv")

    @open_data
    async def petitions_atom(self, request: Request) -> Response:
        """A list of petitions or a search, to subscribe to, as Atom (RFC 4287)."""
        feed = await self._feed(request)
        return self._answer(request, atom(feed), ATOM_TYPE, feed.following)

    @open_data
    async def petitions_feed(self, request: Request) -> Response:
        """A list of petitions or a search, to subscribe to, as JSON Feed 1.1."""
        feed = await self._feed(request)
        return self._answer(request, json_feed(feed), JSON_FEED_TYPE, feed.following)

    async def _found(self, request: Request) -> tuple[list[Petition], str | None]:
        wanted = read_filter(request)
        found = await self.sources.queries.petitions(wanted)
        after = following(wanted, found)
        if after is None:
            return found, None
        query = request.url.include_query_params(after=after).query
        return found, absolute(request, f"{request.url.path}?{query}")

    async def _lines(self, request: Request) -> tuple[list[OpenPetition], str | None]:
        found, further = await self._found(request)
        return [line for each in found if (line := self._line(request, each)) is not None], further

    def _line(self, request: Request, petition: Petition) -> OpenPetition | None:
        if not petition.listed:
            return None
        text = petition.text
        return OpenPetition(
            id=petition.id,
            address=absolute(request, f"/petitions/{petition.id}"),
            title=text.title,
            proposal=text.proposal,
            language=text.language,
            category=text.category,
            region=text.region,
            status=petition.status,
            opened_at=petition.opened_at,
            closes_at=petition.closes_at,
            closed_at=petition.closed_at,
            updated_at=updated_at(petition),
            signatures=self.sources.counts.get(petition.id).count,
            on_paper=petition.on_paper,
            goal=petition.goal.signatures,
            rules=petition.rules,
        )

    async def _feed(self, request: Request) -> Feed:
        t = translator(request, DEFAULT)
        found, further = await self._found(request)
        search = read_filter(request).search
        title = t("open.feed_search", words=search) if search else t("nav.petitions")
        return Feed(
            title=f"{t('site.name')} · {title}",
            author=t("site.name"),
            own=own_address(request),
            page=absolute(request, "/petitions"),
            language=t.language,
            entries=[_entry(line, each) for each in found if (line := self._line(request, each)) is not None],
            following=further,
        )

    def _answer(
        self, request: Request, body: bytes, media_type: str, further: str | None, file: str | None = None
    ) -> Response:
        return publish_whole(request, body, media_type, self.sources.seen, max_age=MAX_AGE, file=file, further=further)


def _csv(lines: Sequence[OpenPetition]) -> bytes:
    rows = (line.model_dump(mode="json") for line in lines)
    told = (row | {"rules": f"{row['rules']['id']} {row['rules']['version']}"} for row in rows)
    return csv_text.lines([COLUMNS, *([row[name] for name in COLUMNS] for row in told)])


def _entry(line: OpenPetition, petition: Petition) -> Entry:
    discussed = (step.at for step in petition.timeline if step.what == "discussion")
    return Entry(
        id=f"urn:uuid:{line.id}",
        title=line.title,
        address=line.address,
        published=petition.opened_at or next(discussed, petition.created_at),
        updated=line.updated_at,
        text=line.proposal,
        language=line.language,
        category=line.category,
    )
