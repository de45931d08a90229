"""Open data of one petition: its timeline as JSON, CSV, Atom and JSON Feed."""

from dataclasses import dataclass, field
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import Response

from kenes.web import csv_text
from kenes.web.feeds import ATOM_TYPE, JSON_FEED_TYPE, Entry, Feed, atom, json_feed
from kenes.web.i18n import Translator
from kenes.web.keeping import Kept
from kenes.web.open_data import absolute, four_formats, open_data, own_address, publish_whole, translator
from kenes.web.openapi import Operation
from services.petitions.domain.petition import Petition
from services.petitions.opendata.sources import Sources
from services.petitions.opendata.timeline import REACHED, timeline
from services.petitions.opendata.views import Timeline, TimelineEntry
from services.petitions.pages.presenter import why

PATH: Final = "/open/petitions/{petition}/timeline"
MAX_AGE: Final = 30
COLUMNS: Final = tuple(TimelineEntry.model_fields)


@dataclass(frozen=True)
class OpenTimelines:
    """`/open/petitions/{petition}/timeline.*`"""

    sources: Sources
    kept: Kept[list[TimelineEntry]] = field(default_factory=Kept)

    def operations(self) -> list[Operation]:
        """One for each format."""
        return four_formats(
            PATH,
            Timeline,
            json=self.timeline_json,
            csv=self.timeline_csv,
            atom=self.timeline_atom,
            feed=self.timeline_feed,
            problems=("petition-unknown",),
        )

    @open_data
    async def timeline_json(self, request: Request) -> Response:
        """The steps in a petition's life and when counts were first reached, for programs."""
        petition, entries = await self._found(request)
        address = absolute(request, f"/petitions/{petition.id}")
        told = Timeline(petition=petition.id, address=address, title=petition.text.title, entries=entries)
        return self._answer(request, told.model_dump_json().encode(), "application/json")

    @open_data
    async def timeline_csv(self, request: Request) -> Response:
        """The steps in a petition's life and when counts were first reached, for spreadsheets."""
        petition, entries = await self._found(request)
        rows = [entry.model_dump(mode="json") for entry in entries]
        body = csv_text.lines([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
        return self._answer(request, body, csv_text.MEDIA_TYPE, file=f"timeline-{petition.id}.csv")

    @open_data
    async def timeline_atom(self, request: Request) -> Response:
        """What becomes of a petition, to subscribe to, as Atom (RFC 4287)."""
        petition, entries = await self._found(request)
        return self._answer(request, atom(_feed(request, petition, entries)), ATOM_TYPE)

    @open_data
    async def timeline_feed(self, request: Request) -> Response:
        """What becomes of a petition, to subscribe to, as JSON Feed 1.1."""
        petition, entries = await self._found(request)
        return self._answer(request, json_feed(_feed(request, petition, entries)), JSON_FEED_TYPE)

    async def _found(self, request: Request) -> tuple[Petition, list[TimelineEntry]]:
        sources = self.sources
        petition = await sources.petition(request.path_params["petition"])
        thresholds = [goal.signatures for goal in petition.goals]

        async def make() -> list[TimelineEntry]:
            return await timeline(petition, thresholds, sources.hours.hours(petition.id))

        # The step just taken is never missing: the key changes with it.
        return petition, await self.kept.get((petition.id, petition.timeline), MAX_AGE, make)

    def _answer(self, request: Request, body: bytes, media_type: str, *, file: str | None = None) -> Response:
        return publish_whole(request, body, media_type, self.sources.seen, max_age=MAX_AGE, file=file)


def _feed(request: Request, petition: Petition, entries: list[TimelineEntry]) -> Feed:
    t = translator(request, petition.text.language)
    page = absolute(request, f"/petitions/{petition.id}")
    return Feed(
        title=f"{petition.text.title} · {t('site.name')}",
        author=t("site.name"),
        own=own_address(request),
        page=page,
        language=t.language,
        entries=[_entry(petition.id, page, entry, t) for entry in reversed(entries)],
    )


def _entry(petition: str, page: str, entry: TimelineEntry, t: Translator) -> Entry:
    title = t("open.reached", count=entry.signatures) if entry.what == REACHED else t(f"story.{entry.what}")
    happened = f"{petition}/{entry.what}/{entry.signatures or entry.at.isoformat()}"
    return Entry(
        id=f"urn:uuid:{uuid5(NAMESPACE_URL, happened)}",
        title=title,
        address=page,
        published=entry.at,
        updated=entry.at,
        text=why(entry.what, entry.reason, t),
    )
