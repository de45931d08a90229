"""Reads the public log for the lanes of a stream, also where what a lane was told to read is not in the log."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from kenes.observe.logs import get_logger
from services.notifications.streams.carrying import Carrying
from services.notifications.streams.lane import Lane
from services.notifications.streams.line import Line
from services.notifications.streams.log import PAGE, CursorExpiredError

_log = get_logger(__name__)


class LaneReader:
    """Opens and fills the lanes of one stream."""

    def __init__(self, carrying: Carrying, stream: str) -> None:
        self._carrying = carrying
        self._stream = stream
        self._held = 0

    async def open(self, name: str, start: int, end: int | None) -> Lane:
        """A lane as it was kept, otherwise from `start` on; always within the log."""
        kept = await self._carrying.progress.load(self._stream, name)
        lane = Lane(start, end) if kept is None else Lane.restored(kept, end)
        if max(lane.cursor, end or 0) > self._carrying.log.cursor:
            _, last = await self._carrying.log.bounds()
            if max(lane.cursor, end or 0) > last:  # a restored log may be shorter than what was kept beside it
                _log.warning(
                    "a lane leads beyond the log", stream=self._stream, lane=name, at=lane.cursor, end=end, log_end=last
                )
                lane.cut(last)
        return lane

    def room(self, lane: Lane) -> int:
        """Lines that may be read for a lane: as many as may fly at once, more while the process has room for them."""
        few = self._carrying.at_once_per_stream - lane.held
        return min(lane.room, max(few, self._carrying.budget.left))

    def hold(self, lanes: Iterable[Lane]) -> None:
        """These are all lanes of the stream now. Must be called after each `read`."""
        self._held = sum(lane.held for lane in lanes)
        self._carrying.budget.holds(self._stream, self._held)

    async def read(self, lane: Lane, wanted: Callable[[Line], bool]) -> bool:
        """Reads one page for a lane; whether it came any further."""
        log, room = self._carrying.log, self.room(lane)
        self._carrying.budget.holds(self._stream, self._held + room)  # others ask for room while this one reads
        lane.cursor = await self._kept(lane.cursor)
        page = await log.page(lane.cursor, room, lane.end)
        if page.cursor == lane.cursor:
            return False
        lane.take([line for line in page.lines if wanted(line)], page.cursor)
        return True

    async def look(self, lane: Lane, wanted: Callable[[Line], bool]) -> None:
        """Looks in one page for events of a subject that a lane has not noted, if there is one."""
        if lane.missing is None:
            return
        subject, start = lane.missing
        page = await self._carrying.log.page(await self._kept(start), PAGE, lane.cursor)
        lane.found([line.offset for line in page.lines if line.subject == subject and wanted(line)], page.cursor)

    async def _kept(self, cursor: int) -> int:
        """The cursor, or the first one of the log where that is no longer kept."""
        try:
            await self._carrying.log.check(cursor)
        except CursorExpiredError:
            first, _ = await self._carrying.log.bounds()
            _log.warning("events were dropped before they were delivered", stream=self._stream, events=first - cursor)
            return first
        return cursor

    async def line(self, offset: int) -> Line | None:
        """One event of the log; `None` where it is no longer kept."""
        lines: Sequence[Line] = ()
        with suppress(CursorExpiredError):
            await self._carrying.log.check(offset)
            lines = (await self._carrying.log.page(offset, 1)).lines
        return next((line for line in lines if line.offset == offset), None)
