"""The stream process: a Faust app whose agents hand batches to deciders.

Faust acknowledges an event whose agent raised; so nothing here raises into Faust. A decider that fails ends the process
at once: nothing more is committed, and the batch comes again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from tempfile import gettempdir
from threading import Timer
from typing import TYPE_CHECKING, Any

from kenes.kafka.connection import client_options
from kenes.kafka.decider import Decider
from kenes.kafka.gathering import gathered
from kenes.kafka.records import Record
from kenes.observe.logs import get_logger
from kenes.tasks import is_cancelled

if TYPE_CHECKING:
    import faust
    from faust.types import EventT

_log = get_logger(__name__)

BATCH = 500
GATHER = 0.005
"""Seconds in which a batch may grow: next to nothing for whoever waits, and far fewer batches in a rush."""
EX_SOFTWARE = 70
STOP_WITHIN = 8.0
"""Seconds to stop in: fewer than the ten after which `kenes up` kills a process."""


def deciders_group(service: str) -> str:
    """The group in which the stream processes of a service read requests."""
    return f"{service}-stream"


def stream_app(name: str, bootstrap: str, session_timeout: float) -> faust.App:
    """A Faust app that only consumes: no web server, no tables, no topics of its own. Times are in seconds."""
    import faust  # noqa: PLC0415 - 20 MB that the other processes of a service have no use for

    reached = client_options(bootstrap)
    group = deciders_group(name)
    return faust.App(
        group,
        broker=";".join(f"aiokafka://{broker}" for broker in reached["bootstrap_servers"].split(",")),
        broker_credentials=_credentials(reached),
        store="memory://",
        datadir=Path(gettempdir()) / group,  # it insists on a folder, and keeps nothing there
        web_enabled=False,
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_commit_interval=1.0,
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=session_timeout / 4,
        broker_rebalance_timeout=max(10.0, session_timeout),
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
    )


def _credentials(reached: Mapping[str, Any]) -> faust.SASLCredentials | None:
    if "sasl_mechanism" not in reached:
        return None
    import faust  # noqa: PLC0415 - as above

    return faust.SASLCredentials(
        username=reached["sasl_plain_username"],
        password=reached["sasl_plain_password"],
        mechanism=reached["sasl_mechanism"],
        ssl_context=reached["ssl_context"],
    )


def add_decider(app: faust.App, decider: Decider, *, die: Callable[[], None] | None = None) -> None:
    """Makes an agent that has `decider` decide what comes in on its requests topic.

    `die` ends the process without letting Faust commit; tests pass their own.
    """
    topic = app.topic(
        decider.requests.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=decider.requests.partitions,
    )
    end = die or _die

    async def or_end(work: Awaitable[None]) -> None:
        try:
            await work
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and is_cancelled():
                raise
            _log.exception("deciding failed: the process ends, the batch will come again")
            end()
            await asyncio.Event().wait()  # never acknowledges, should the end be slow to come

    def current(event: EventT[Any]) -> bool:
        # As Faust asks of what it hands to an agent; what waits there for its turn may wait over a rebalance. Faust
        # goes back to what is committed then, so it comes again, to us or to who has the partition now.
        return app.flow_control.is_active() and event.message.generation_id == app.consumer_generation_id

    async def agent(stream: Any) -> AsyncIterator[None]:
        async with aclosing(gathered(stream, BATCH, GATHER, lambda: or_end(decider.recorded()), current)) as batches:
            async for events in batches:
                await or_end(decider.handle([_record(event) for event in events]))
                yield

    app.agent(topic, name=decider.requests.name)(agent)

    _follow_assignment(app, decider, end)


def _follow_assignment(app: Any, decider: Decider, end: Callable[[], None]) -> None:
    """Has `decider` take over and let go of partitions as they are assigned and revoked."""
    acquiring: set[asyncio.Task[None]] = set()

    def ours(partitions: Any) -> list[int]:
        return [found.partition for found in partitions if found.topic == decider.requests.name]

    async def acquire(partitions: list[int]) -> None:
        try:
            await decider.take_over(partitions)
        except Exception:  # noqa: BLE001 - whatever it is, the partition is not decided here
            _log.exception("a partition could not be acquired: the process ends")
            end()

    async def assigned(_app: Any, assigned: Any, **_options: Any) -> None:
        # In the background: a rebalance that takes long would itself be taken for a dead worker.
        task = asyncio.create_task(acquire(ours(assigned)))
        acquiring.add(task)
        task.add_done_callback(acquiring.discard)

    async def revoked(_app: Any, revoked: Any, **_options: Any) -> None:
        await decider.release(ours(revoked))

    async def left(_app: Any, **_options: Any) -> None:
        # A partition that is still being acquired would be read by connections that are closed next.
        for task in acquiring:
            task.cancel()
        await asyncio.gather(*acquiring, return_exceptions=True)
        await _record_last(decider)

    app.on_partitions_assigned.connect(assigned, weak=False)
    app.on_partitions_revoked.connect(revoked, weak=False)
    app.on_before_shutdown.connect(left, weak=False)


async def _record_last(decider: Decider) -> None:
    try:
        await decider.recorded()
    except Exception:  # noqa: BLE001 - the process ends, and whoever is next finds it in the log
        _log.exception("what was decided last is not recorded", topic=decider.decisions.name)


def _record(event: EventT[Any]) -> Record:
    message = event.message
    headers: Any = message.headers or ()
    return Record(
        message.topic,
        message.partition,
        message.offset,
        round(message.timestamp * 1000),
        message.key,
        message.value,
        list(headers.items() if isinstance(headers, dict) else headers),
    )


def _die() -> None:
    os._exit(EX_SOFTWARE)


@asynccontextmanager
async def running_app(app: faust.App) -> AsyncIterator[None]:
    """Starts the app and its agents; stops them at the end of the block, or ends the process after `STOP_WITHIN`."""
    app.finalize()
    try:
        await app.start()
        yield
    finally:
        # Outside the loop: where its consumer's thread has died, Faust waits a minute for it, whoever cancels that.
        late = Timer(STOP_WITHIN, _end_late)
        late.daemon = True
        late.start()
        await _to_its_end(app.stop())
        late.cancel()


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Awaits `work` though this task is cancelled meanwhile, which it hears afterwards.

    Faust returns from a stop that is cancelled and leaves the rest of it to nobody: the loop would wait for that.
    """
    running, cancelled = asyncio.create_task(work), False
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            cancelled = True
    running.result()
    if cancelled:
        raise asyncio.CancelledError


def _end_late() -> None:
    _log.warning("Faust did not stop in time: the process ends as it is, which loses nothing")
    _die()
