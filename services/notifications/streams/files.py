"""The public log as files: newline-delimited JSON, one file an hour, the same for ever once a later event stands.

A file holds what stands from the first event dated in its hour, or later, to before the first of the next hour. So
every event is in one file, also one that is dated a little before what stands in front of it.
"""

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.notifications.streams import StreamFilter
from services.notifications.domain.streams_filtering import passes
from services.notifications.streams.log import PublicLog

HOUR: Final = timedelta(hours=1)
LAST: Final = datetime.max.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
"""After this hour there is none."""
NAMED: Final = "%Y-%m-%dT%H"
REMEMBERED: Final = 1_000
_GZIP: Final = 31
"""The window of zlib that writes the gzip format; its header has no time, so equal files stay equal."""


@dataclass(frozen=True, slots=True)
class HourFile:
    """The events of one hour: from cursor `start` to before `end`. `closed`: nothing can come to it any more."""

    hour: datetime
    start: int
    end: int
    closed: bool

    @property
    def name(self) -> str:
        """Its name without an ending: `2026-11-22T10`."""
        return self.hour.strftime(NAMED)


class Files:
    """Made from the log when they are asked for; nothing is kept but sums of whole ones."""

    def __init__(self, log: PublicLog) -> None:
        self._log = log
        self._sums: OrderedDict[datetime, str] = OrderedDict()

    async def of_day(self, day: datetime) -> list[HourFile]:
        """The files of a day (UTC) that hold something, the earliest first."""
        found = [await self.of_hour(day + number * HOUR) for number in range(24)]
        return [each for each in found if each.end > each.start]

    async def of_hour(self, hour: datetime) -> HourFile:
        """The file of an hour (UTC)."""
        start, following = await self._log.at(hour), await self._log.at(hour + HOUR) if hour < LAST else None
        _, end = await self._log.bounds()
        closed = following is not None
        return HourFile(hour, end if start is None else start, end if following is None else following, closed)

    async def first_day(self) -> datetime | None:
        """The day of the first event that is kept; `None` where there is none."""
        cursor, end = await self._log.bounds()
        while cursor < end:
            page = await self._log.page(cursor, end=end)
            if page.lines:
                return _day(page.lines[0].recorded.time)
            cursor = page.cursor
        return None

    async def lines(self, file: HourFile, wanted: StreamFilter) -> AsyncIterator[bytes]:
        """Its lines, a page at a time; no part is empty."""
        cursor = file.start
        while cursor < file.end:
            page = await self._log.page(cursor, end=file.end)
            cursor = page.cursor
            found = [line for line in page.lines if passes(wanted, line.data)]
            if found:
                yield b"".join(line.json + b"\n" for line in found)

    async def sum(self, file: HourFile, wanted: StreamFilter) -> str:
        """The SHA-256 of what `lines` gives, unpacked, in hexadecimal."""
        whole = file.closed and wanted == StreamFilter()
        known = self._sums.get(file.hour) if whole else None
        if known is not None:
            return known
        digest = hashlib.sha256()
        async for part in self.lines(file, wanted):
            digest.update(part)
        if whole:
            self._sums[file.hour] = digest.hexdigest()
            if len(self._sums) > REMEMBERED:
                self._sums.popitem(last=False)
        return digest.hexdigest()


async def packed(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same, in the gzip format."""
    packing = zlib.compressobj(wbits=_GZIP)
    async for part in parts:
        if ready := packing.compress(part):
            yield ready
    yield packing.flush()


def hour_of(text: str) -> datetime | None:
    """The hour of a file's name; `None` where it is none."""
    try:
        found = datetime.strptime(text, NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if found.strftime(NAMED) == text else None


def _day(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
