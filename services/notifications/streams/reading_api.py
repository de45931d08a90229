"""Reading what everybody may know: in pages, live, as a snapshot and as files. Nobody needs a key for it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from kenes.service.answers import json_bytes, json_response
from kenes.web.context import add_header
from kenes.web.limits import Endpoint
from kenes.web.openapi import Operation, Parameter
from kenes.web.problems import Problem
from schemas.notifications.streams import StreamFilter
from services.notifications.api import PREFIX
from services.notifications.domain.streams_filtering import passes
from services.notifications.streams.access import Access
from services.notifications.streams.asked import LARGEST_PAGE, Asked, checked, cursor_of, place_in
from services.notifications.streams.files import Files, HourFile, hour_of, packed
from services.notifications.streams.line import Line
from services.notifications.streams.live_events import EventStream
from services.notifications.streams.log import PAGE, PublicLog
from services.notifications.streams.snapshot import Snapshot
from services.notifications.streams.views import FileList, SnapshotView

BATCH: Final = "application/cloudevents-batch+json"
ONE: Final = "application/cloudevents+json"
NDJSON: Final = "application/x-ndjson"
MOST_SCANNED: Final = 10 * PAGE
"""Records looked at for one answer; a filter that lets little pass goes on with the next one."""
SUBJECTS: Final = 1_000
AFTER: Final = Parameter("after", "A cursor: events that stand there or later. 0 is the beginning.")
SINCE: Final = Parameter("since", "A day or an instant, ISO 8601, in place of `after`: not both.")
FILTER: Final = tuple(
    Parameter(name, f"Member of the filter; may be repeated. {field.description or ''}".strip())
    for name, field in StreamFilter.model_fields.items()
)
_CURSORS: Final = ("cursor-malformed", "cursor-future", "cursor-expired", "time-malformed", "input-invalid")


@dataclass(frozen=True)
class ReadingApi:
    """The handlers and what they read from."""

    log: PublicLog
    snapshot: Snapshot
    files: Files
    access: Access

    def operations(self) -> list[Operation]:
        """The operations, public all of them; requests are counted by whoever shows a key or token, else by address."""
        limit = Parameter("limit", "Events at most.", schema={"type": "integer", "maximum": LARGEST_PAGE})
        seen = Parameter("Last-Event-ID", "The id of the last event seen, as browsers send it.", where="header")
        day = Parameter("day", "YYYY-MM-DD; today, where none is given.")
        beyond = Parameter("beyond", "The last id seen.")
        return [
            _read("/events", self.list_events, BATCH, _CURSORS, (AFTER, SINCE, limit, *FILTER)),
            _read("/events/stream", self.live_events, "text/event-stream", _CURSORS, (AFTER, SINCE, seen, *FILTER)),
            _read("/events/{cursor}", self.show_event, ONE, ("event-unknown", *_CURSORS), ()),
            _read("/snapshot", self.show_snapshot, SnapshotView, (), (beyond,)),
            _read("/files", self.list_files, FileList, _CURSORS, (day,)),
            _read("/files/{file}", self.fetch_file, NDJSON, ("file-unknown", "input-invalid"), FILTER),
        ]

    async def list_events(self, request: Request) -> Response:
        """Public events from a cursor on, as a batch of CloudEvents. The header `kenes-cursor` is where to go on."""
        await self._open(request)
        asked = Asked.of(request, "after", "since", "limit")
        cursor = await place_in(self.log, asked.after, asked.since, (await self.log.bounds())[0])
        lines, after = await self._find(cursor, asked)
        wait = self.access.callers.wish(request).wait
        if not lines and wait and await self.log.news(after, wait):
            lines, after = await self._find(after, asked)
        body = b"[" + b",".join(line.json for line in lines) + b"]"
        query = [pair for pair in request.query_params.multi_items() if pair[0] not in ("after", "since")]
        link = f'<{PREFIX}/events?{urlencode([("after", str(after)), *query])}>; rel="next"'
        answer = json_bytes(body, headers={"kenes-cursor": str(after), "link": link})
        answer.headers["content-type"] = BATCH
        return answer

    async def _find(self, cursor: int, asked: Asked) -> tuple[list[Line], int]:
        """Events that pass, and the cursor after the last one that was looked at."""
        found: list[Line] = []
        start = cursor
        while cursor - start < MOST_SCANNED:
            page = await self.log.page(cursor, PAGE)
            for line in page.lines:
                if passes(asked.filter, line.data):
                    found.append(line)
                    if len(found) == asked.limit:
                        return found, line.cursor
            cursor = page.cursor
            if page.whole:
                break
        return found, cursor

    async def show_event(self, request: Request) -> Response:
        """One public event by its cursor."""
        await self._open(request)
        cursor = await checked(self.log, cursor_of(request.path_params["cursor"]))
        # It may be at the broker and not yet taken here: whoever was sent it may ask at once.
        found = (await self.log.page(cursor - 1, 1, end=cursor)).lines if cursor else []
        if not found or found[0].cursor != cursor:
            raise Problem(404, "event-unknown")
        answer = json_bytes(found[0].json, headers={"cache-control": "public, max-age=86400"})
        answer.headers["content-type"] = ONE
        return answer

    async def live_events(self, request: Request) -> Response:
        """Public events as they come, by server-sent events; from where a client left off, or from now on."""
        await self._open(request)
        asked = Asked.of(request, "after", "since")
        seen = request.headers.get("last-event-id")
        after = asked.after if seen is None else cursor_of(seen)
        since = asked.since if seen is None else None
        return EventStream(self.log, await place_in(self.log, after, since, self.log.cursor), asked.filter)

    async def show_snapshot(self, request: Request) -> Response:
        """What stands: every petition and consultation as its events have made it, and the cursor to go on from."""
        await self._open(request)
        subjects, beyond = self.snapshot.page(request.query_params.get("beyond", ""), SUBJECTS)
        return json_response({"cursor": str(self.snapshot.cursor), "beyond": beyond, "subjects": subjects})

    async def list_files(self, request: Request) -> Response:
        """The files of a day (UTC): all events, one file an hour."""
        await self._open(request)
        day = _day(request.query_params.get("day"))
        first = await self.files.first_day()
        shown = [_file_view(each) for each in await self.files.of_day(day)]
        told = {"day": f"{day:%Y-%m-%d}", "first_day": None if first is None else f"{first:%Y-%m-%d}"}
        return json_response({**told, "files": shown})

    async def fetch_file(self, request: Request) -> Response:
        """The events of one hour, a CloudEvent a line: `HOUR.ndjson`, packed as `.ndjson.gz`, its sum as `.sha256`."""
        await self._open(request)
        asked = Asked.of(request)
        name, _, ending = request.path_params["file"].partition(".")
        hour = hour_of(name)
        if hour is None or hour > datetime.now(UTC) or ending not in ("ndjson", "ndjson.gz", "ndjson.sha256"):
            raise Problem(404, "file-unknown")
        found = await self.files.of_hour(hour)
        headers = {"cache-control": "public, max-age=31536000, immutable" if found.closed else "no-store"}
        if ending == "ndjson.sha256":
            return PlainTextResponse(f"{await self.files.sum(found, asked.filter)}  {name}.ndjson\n", headers=headers)
        parts = _nothing() if request.method == "HEAD" else self.files.lines(found, asked.filter)
        if ending == "ndjson":
            return StreamingResponse(parts, headers=headers, media_type=NDJSON)
        return StreamingResponse(packed(parts), headers=headers, media_type="application/gzip")

    async def _open(self, request: Request) -> None:
        """Admits the reader; scripts of every site may read the answer, problems included."""
        add_header(request.scope, b"access-control-allow-origin", b"*")
        add_header(request.scope, b"access-control-expose-headers", b"Kenes-Cursor, Link")
        await self.access.reader(request)


def _read(
    path: str,
    handler: Endpoint,
    answer: str | type[BaseModel],
    problems: Sequence[str],
    parameters: Sequence[Parameter],
) -> Operation:
    """What anybody may read; `answer` is a model, or the media type of what is no plain JSON."""
    found = Operation(
        "GET", path, handler, {200: None}, problems=problems, parameters=parameters, optional=True, keys=()
    )
    return replace(found, media_type=answer) if isinstance(answer, str) else replace(found, answers={200: answer})


def _file_view(file: HourFile) -> dict[str, object]:
    href = f"{PREFIX}/files/{file.name}.ndjson"
    places = {"start": str(file.start), "end": str(file.end), "closed": file.closed}
    return {"hour": file.name, **places, "href": href, "gzip": f"{href}.gz", "sha256": f"{href}.sha256"}


def _day(text: str | None) -> datetime:
    try:
        day = datetime.now(UTC) if text is None else datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Problem(400, "time-malformed") from None
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


async def _nothing() -> AsyncIterator[bytes]:
    yield b""
