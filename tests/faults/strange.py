"""Records that people would not send: no events at all, events of a version to come, events of another time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Final

from aiokafka import AIOKafkaProducer

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Record, read
from schemas.dead_letter import DeadLetter
from schemas.envelope import sequence_of
from schemas.petitions.v1 import SignRequested, WithdrawRequested
from schemas.topics import SIGNATURE_REQUESTS, SIGNATURES
from tests.faults.asking import Books
from tests.faults.drilled import Check
from tests.faults.site import Site
from tests.faults.verify import SETTLE_SECONDS
from tests.load.measures import Goal

FLOOD: Final = 1_000
AGAIN: Final = 100
AHEAD_SECONDS: Final = 50 * 60
"""Less than the hour from which on the broker itself refuses a record."""
_GLANCE: Final = 1.0
_NONE: Final = Goal("<=", 0)

Places = set[tuple[int, int]]
"""Partition and offset."""


async def poison_flood(site: Site, _books: Books) -> list[Check]:
    """Records that are no events, among those of people."""
    bootstrap = site.product.kafka.bootstrap
    before = await _set_aside(bootstrap)
    partitions = SIGNATURE_REQUESTS.partitions
    poison = (
        Record(SIGNATURE_REQUESTS.name, number % partitions, 0, _now(), None, b"\xff", ()) for number in range(FLOOD)
    )
    written = await _write(bootstrap, poison)
    aside = await _once(lambda: _set_aside(bootstrap), written)
    return [
        Check("records", len(written), "records", Goal(">=", FLOOD)),
        Check("records_not_set_aside", len(written - aside), "records", _NONE),
        Check("good_records_set_aside", len(aside - before - written), "records", _NONE),
    ]


async def schema_of_the_future(site: Site, _books: Books) -> list[Check]:
    """Requests with members and headers that nobody knows yet, and of a type that nobody knows yet."""
    bootstrap = site.product.kafka.bootstrap
    before, requests = await _set_aside(bootstrap), await _signed(bootstrap)
    grown = await _write(bootstrap, map(_grown, requests))
    unknown = await _write(bootstrap, map(_of_unknown_type, requests))
    decided = await _once(lambda: _decided(bootstrap), grown)
    aside = await _once(lambda: _set_aside(bootstrap), unknown)
    return [
        Check("records", len(grown | unknown), "records", Goal(">=", 2)),
        Check("grown_not_decided", len(grown - decided), "records", _NONE),
        Check("unknown_not_set_aside", len(unknown - aside), "records", _NONE),
        Check("good_records_set_aside", len(aside - before - unknown), "records", _NONE),
    ]


async def clock_jumps(site: Site, _books: Books) -> list[Check]:
    """Requests that are dated long ago, and such that are dated later than now."""
    bootstrap = site.product.kafka.bootstrap
    before, requests = await _set_aside(bootstrap), await _signed(bootstrap)
    moments = (0, _now() + AHEAD_SECONDS * 1000)
    written = await _write(bootstrap, (replace(each, timestamp=moment) for each in requests for moment in moments))
    decided = await _once(lambda: _decided(bootstrap), written)
    return [
        Check("records", len(written), "records", Goal(">=", 2)),
        Check("records_not_decided", len(written - decided), "records", _NONE),
        Check("good_records_set_aside", len(await _set_aside(bootstrap) - before), "records", _NONE),
    ]


def _now() -> int:
    return round(time.time() * 1000)


def _grown(request: Record) -> Record:
    value = json.loads(request.value or b"{}") | {"unknown": {"to": ["this", "version"]}}
    return replace(request, value=json.dumps(value).encode(), headers=[*request.headers, ("ce_unknown", b"1")])


def _of_unknown_type(request: Record) -> Record:
    headers = [
        (name, b"petitions.signature.exploded.v9" if name == "ce_type" else told) for name, told in request.headers
    ]
    return replace(request, headers=headers)


async def _signed(bootstrap: str) -> list[Record]:
    """The oldest requests to sign of people who did not withdraw: to be decided again, they can only be refused."""
    signed: list[tuple[str, Record]] = []
    withdrew = set()
    starts = dict.fromkeys(range(SIGNATURE_REQUESTS.partitions), 0)
    async for records in read_to_end(bootstrap, SIGNATURE_REQUESTS, starts):
        for record in (each for each in records if each.headers):
            data = read(SIGNATURE_REQUESTS, record).data if _is_known(record) else None
            if isinstance(data, SignRequested):
                signed.append((data.signer, record))
            elif isinstance(data, WithdrawRequested):
                withdrew.add(data.signer)
    standing = [record for signer, record in signed if signer not in withdrew]
    return sorted(standing, key=lambda each: each.offset)[:AGAIN]


def _is_known(record: Record) -> bool:
    return dict(record.headers).get("ce_type", b"").decode() in SIGNATURE_REQUESTS.types


async def _write(bootstrap: str, records: Iterable[Record]) -> Places:
    """Writes records as they are, each to its partition; where they stand."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        written = set()
        for each in records:
            sent = await producer.send_and_wait(
                each.topic,
                each.value,
                key=each.key,
                partition=each.partition,
                timestamp_ms=each.timestamp,
                headers=list(each.headers),
            )
            written.add((sent.partition, sent.offset))
        return written
    finally:
        await producer.stop()


async def _once(look: Callable[[], Awaitable[Places]], wanted: Places) -> Places:
    """What is there, once all that is wanted is, or has had the time to be."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        found = await look()
        if found >= wanted or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_GLANCE)


async def _set_aside(bootstrap: str) -> Places:
    """The requests that have a dead letter."""
    aside, found = SIGNATURE_REQUESTS.dead_letters, set()
    async for records in read_to_end(bootstrap, aside, dict.fromkeys(range(aside.partitions), 0)):
        for letter in (read(aside, record).data for record in records):
            if isinstance(letter, DeadLetter):
                found.add((letter.origin.partition, letter.origin.offset))
    return found


async def _decided(bootstrap: str) -> Places:
    """The requests that have a decision."""
    found = set()
    async for records in read_to_end(bootstrap, SIGNATURES, dict.fromkeys(range(SIGNATURES.partitions), 0)):
        found |= {(each.partition, sequence_of(read(SIGNATURES, each).event)) for each in records}
    return found
