"""What the stream process does when Faust starts and stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from faust.types import TP

from kenes.kafka import stream
from tests.example.v1 import topics
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from kenes.kafka.decider import Decider
    from kenes.kafka.records import Record

REQUESTS = topics()[0]


class Acquiring:
    """A decider that does not come to the end of a partition's log."""

    requests = decisions = REQUESTS

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.left = False
        self.recordings = 0

    async def take_over(self, _partitions: Collection[int]) -> None:
        self.reading.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left = True

    async def recorded(self) -> None:
        self.recordings += 1
        raise OSError("the database is away")


async def test_a_process_that_stops_leaves_the_partition_it_is_acquiring() -> None:
    decider, ended = Acquiring(), list[str]()
    app = stream.stream_app("library", "127.0.0.1:1", 2.0)
    stream.add_decider(app, cast("Decider", cast(Any, decider)), die=lambda: ended.append("at once"))
    await app.on_partitions_assigned.send({TP(REQUESTS.name, 0)})
    await decider.reading.wait()

    await app.on_before_shutdown.send()

    assert decider.left
    assert decider.recordings == 1, "what is in the log already may fail to be recorded"
    assert not ended


class Deciding:
    """A decider that writes down what it is handed, and is held up with the first."""

    requests = decisions = REQUESTS

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.go_on = asyncio.Event()

    async def handle(self, records: Sequence[Record]) -> None:
        self.handled += [record.offset for record in records]
        await self.go_on.wait()

    async def recorded(self) -> None: ...


class Held:
    """A stream as Faust hands it to an agent, of messages read in one generation of its group."""

    def __init__(self, *offsets: int) -> None:
        self.offsets = offsets
        self.acked: list[int] = []

    async def events(self) -> AsyncIterator[Any]:
        for offset in self.offsets:
            message = SimpleNamespace(topic=REQUESTS.name, partition=0, offset=offset, timestamp=0.0, key=b"",
                                      value=b"", headers=None, generation_id=1)  # fmt: skip
            yield SimpleNamespace(message=message)

    async def ack(self, event: Any) -> None:
        self.acked.append(event.message.offset)


@pytest.mark.parametrize(("generation", "flows", "handled"), [(1, True, [0, 1]), (2, True, [0]), (1, False, [0])])
async def test_what_was_held_over_a_rebalance_is_left_to_whose_it_is_now(
    monkeypatch: pytest.MonkeyPatch, generation: int, flows: bool, handled: list[int]
) -> None:
    monkeypatch.setattr(stream, "BATCH", 1)
    decider, held = Deciding(), Held(0, 1)
    app = stream.stream_app("library", "127.0.0.1:1", 2.0)
    app.consumer_generation_id = 1
    app.flow_control.resume()
    stream.add_decider(app, cast("Decider", cast(Any, decider)))
    (agent,) = app.agents.values()

    async def run() -> None:
        async for _ in cast(Any, agent).fun(held):
            pass

    running = asyncio.create_task(run())
    await until(lambda: decider.handled == [0])
    app.consumer_generation_id = generation
    if not flows:
        app.flow_control.suspend()
    decider.go_on.set()
    async with asyncio.timeout(PATIENCE):
        await running

    assert decider.handled == held.acked == handled


class Hanging:
    """An app whose consumer's thread has died: its end does not come. Cancelled, its stop leaves that to nobody."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.stopping = asyncio.Event()

    def finalize(self) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        self.stopping.set()
        with suppress(asyncio.CancelledError):
            await self.end.wait()


async def test_a_process_whose_consumer_does_not_stop_ends_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    app, loop = Hanging(), asyncio.get_running_loop()
    monkeypatch.setattr(stream, "STOP_WITHIN", 0.01)
    monkeypatch.setattr(stream, "_die", lambda: loop.call_soon_threadsafe(app.end.set))

    async with asyncio.timeout(PATIENCE), stream.running_app(cast(Any, app)):
        pass

    assert app.end.is_set()


async def test_a_process_that_is_told_twice_to_stop_ends_as_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    app, loop = Hanging(), asyncio.get_running_loop()
    monkeypatch.setattr(stream, "STOP_WITHIN", 0.05)
    monkeypatch.setattr(stream, "_die", lambda: loop.call_soon_threadsafe(app.end.set))

    async def process() -> None:
        async with stream.running_app(cast(Any, app)):
            await asyncio.Event().wait()

    running = asyncio.create_task(process())
    await asyncio.sleep(0)
    running.cancel()
    await app.stopping.wait()
    running.cancel()

    async with asyncio.timeout(PATIENCE):
        await asyncio.wait([running])

    assert app.end.is_set()
    assert running.cancelled()
