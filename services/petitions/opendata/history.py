"""Open data of one petition: signatures by minute and region, streamed in the memory of one hour."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kenes.web import csv_text
from kenes.web.caching import etag
from kenes.web.keeping import Kept
from kenes.web.limits import Endpoint
from kenes.web.open_data import open_data, own_address, publish_data
from kenes.web.openapi import Operation
from services.petitions.opendata.small_groups import History, Row
from services.petitions.opendata.sources import Sources
from services.petitions.opendata.views import HistoryRow, RegionHistory

PATH: Final = "/open/petitions/{petition}/history"
MAX_AGE: Final = 300
SETTLED: Final = timedelta(minutes=2)
"""After so long an hour that is over is taken to be projected."""


@dataclass(frozen=True)
class OpenHistories:
    """`/open/petitions/{petition}/history.*`"""

    sources: Sources
    digests: Kept[str] = field(default_factory=Kept)

    def operations(self) -> list[Operation]:
        """One for each format."""
        return [
            _operation(".json", self.history_json, "application/json"),
            _operation(".csv", self.history_csv, csv_text.MEDIA_TYPE),
        ]

    @open_data
    async def history_json(self, request: Request) -> Response:
        """Signatures by minute and region in the hours that are over; small groups are in rows without a region."""
        return await self._answer(request, "application/json")

    @open_data
    async def history_csv(self, request: Request) -> Response:
        """Signatures by minute and region as CSV; small groups are in rows without a region."""
        return await self._answer(request, csv_text.MEDIA_TYPE)

    async def _answer(self, request: Request, media_type: str) -> Response:
        petition = (await self.sources.petition(request.path_params["petition"])).id
        until = last_full_hour(datetime.now(UTC))
        digest = await self.digests.get((petition, until), MAX_AGE, lambda: self._digest(petition, until))
        rows = self._rows(petition, until)
        headers: dict[str, str] = {}
        if media_type == csv_text.MEDIA_TYPE:
            body = _csv(rows)
            headers["content-disposition"] = f'attachment; filename="history-{petition}.csv"'
        else:
            body = _json(petition, self.sources.small_group, until, rows)
        tag = etag("history", media_type, self.sources.small_group, until, digest)
        return publish_data(
            request,
            # Without a body nothing is read: the tag is known from the digest.
            StreamingResponse(_nothing() if request.method == "HEAD" else body, media_type=media_type),
            tag=tag,
            modified=self.sources.seen.modified(own_address(request), tag),
            max_age=MAX_AGE,
            headers=headers,
        )

    async def _digest(self, petition: str, until: datetime) -> str:
        """Of all that the history is made from."""
        digest = hashlib.blake2b(digest_size=12)
        async for hour in self.sources.hours.hours(petition, until):
            digest.update(repr((hour.start, sorted((m, sorted(r.items())) for m, r in hour.minutes.items()))).encode())
        return digest.hexdigest()

    async def _rows(self, petition: str, until: datetime) -> AsyncIterator[list[Row]]:
        history = History(self.sources.small_group)
        async for hour in self.sources.hours.hours(petition, until):
            if rows := list(history.rows(hour)):
                yield rows


def last_full_hour(now: datetime) -> datetime:
    """The end of the last hour that is over and settled."""
    return (now - SETTLED).replace(minute=0, second=0, microsecond=0)


def _operation(ending: str, handler: Endpoint, media_type: str) -> Operation:
    model = RegionHistory if ending == ".json" else None
    return Operation.read(PATH + ending, handler, model, problems=("petition-unknown",), media_type=media_type)


async def _csv(hours: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    yield csv_text.lines([tuple(HistoryRow.model_fields)])
    async for rows in hours:
        yield csv_text.lines((row.at.isoformat(), row.minutes, row.region, row.count) for row in rows)


async def _json(
    petition: str, small_group: int, until: datetime, hours: AsyncIterator[list[Row]]
) -> AsyncIterator[bytes]:
    head = orjson.dumps({"petition": petition, "small_group": small_group, "until": until})
    yield head[:-1] + b',"rows":['
    first = True
    async for rows in hours:
        yield (b"" if first else b",") + b",".join(_items(rows))
        first = False
    yield b"]}"


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


def _items(rows: Iterable[Row]) -> Iterable[bytes]:
    return (orjson.dumps(row) for row in rows)
