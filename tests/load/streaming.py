"""Webhooks to receivers that are slow, faulty or dead, and a replay of the whole log.

The real dispatcher runs in this process on the embedded servers; receivers answer on this machine.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import quantiles
from typing import Final
from uuid import uuid4

from kenes.egress.client import Egress
from kenes.egress.settings import EgressSettings
from kenes.kafka.admin import ensure_topics
from kenes.kafka.producer import Producer
from kenes.local.ports import free_port
from kenes.mongo.client import connected
from schemas.notifications.streams import StreamFilter
from schemas.topics import DELIVERY_ATTEMPTS, PUBLIC_EVENTS, STREAM_REQUESTS
from services.notifications.channels.webhook import WebhookChannel, new_secret
from services.notifications.domain.streams import AgencyStream, SealedSecret
from services.notifications.domain.streams_filtering import passes
from services.notifications.streams.dispatcher import dispatching
from services.notifications.streams.log import following_log
from services.notifications.streams.sending import Tried
from services.notifications.streams.webhooks import SECRETS, WebhookSender
from tests.load.measures import Goal
from tests.load.records import KEYRING, petition_ids
from tests.load.setting import Setting
from tests.publicity import counted, standing
from tests.receiver import Answering, Got, Receiver, Reply, receiving

LATENCY: Final = 0.05
ERRORS: Final = 0.05
SUBJECTS: Final = 200
_WRITTEN: Final = 2_000
_PACED: Final = 100
"""Events a second while the time to a healthy receiver is measured."""
_UNCHANGED: Final = Goal("<=", 1.2, ratio=True)
_NONE: Final = Goal("<=", 0)


@dataclass(frozen=True)
class Sizes:
    """How much is measured: events to each of the faulty receivers, turns and seconds of pace, and events replayed."""

    events: int = 4_000
    receivers: int = 4
    turns: int = 5
    seconds: int = 12
    replayed: int = 1_000_000


class QuickSender(WebhookSender):
    """Tries again after a second: a schedule of days is not what is measured."""

    def again_after(self, attempt: int, tried: Tried) -> float | None:
        """See `Sender`."""
        return 1.0


class Streams:
    """The streams to receivers, as a decider would hold them. All begin at a cursor."""

    def __init__(self, receivers: Iterable[Receiver], start: int) -> None:
        box = KEYRING.box(SECRETS)
        self._streams = {}
        for receiver in receivers:
            name = str(uuid4())
            self._streams[name] = AgencyStream(
                id=name,
                owner="agency:bench",
                name="bench",
                endpoint=receiver.url,
                filter=StreamFilter(),
                secrets=(SealedSecret(sealed=box.seal(new_secret(), name)),),
                start=start,
                created_at=datetime.now(UTC),
                verified=True,
            )
        self._changed = set(self._streams)

    def states(self) -> Iterable[AgencyStream | None]:
        """All of them."""
        return self._streams.values()

    def changed(self) -> set[str]:
        """All of them, the first time."""
        changed, self._changed = self._changed, set()
        return changed

    def state(self, key: str, /) -> AgencyStream | None:
        """One of them."""
        return self._streams.get(key)


class Bench:
    """A topic of public events that grows as it is told to."""

    def __init__(self, setting: Setting, producer: Producer) -> None:
        self.setting = setting
        self.producer = producer
        self.written = 0
        self.names = petition_ids(SUBJECTS)

    async def write(self, count: int) -> None:
        """So many counts more, of one petition after the other."""
        while count:
            some = min(count, _WRITTEN)
            numbers = range(self.written, self.written + some)
            events = standing((counted(self.names[n % SUBJECTS], n) for n in numbers), self.written)
            await self.producer.send_all(PUBLIC_EVENTS, 0, events)
            self.written += some
            count -= some

    @asynccontextmanager
    async def sending(
        self, receivers: list[Receiver], sender: type[WebhookSender] = WebhookSender
    ) -> AsyncIterator[None]:
        """The dispatcher, with a stream to each receiver from here on."""
        product = self.setting.product
        origins = frozenset(receiver.url.removesuffix("/hook") for receiver in receivers)
        async with (
            connected(product.mongo.uri, f"bench_streaming_{uuid4().hex[:8]}") as database,
            Egress(EgressSettings(egress_test_targets=origins)) as egress,
            dispatching(
                product.kafka.bootstrap,
                database,
                self.producer,
                Streams(receivers, self.written),
                sender(WebhookChannel(egress), KEYRING.box(SECRETS), "https://kenes.example/events"),
                at_once=1_000,
                at_once_per_stream=16,
            ),
        ):
            yield


async def run(setting: Setting, sizes: Sizes | None = None) -> None:
    """Measures deliveries, isolation and replay, one after another."""
    wanted = sizes or Sizes()
    bootstrap = setting.product.kafka.bootstrap
    await ensure_topics(bootstrap, (PUBLIC_EVENTS, STREAM_REQUESTS, DELIVERY_ATTEMPTS), 1)
    async with Producer(bootstrap, "bench", timeout=60.0) as producer:
        bench = Bench(setting, producer)
        await _deliver(bench, wanted)
        await _isolate(bench, wanted)
        await _replay(bench, wanted.replayed)


async def _deliver(bench: Bench, sizes: Sizes) -> None:
    """Receivers that take 50 ms and refuse one in twenty: how fast, and whether anything is lost or out of order."""
    chance = random.Random(1)

    def answering(_got: Got) -> Reply:
        return Reply(500 if chance.random() < ERRORS else 204, after=LATENCY)

    async with _receivers(sizes.receivers, answering) as receivers, bench.sending(receivers, QuickSender):
        began = time.monotonic()
        await bench.write(sizes.events)
        await _all_taken(receivers, sizes.events)
    taken = sorted(got.at for receiver in receivers for got in receiver.taken)
    most = taken[int(len(taken) * 0.9)] - began
    repeats = sum(len(receiver.taken) - len(receiver.ids) for receiver in receivers)
    measures = bench.setting.measures
    measures.add("streaming.deliveries", len(taken) * 0.9 / most, "1/s")
    measures.add("streaming.repeats", repeats, "events")
    measures.add("streaming.out_of_order", sum(map(_disorder, receivers)), "events", goal=_NONE)


async def _isolate(bench: Bench, sizes: Sizes) -> None:
    """Milliseconds within which 99 % of events reach two healthy receivers, beside a slow and a dead one and alone.

    Both take turns, so that what else happens on the machine falls on both alike.
    """
    alone, beside = list[float](), list[float]()
    for _ in range(sizes.turns):
        alone += await _healthy(bench, sizes.seconds, beside=False)
        beside += await _healthy(bench, sizes.seconds, beside=True)
    least, found = (quantiles(took, n=100)[98] * 1000 for took in (alone, beside))
    bench.setting.measures.add("streaming.healthy_p99", found, "ms", baseline=least, goal=_UNCHANGED)


async def _healthy(bench: Bench, seconds: int, *, beside: bool) -> list[float]:
    """How long each event took to reach each of two healthy receivers, where a slow and a dead one are or not."""
    async with AsyncExitStack() as stack:
        healthy = await stack.enter_async_context(_receivers(2, lambda _: Reply(after=LATENCY)))
        bad: list[Receiver] = []
        if beside:
            bad = await stack.enter_async_context(_receivers(1, lambda _: Reply(after=10.0)))
            bad.append(Receiver(f"http://127.0.0.1:{free_port()}/hook"))
        first = bench.written
        written = dict[int, float]()
        await stack.enter_async_context(bench.sending([*healthy, *bad]))
        for number in range(seconds * _PACED):
            written[bench.written] = time.monotonic()
            await bench.write(1)
            await asyncio.sleep(max(0.0, written[first] + (number + 1) / _PACED - time.monotonic()))
        await _all_taken(healthy, len(written))
    return [got.at - written[got.event["data"]["count"]] for receiver in healthy for got in receiver.taken]


async def _replay(bench: Bench, count: int) -> None:
    """Reads the log from its beginning, as a page of events or a replay does."""
    await bench.write(max(0, count - bench.written))
    async with following_log(bench.setting.product.kafka.bootstrap) as log:
        began, cursor, read, wanted = time.monotonic(), 0, 0, StreamFilter()
        whole = False
        while not whole:
            page = await log.page(cursor)
            read += sum(len(line.json) > 0 for line in page.lines if passes(wanted, line.data))
            cursor, whole = page.cursor, page.whole
        took = time.monotonic() - began
    assert read == bench.written
    bench.setting.measures.add("streaming.replayed", read, "events")
    bench.setting.measures.add("streaming.replay", read / took, "1/s")


@asynccontextmanager
async def _receivers(count: int, answering: Answering) -> AsyncIterator[list[Receiver]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(receiving(free_port(), answering)) for _ in range(count)]


async def _all_taken(receivers: Iterable[Receiver], events: int) -> None:
    """Returns when each receiver has taken so many events; nothing may be lost."""
    for receiver in receivers:
        await receiver.until(partial(_took, receiver, events), 300)


def _took(receiver: Receiver, events: int) -> bool:
    return len(receiver.ids) == events


def _disorder(receiver: Receiver) -> int:
    """Events that came, for the first time, after a later one of the same petition."""
    newest: dict[str, int] = defaultdict(lambda: -1)
    seen: set[str] = set()
    wrong = 0
    for got in receiver.taken:
        event = got.event
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        wrong += event["data"]["count"] < newest[event["subject"]]
        newest[event["subject"]] = max(newest[event["subject"]], event["data"]["count"])
    return wrong
