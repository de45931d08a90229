"""Poison on every input topic of the running product is set aside with reason and origin; what follows is processed."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import read
from schemas.dead_letter import DeadLetter
from schemas.envelope import Event
from schemas.petitions.v1 import GoalRequested
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from services.petitions.service import Petitions
from tests.integration.api import Api
from tests.processes import Product
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack

Headers = list[tuple[str, bytes]]

CONSUMERS = {
    PETITION_REQUESTS.name: {"petitions/stream"},
    SIGNATURE_REQUESTS.name: {"petitions/stream"},
    PETITIONS.name: {"petitions/petitions"},
    SIGNATURES.name: {"petitions/tallies", "petitions/history", "petitions/signatures"},
}
ENVELOPE: Headers = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"/nowhere"),
    ("ce_subject", b"nothing"),
    ("ce_time", b"2026-01-01T00:00:00+00:00"),
]


def poisons(topic: Topic) -> list[tuple[Headers, bytes | None, str]]:
    """Headers, value, and a word of the reason each must be set aside with."""
    kind = topic.payloads[0].TYPE.encode()
    typed = [*ENVELOPE, ("ce_type", kind)]
    return [
        ([], b"\xff\xfe\x00", "event type"),
        ([*ENVELOPE, ("ce_type", b"petitions.petition.exploded.v1")], b"{}", "exploded"),
        ([*ENVELOPE, ("ce_type", b"\xff")], b"{}", "UTF-8"),
        (typed, None, "no value"),
        (typed, b"{", "json_invalid"),
        (typed, b'{"petition": 5}', "petition: string_type"),
        ([("ce_type", kind)], b"{}", "missing header"),
        ([*typed, ("ce_sequence", b"first")], json.dumps({"petition": "p"}).encode(), ""),
    ]


async def write(product: Product, topic: Topic, partition: int) -> dict[int, str]:
    """Writes all poisons to one partition; offsets and reasons."""
    producer = AIOKafkaProducer(bootstrap_servers=product.kafka.bootstrap)
    await producer.start()
    try:
        offsets = {}
        for headers, value, reason in poisons(topic):
            sent = await producer.send_and_wait(topic.name, value, key=b"k", partition=partition, headers=headers)
            offsets[sent.offset] = reason
        return offsets
    finally:
        await producer.stop()


async def letters(product: Product, topic: Topic) -> list[DeadLetter]:
    aside = topic.dead_letters
    found = []
    async for records in read_to_end(product.kafka.bootstrap, aside, dict.fromkeys(range(aside.partitions), 0)):
        found += [read(aside, record).data for record in records]
    return [letter for letter in found if isinstance(letter, DeadLetter)]


async def wait_for_letters(product: Product, topic: Topic, partition: int, offsets: set[int]) -> list[DeadLetter]:
    """The letters about these records, once every consumer of the topic has set them aside."""
    expected = {(offset, consumer) for offset in offsets for consumer in CONSUMERS[topic.name]}

    async def read() -> list[DeadLetter]:
        return [
            letter
            for letter in await letters(product, topic)
            if letter.origin.partition == partition and letter.origin.offset in offsets
        ]

    return await eventually_read(
        read, lambda found: {(letter.origin.offset, letter.consumer) for letter in found} >= expected
    )


@pytest.mark.parametrize("topic", Petitions.topics, ids=lambda topic: topic.name)
async def test_poison_is_set_aside_and_the_next_event_is_processed(product: Product, api: Api, topic: Topic) -> None:
    petition = await asyncio.to_thread(api.open, api.person())
    partition = 3
    offsets = await write(product, topic, partition)
    found = await wait_for_letters(product, topic, partition, set(offsets))
    for letter in found:
        assert letter.origin.topic == topic.name
        assert offsets[letter.origin.offset] in letter.reason
        assert letter.reason.startswith("UnreadableEventError: ")
        assert "Traceback" in letter.stack
        assert base64.b64decode(letter.key or "") == b"k"
    # People sign until some of them were decided on the poisoned partition.
    receipts: list[str] = []
    while sum(receipt.split("-")[1] == str(partition) for receipt in receipts) < 2 and len(receipts) < 200:
        receipts.append((await asyncio.to_thread(api.sign, petition, api.person())).json()["receipt"])
    for receipt in receipts:
        decided = await asyncio.to_thread(api.receipt, receipt)
        assert decided["decision"] == "petitions.signature.accepted.v1"
    assert api.count(petition) == len(receipts)
    opened = [await asyncio.to_thread(api.open, api.person()) for _ in range(8)]
    assert len(set(opened)) == 8


async def test_a_request_the_rules_raise_on_is_set_aside(product: Product, api: Api) -> None:
    """Supporters enough years before the calendar begins: a record whose own time the rules have no answer for."""
    author = api.person()
    petition = api.create(author, pack="kz-moderated")
    submitted = api.ask("POST", f"/petitions/{petition}/submission", author)
    assert submitted.status_code == 200
    place = int(submitted.json()["receipt"].split("-")[1])
    request = GoalRequested(petition=petition, count=2)
    event = Event(id="1", source="/test", subject=petition, time=datetime.now(UTC), data=request)
    producer = AIOKafkaProducer(bootstrap_servers=product.kafka.bootstrap)
    await producer.start()
    try:
        sent = await producer.send_and_wait(
            PETITION_REQUESTS.name,
            request.write(),
            key=petition.encode(),
            partition=place,
            headers=event.headers(),
            timestamp_ms=1_500_000_000_000,
        )
    finally:
        await producer.stop()
    (letter,) = await wait_for_letters(product, PETITION_REQUESTS, place, {sent.offset})
    assert letter.reason.startswith("ValueError: calendar")
    assert "deadline" in letter.stack
    assert len({await asyncio.to_thread(api.open, api.person()) for _ in range(5)}) == 5


async def test_after_all_the_poison_audit_is_clean(product: Product) -> None:
    status, output = await asyncio.to_thread(product.run, "audit")
    assert status == 0, output
