"""Delivers one stream: the live flow and what was ordered beside it, each subject in order, bounded at once."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from schemas.notifications.streams import (
    Order,
    Result,
    StreamCompletionRequested,
    StreamDisablingRequested,
    StreamRequest,
    StreamVerificationRequested,
    Work,
)
from services.notifications.domain.streams import AgencyStream, StreamStatus
from services.notifications.domain.streams_filtering import passes
from services.notifications.streams.attempts import attempted
from services.notifications.streams.carrying import Carrying
from services.notifications.streams.keeping import Keeping
from services.notifications.streams.lane import Delivery, Lane
from services.notifications.streams.lane_reader import LaneReader
from services.notifications.streams.line import Line
from services.notifications.streams.pace import Pace
from services.notifications.streams.progress import LIVE
from services.notifications.streams.sending import Tried
from services.notifications.streams.testing import test_line

LOOKED_EVERY: Final = 1.0
"""Seconds it waits at most before it looks around again, whatever did not wake it."""
ASKED_AGAIN_AFTER: Final = 5.0
"""Seconds after which the decider is asked again: it has answered long before, unless it was restarted."""
VERIFYING: Final = "verifying"


class Courier:
    """One stream. `update` tells it how the stream is now; `run` goes on until it is cancelled."""

    def __init__(self, stream: AgencyStream, carrying: Carrying) -> None:
        self._stream = stream
        self._carrying = carrying
        self._lanes: dict[str, Lane] = {}
        self._orders: dict[str, Order] = {}
        self._flying: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._halted = False
        self._keeping = Keeping(carrying.progress, stream.id)
        self._reader = LaneReader(carrying, stream.id)
        self._asked: dict[StreamRequest, float] = {}
        self._pace = Pace()

    def update(self, stream: AgencyStream) -> None:
        """Takes over the stream's new state."""
        before, self._stream = self._stream, stream
        if (stream.endpoint, stream.status) != (before.endpoint, before.status):
            self._pace.begin_anew()
            self._halted, self._asked = False, {}
            for name, lane in self._lanes.items():
                lane.hurry(time.time())
                self._keeping.moved(name)
        if stream.endpoint != before.endpoint:
            self._lanes.pop(VERIFYING, None)
        self.wake()

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()

    async def run(self) -> None:
        """Delivers until cancelled; what flies then may be delivered once more by whoever takes over."""
        try:
            while True:
                await self._arrange()
                await self._fill()
                self._launch()
                await self._wait()
                if self._keeping.due:
                    await self._keeping.save(self._kept())
        finally:
            for task in self._flying:
                task.cancel()
            await asyncio.gather(*self._flying, return_exceptions=True)
            self._reader.hold(())
            await self._keeping.save(self._kept(), last=True)

    async def _arrange(self) -> None:
        """Opens and closes lanes, so that they are those the stream has now."""
        stream, orders = self._stream, {f"order-{each.number}": each for each in self._stream.orders}
        wanted: dict[str, Order | None] = {LIVE: None, **orders}
        if stream.status is StreamStatus.UNVERIFIED:
            wanted[VERIFYING] = None
        for name in [name for name in self._lanes if name not in wanted]:
            lane, live = self._lanes.pop(name), self._lanes[LIVE]
            if lane.delivered_at > live.delivered_at:
                live.delivered_at = lane.delivered_at  # that something arrived outlives its order
                self._keeping.moved(LIVE)
            await self._keeping.drop(name)
        self._orders = orders
        for name in wanted.keys() - self._lanes.keys():
            self._lanes[name] = await self._opened(name, wanted[name])
        verifying = self._lanes.get(VERIFYING)
        if verifying is not None and verifying.done:
            await self._ask_for(StreamVerificationRequested(stream=stream.id, endpoint=stream.endpoint))
        for name, order in orders.items():
            if self._lanes[name].done:
                await self._ask_for(StreamCompletionRequested(stream=stream.id, order=order.number))

    async def _opened(self, name: str, order: Order | None) -> Lane:
        stream = self._stream
        if name == VERIFYING or (order is not None and order.work is Work.TEST):
            lane = Lane(0, 0)
            lane.take([test_line(stream, name)], 0)
            return lane
        start, end = (stream.start, None) if order is None else (order.start, order.end)
        return await self._reader.open(name, start, end)

    def _flows(self, name: str) -> bool:
        """Whether a lane may move now: tests also while nothing else may."""
        if self._is_test(name):
            return True
        status = self._stream.status
        if self._halted:
            return False
        return status is StreamStatus.UNVERIFIED if name == VERIFYING else status is StreamStatus.ACTIVE

    async def _fill(self) -> None:
        """Reads one page for every lane that has room, so that no lane waits for another to come to its end."""
        for name, lane in list(self._lanes.items()):  # `update` may take one away while a page is read
            if self._flows(name):
                wanted = partial(self._wants, name)
                await self._reader.look(lane, wanted)
                if self._reader.room(lane) > 0 and await self._reader.read(lane, wanted):
                    self._keeping.moved(name)
            self._reader.hold(self._lanes.values())

    def _wants(self, name: str, line: Line) -> bool:
        order = self._orders.get(name)
        return (order is not None and order.work is Work.RETRY) or passes(self._stream.filter, line.data)

    def _launch(self) -> None:
        """Sends what is ready and allowed; the live flow first."""
        for name in sorted(self._lanes, key=lambda each: (each != LIVE, each)):
            lane = self._lanes[name]
            while self._may_send(name):
                delivery = lane.next(time.time())
                if delivery is None:
                    break
                task = asyncio.create_task(self._deliver(name, lane, delivery))
                self._flying.add(task)
                self._carrying.slots.flying += 1
                task.add_done_callback(self._landed)

    def _landed(self, _task: asyncio.Task[None]) -> None:
        self._carrying.slots.flying -= 1
        self.wake()

    def _may_send(self, name: str) -> bool:
        rested = self._is_test(name) or not self._pace.rest
        return rested and self._flows(name) and len(self._flying) < self._allowed(name)

    def _allowed(self, name: str) -> int:
        most = self._carrying.at_once_per_stream
        crowded = self._carrying.slots.crowded
        return self._pace.allowed(most if name == LIVE else max(1, most // 2), crowded=crowded)

    async def _wait(self) -> None:
        """Until something ended, changed, came, or is due and may be sent: what may not be waits for one that flies."""
        now = time.time()
        due = [at for name, lane in self._lanes.items() if self._may_send(name) and (at := lane.next_try) is not None]
        seconds = min([LOOKED_EVERY, *(max(0.0, at - now) for at in due)])
        if rest := self._pace.rest:
            seconds = min(seconds, rest)
        if self._behind():
            seconds = 0.0
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        self._awake.clear()
        for task in [task for task in self._flying if task.done()]:
            self._flying.discard(task)
            task.result()

    def _behind(self) -> bool:
        """Whether there is more to read, and room for it."""
        end = self._carrying.log.cursor
        return any(
            lane.missing is not None
            or (self._reader.room(lane) > 0 and lane.cursor < (end if lane.end is None else lane.end))
            for name, lane in self._lanes.items()
            if self._flows(name)
        )

    async def _deliver(self, name: str, lane: Lane, delivery: Delivery) -> None:
        """One try of one event, and what follows from how it ended."""
        stream, carrying, order = self._stream, self._carrying, self._orders.get(name)
        line = delivery.line or await self._line(name, delivery.offset)
        if line is None:
            lane.settled(delivery.subject)
            return
        async with carrying.slots:
            if self._lanes.get(name) is not lane:
                return  # cancelled while it waited for its turn
            began = time.monotonic()
            tried = await carrying.sender.send(stream, line)
            seconds = time.monotonic() - began
        if stream.endpoint == self._stream.endpoint:
            self._pace.answered(tried, seconds)
        after = None
        if tried.result is Result.FAILED and not self._is_tried_once(name):
            after = carrying.sender.again_after(delivery.attempt, tried)
        result = Result.DEAD if tried.result is Result.FAILED and after is None else tried.result
        tried = replace(tried, result=result, after=after)
        noted = attempted(stream, line, order, delivery.attempt, tried, round(seconds * 1000))
        await carrying.note(noted, line.recorded.event.traceparent)
        if self._lanes.get(name) is not lane:
            return  # cancelled while it flew: that it was tried is noted, and nothing follows from it
        (self._keeping.settled if tried.after is None else self._keeping.moved)(name)
        if tried.result is Result.DELIVERED:
            self._delivered(name, lane, delivery, line)
        else:
            await self._undelivered(stream, name, lane, delivery, line, tried)

    def _delivered(self, name: str, lane: Lane, delivery: Delivery, line: Line) -> None:
        lane.settled(delivery.subject, delivered_at=time.time())
        if name in self._orders and not self._is_test(name):
            self._keeping.delivered_again(line.cursor)

    async def _undelivered(
        self, stream: AgencyStream, name: str, lane: Lane, delivery: Delivery, line: Line, tried: Tried
    ) -> None:
        """A failure: the event waits for its next try, or was given up, and the receiver perhaps with it."""
        now, gone = time.time(), tried.result is Result.GONE
        if self._is_test(name):
            lane.settled(delivery.subject)
        elif tried.after is not None:
            lane.failed(delivery.subject, now, now + tried.after)
        elif gone or name == VERIFYING:
            lane.failed(delivery.subject, now, now)  # sent when the stream is resumed
        else:
            await self._give_up(stream, lane, delivery, line, tried)
        if gone:
            await self._disable(stream, "gone")
        elif name == VERIFYING and tried.after is None:
            await self._disable(stream, "not-verified")

    async def _give_up(self, stream: AgencyStream, lane: Lane, delivery: Delivery, line: Line, tried: Tried) -> None:
        """The event's last try failed: it is a dead letter.

        Where no lane delivered since the first try, nobody is there; one try alone, as by hand, does not show that.
        """
        await self._carrying.progress.bury(stream.id, line, tried.reason)
        since = lane.failing_since(delivery.subject)
        lane.settled(delivery.subject)
        if since and self._delivered_at() <= since:
            await self._disable(stream, "failing")

    def _delivered_at(self) -> float:
        """When the receiver took something last (epoch seconds), by whichever lane; 0.0 where it never did."""
        return max(lane.delivered_at for lane in self._lanes.values())

    async def _disable(self, stream: AgencyStream, reason: str) -> None:
        """Asks that nothing more be sent, and sends nothing until that is decided."""
        if stream.endpoint == self._stream.endpoint:
            self._halted = True
        await self._ask_for(StreamDisablingRequested(stream=stream.id, endpoint=stream.endpoint, reason=reason))

    async def _ask_for(self, request: StreamRequest) -> None:
        """Asks once, and again where nothing came of it for a while."""
        now = time.monotonic()
        if now - self._asked.get(request, -ASKED_AGAIN_AFTER) >= ASKED_AGAIN_AFTER:
            self._asked = {each: at for each, at in self._asked.items() if now - at < ASKED_AGAIN_AFTER}
            self._asked[request] = now
            await self._carrying.ask(request)

    def _is_test(self, name: str) -> bool:
        order = self._orders.get(name)
        return order is not None and order.work is Work.TEST

    def _is_tried_once(self, name: str) -> bool:
        """What somebody asks for by hand they see fail, and can ask for again; replays go by the schedule."""
        order = self._orders.get(name)
        return order is not None and order.work is not Work.REPLAY

    def _is_kept(self, name: str) -> bool:
        """Tests are not kept: they begin again."""
        return name != VERIFYING and not self._is_test(name)

    def _kept(self) -> dict[str, Lane]:
        return {name: lane for name, lane in self._lanes.items() if self._is_kept(name)}

    async def _line(self, name: str, offset: int) -> Line | None:
        """An event that waited too long to be held in memory; `None` where it is no longer kept."""
        return test_line(self._stream, name) if offset < 0 else await self._reader.line(offset)
