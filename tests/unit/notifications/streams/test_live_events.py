"""Server-sent events: whoever is cut knows where to go on, however busy the log and narrow the filter."""

from __future__ import annotations

import asyncio

import pytest

from schemas.notifications.streams import StreamFilter
from services.notifications.streams.live_events import EventStream
from tests.publicity import counted
from tests.unit.notifications.streams.lines import MemoryPages, log_of, recorded

LOUD = [recorded(number, counted("loud", number)) for number in range(50)]
QUIET = StreamFilter(petitions=("quiet",))


async def frames(stream: EventStream, wanted: int) -> list[bytes]:
    """The first parts of the answer that are sent."""
    sent: list[bytes] = []
    enough = asyncio.Event()

    async def send(message: dict[str, object]) -> None:
        body = message["body"]
        assert isinstance(body, bytes)
        sent.append(body)
        if len(sent) == wanted:
            enough.set()

    telling = asyncio.create_task(stream._tell(send))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(10):
            await enough.wait()
    finally:
        telling.cancel()
    return sent[:wanted]


async def test_the_first_thing_sent_says_where_it_begins() -> None:
    log = log_of(MemoryPages(LOUD), 50)
    assert (await frames(EventStream(log, 50, StreamFilter()), 1))[0].startswith(b"id: 50\n")


async def test_events_that_a_filter_leaves_out_do_not_put_off_the_heartbeat() -> None:
    log = log_of(MemoryPages(LOUD), 0)

    async def busy() -> None:
        for event in LOUD:
            log.take(event)
            await asyncio.sleep(0.02)

    writing = asyncio.create_task(busy())
    first, beat = await frames(EventStream(log, 0, QUIET, heartbeat=0.1), 2)
    assert not writing.done()
    writing.cancel()
    assert first.startswith(b"id: 0\n")
    passed, rest = beat.split(b"\n", 1)
    assert int(passed.removeprefix(b"id: ")) > 0
    assert rest == b":\n\n"


@pytest.mark.parametrize("heartbeat", [0.01, 5.0])
async def test_what_passes_is_sent_with_its_id(heartbeat: float) -> None:
    events = [*LOUD, recorded(50, counted("quiet", 50))]
    log = log_of(MemoryPages(events), len(events))
    sent = b"".join(await frames(EventStream(log, 0, QUIET, heartbeat=heartbeat), 2))
    assert sent.count(b"data: ") == 1
    assert b"id: 51\ndata: " in sent
