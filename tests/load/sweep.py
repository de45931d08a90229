"""The clock of terms over 100,000 open petitions: what a look at all of them costs, and how soon what is due is done.

The petitions are in the topics as if they had been decided before: requests, and the decisions that the rules make on
them. A stream process that starts takes them from there. Then a thousand more are asked for whose collection ends at
one instant, some seconds ahead, and it is measured when they are closed: after the instant at which nobody who signed
in time can be missing, `GRACE` after the end. BENCH_OPEN sets another number.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import uuid4

from aiokafka import AIOKafkaProducer, TopicPartition

from kenes.home import HOME_ZONE
from kenes.kafka.reader import end_offsets, reading, to_record
from kenes.kafka.records import read
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import Closed, DeadlineRequested, Published
from schemas.terms import months_after
from schemas.topics import PETITIONS
from services.petitions.settling import GRACE
from tests.load.baseline import TOPIC, create
from tests.load.lives import Lives, ask_for, now, write_decided
from tests.load.measures import Goal
from tests.load.setting import Setting

OPEN: Final = int(os.environ.get("BENCH_OPEN", "100000"))
DUE: Final = 1000
IDLE: Final = 10.0
AHEAD: Final = timedelta(seconds=45)
"""From asking for petitions until their collection ends: by then they must be published, by a process that has just
come back and looks at all the others for the first time."""

_PROBES: Final = 100
"""Petitions asked for to see that each partition is decided again."""
_WINDOW: Final = 6
"""Months of collection in the rule pack of tests."""
_GOAL: Final = Goal("<", 5)
_RESTORED_WITHIN: Final = 400.0
_DONE_WITHIN: Final = 120.0


async def run(setting: Setting) -> None:
    """Looks at nothing, looks at all, and closes what is due."""
    product, bootstrap = setting.product, setting.product.kafka.bootstrap
    empty = await _idle(setting)
    for role in product.roles:
        product.stop_role(role)
    lives, began = Lives(), time.perf_counter()
    await write_decided(bootstrap, lives, OPEN - DUE - _PROBES, now() - timedelta(days=1))
    setting.measures.add("sweep.filled", time.perf_counter() - began, "s")
    async with _decisions(bootstrap) as decisions:
        began = time.perf_counter()
        product.start_role("stream")
        await decisions.all(Published, await ask_for(bootstrap, lives, _PROBES, now()), _RESTORED_WITHIN)
        setting.measures.add("sweep.restored", time.perf_counter() - began, "s")
        ends = now() + AHEAD
        due = await ask_for(bootstrap, lives, DUE, months_after(ends.astimezone(HOME_ZONE), -_WINDOW))
        await decisions.all(Published, due, _DONE_WITHIN)
        assert now() < ends, "published too late"
        done = await decisions.all(Closed, due, _DONE_WITHIN)
        assert lives.made == OPEN
        late = sorted(at - (ends + GRACE).timestamp() for at in done)
        assert late[0] >= 0, "closed before its time"
    setting.measures.add("sweep.petitions", OPEN, "open petitions")
    # The clock looks once a second: the processor's time of a second in which nothing happens, with and without them.
    looked = await _idle(setting)
    setting.measures.add("sweep.look", looked * 1000, "ms", baseline=empty * 1000, goal=Goal("<", 5000))
    bare = await _bare(bootstrap, due)
    setting.measures.add("sweep.due", DUE, "petitions")
    setting.measures.add("sweep.due.grace", GRACE.total_seconds(), "s")
    setting.measures.add("sweep.due.first", late[0], "s")
    setting.measures.add("sweep.due.all", late[-1], "s", baseline=bare, goal=_GOAL)
    setting.measures.add("sweep.memory.stream", setting.memory("stream") / 1e6, "MB")


async def _idle(setting: Setting) -> float:
    """Seconds of processor that the stream process uses in a second while nothing is asked for."""
    await asyncio.sleep(2.0)
    before = setting.cpu_seconds()["stream"]
    await asyncio.sleep(IDLE)
    return (setting.cpu_seconds()["stream"] - before) / IDLE


@dataclass
class _Decisions:
    """When each petition was decided on, by the type of the decision, in seconds since 1970."""

    at: dict[type[Payload], dict[str, float]] = field(default_factory=dict)

    async def all(self, kind: type[Payload], petitions: Iterable[str], seconds: float) -> list[float]:
        """When the decision of this type came on each of these petitions. Raises `TimeoutError`."""
        wanted = set(petitions)
        async with asyncio.timeout(seconds):
            while not wanted <= self.at.get(kind, {}).keys():  # noqa: ASYNC110 - one look at a thousand is cheaper
                await asyncio.sleep(0.05)
        return [self.at[kind][petition] for petition in wanted]


@asynccontextmanager
async def _decisions(bootstrap: str) -> AsyncIterator[_Decisions]:
    """Notes every decision on petitions from now on."""
    found = _Decisions()
    partitions = range(PETITIONS.partitions)
    async with reading(bootstrap, PETITIONS, dict.fromkeys(partitions, 0)) as consumer:
        for partition, end in (await end_offsets(consumer, PETITIONS, list(partitions))).items():
            consumer.seek(TopicPartition(PETITIONS.name, partition), end)

        async def note() -> None:
            while True:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    for record in records:
                        decision = read(PETITIONS, to_record(record))
                        found.at.setdefault(type(decision.data), {})[decision.event.subject] = time.time()

        noting = asyncio.create_task(note())
        try:
            yield found
        finally:
            noting.cancel()


async def _bare(bootstrap: str, petitions: Iterable[str]) -> float:
    """Seconds in which the bare client asks for the same: all at once, each acknowledged."""
    await create(bootstrap)
    events = [
        Event(str(uuid4()), "/petitions/clock", petition, now(), DeadlineRequested(petition=petition))
        for petition in petitions
    ]
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all") as producer:
        began = time.perf_counter()
        await asyncio.gather(
            *(
                producer.send_and_wait(TOPIC, each.data.write(), key=each.subject.encode(), headers=each.headers())
                for each in events
            )
        )
        return time.perf_counter() - began
