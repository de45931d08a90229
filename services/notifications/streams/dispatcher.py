"""Sends the streams whose decisions this process owns: one courier each, opened and closed as they come and go."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.mongo.client import Database
from kenes.observe.logs import get_logger
from kenes.tasks import Tasks
from schemas.envelope import Event
from schemas.notifications.streams import StreamRequest
from schemas.topics import STREAM_REQUESTS
from services.notifications.domain.streams import AgencyStream, StreamStatus
from services.notifications.streams.attempts import SOURCE, Attempts
from services.notifications.streams.carrying import Carrying
from services.notifications.streams.courier import Courier
from services.notifications.streams.delivery_log import DeliveryLog
from services.notifications.streams.log import following_log
from services.notifications.streams.metrics import STREAMS
from services.notifications.streams.progress import Progress
from services.notifications.streams.sending import Sender
from services.notifications.streams.slots import Slots

_log = get_logger(__name__)

LOOKED_EVERY: Final = 0.25
"""Seconds between two looks at which streams have changed: a new one begins that much late."""
HEARD_EVERY: Final = 5.0
"""Seconds it waits at most for news of the log, which wake it at once."""


class StreamStates(Protocol):
    """The streams that are decided here: `kenes.mongo.decision_state.KeyedState` of them."""

    def states(self) -> Iterable[AgencyStream | None]:
        """Every one."""

    def changed(self) -> set[str]:
        """Ids of those that are others than when this was asked last."""

    def state(self, key: str, /) -> AgencyStream | None:
        """One of them; `None` where it is not decided here."""


class Dispatcher:
    """Follows the states of streams that are decided here. Whoever decides a stream also sends it."""

    def __init__(self, states: StreamStates, carrying: Carrying, log: DeliveryLog) -> None:
        self._states = states
        self._carrying = carrying
        self._log = log
        self._couriers: dict[str, tuple[Courier, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Sends until cancelled; an error of a courier that is not a receiver's fault ends it."""
        async with Tasks() as tasks:
            tasks.create_task(self._hear(), name="news of the public log")
            while True:
                for key in self._states.changed():
                    await self._arrange(key, tasks)
                known = Counter(each.status for each in self._states.states() if each is not None)
                for status in StreamStatus:
                    STREAMS.labels(status).set(known[status])
                await asyncio.sleep(LOOKED_EVERY)

    async def _arrange(self, key: str, tasks: Tasks) -> None:
        stream = self._states.state(key)
        ended = stream is None or stream.status is StreamStatus.DELETED
        if stream is None or ended:
            await self._close(key)
            if stream is not None:
                await self._carrying.progress.forget(key)
                await self._log.forget(key)
        elif key in self._couriers:
            self._couriers[key][0].update(stream)
        else:
            courier = Courier(stream, self._carrying)
            self._couriers[key] = courier, tasks.create_task(courier.run(), name=f"stream {key}")

    async def _close(self, key: str) -> None:
        """Ends a courier, once it has kept how far it came."""
        if key in self._couriers:
            _, task = self._couriers.pop(key)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hear(self) -> None:
        log = self._carrying.log
        heard = log.cursor
        while True:
            if await log.news(heard, HEARD_EVERY):
                heard = log.cursor
                for courier, _ in self._couriers.values():
                    courier.wake()


@asynccontextmanager
async def dispatching(
    bootstrap: str,
    database: Database,
    producer: Producer,
    states: StreamStates,
    sender: Sender,
    *,
    at_once: int,
    at_once_per_stream: int,
) -> AsyncIterator[None]:
    """Runs a dispatcher beside the block; an error of it ends the block. `at_once` bounds what it sends in all."""

    async def ask(request: StreamRequest) -> None:
        now = datetime.now(UTC)
        name = str(uuid5(NAMESPACE_URL, f"kenes:{request.TYPE}:{request.stream}:{now.isoformat()}"))
        event = Event(id=name, source=SOURCE, subject=request.stream, time=now, data=request)
        await producer.send(STREAM_REQUESTS, request.stream.encode(), event)

    progress, tries = Progress(database), DeliveryLog(database)
    await progress.prepare()
    await tries.prepare()
    async with following_log(bootstrap) as log, Tasks() as tasks:
        carrying = Carrying(
            log=log,
            progress=progress,
            sender=sender,
            note=Attempts(producer).note,
            ask=ask,
            slots=Slots(at_once),
            at_once_per_stream=at_once_per_stream,
        )
        running = tasks.create_task(Dispatcher(states, carrying, tries).run(), name="streams")
        try:
            yield
        finally:
            running.cancel()
