"""Writing the record of a dead letter to its topic again, as it was, with a word of where it comes from."""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from kenes.kafka.clients import consuming
from kenes.kafka.connection import client_options
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.reader import end_offsets, read_to_end, to_record
from kenes.kafka.records import Receipt, read
from schemas.dead_letter import DeadLetter
from schemas.envelope import UnreadableEventError, recorded_now
from schemas.topics import LARGEST_RECORD, Topic

CASE = "kenes_replay_of"
"""The header that names the record replayed: `topic/partition/offset` of the first of all its tries."""
TRY = "kenes_replay_try"
"""The header that says how often it has been replayed, from 1."""
WITHIN_MS = 10_000


def case_of(letter: DeadLetter) -> tuple[str, int]:
    """The record that a letter is about, where it was first, and how often it had been replayed."""
    origin = letter.origin
    first = f"{origin.topic}/{origin.partition}/{origin.offset}"
    try:
        case, tries = (base64.b64decode(letter.headers[name]).decode() for name in (CASE, TRY))
    except (KeyError, ValueError, binascii.Error):
        return first, 0
    return (case, int(tries)) if tries.isascii() and tries.isdigit() and len(tries) < 9 else (first, 0)


@dataclass(frozen=True)
class Replayer:
    """Reads letters and writes their records again: many, over the same two clients."""

    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer

    async def letter_at(self, topic: Topic, offset: int) -> DeadLetter | None:
        """See the function."""
        return await _letter_at(self.consumer, topic, offset)

    async def end(self, topic: Topic, partition: int) -> int:
        """The offset after the last record of a partition, now."""
        return (await end_offsets(self.consumer, topic, [partition]))[partition]

    async def write_again(self, letter: DeadLetter, case: str, tries: int) -> Receipt:
        """Writes the record with the key, value, headers and time it had, to the partition it was on.

        It keeps its time: who asked in time is not late because something failed here. When it was written is said
        anew. Raises `BrokerUnavailableError`; nothing more is to be written with this one then.
        """
        headers = {name: base64.b64decode(value) for name, value in letter.headers.items()}
        headers |= dict([(CASE, case.encode()), (TRY, b"%d" % tries), recorded_now()])
        try:
            sent = await self.producer.send_and_wait(
                letter.origin.topic,
                _bytes(letter.value),
                key=_bytes(letter.key),
                partition=letter.origin.partition,
                headers=list(headers.items()),
                timestamp_ms=letter.origin.timestamp,
            )
        except KafkaError as error:
            raise BrokerUnavailableError(f"no acknowledgement for {letter.origin.topic}: {error!r}") from error
        return Receipt(sent.partition, sent.offset)


@asynccontextmanager
async def replayer(bootstrap: str) -> AsyncIterator[Replayer]:
    """What reads letters and writes their records again while the block runs.

    Raises `BrokerError` and `BrokerUnavailableError` when no broker can be reached.
    """
    producer = AIOKafkaProducer(
        **client_options(bootstrap),
        enable_idempotence=True,
        acks="all",
        max_request_size=LARGEST_RECORD,
        request_timeout_ms=WITHIN_MS,
    )
    async with _reading(bootstrap) as consumer:
        try:
            await producer.start()
            yield Replayer(consumer, producer)
        finally:
            await producer.stop()


async def letter_at(bootstrap: str, topic: Topic, offset: int) -> DeadLetter | None:
    """The letter at an offset of a topic's dead letters; `None` where there is none.

    Raises `BrokerUnavailableError` where there is one that the broker does not give, and `BrokerError`.
    """
    async with _reading(bootstrap) as consumer:
        return await _letter_at(consumer, topic, offset)


@asynccontextmanager
async def _reading(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**client_options(bootstrap), enable_auto_commit=False, auto_offset_reset="none")
    async with consuming(consumer):
        yield consumer


async def _letter_at(consumer: AIOKafkaConsumer, topic: Topic, offset: int) -> DeadLetter | None:
    letters = topic.dead_letters
    place = TopicPartition(letters.name, 0)
    begins, ends = await consumer.beginning_offsets([place]), await consumer.end_offsets([place])
    if not begins[place] <= offset < ends[place]:
        return None
    consumer.assign([place])
    consumer.seek(place, offset)
    found = await consumer.getmany(place, timeout_ms=WITHIN_MS, max_records=1)
    if not found:
        raise BrokerUnavailableError(f"nothing came from {letters.name} at {offset}")
    record = to_record(found[place][0])
    try:
        data = read(letters, record).data
    except UnreadableEventError:
        return None
    return data if record.offset == offset and isinstance(data, DeadLetter) else None


async def written_again(
    bootstrap: str, topic: Topic, start: Mapping[int, int], case: str, tries: int
) -> Receipt | None:
    """Where a replay was written at or after `start` (offset by partition); `None` where it was not."""
    told = {(CASE, case.encode()), (TRY, b"%d" % tries)}
    found: Receipt | None = None
    async for records in read_to_end(bootstrap, topic, start):
        for record in records:
            if found is None and told <= set(record.headers):
                found = Receipt(record.partition, record.offset)
    return found


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
