"""Dead letters: what was wrong, where, and the record itself, so that it can be replayed."""

import base64
from typing import Any, cast

import pytest

from kenes.kafka.dead_letters import LARGEST, DeadLetters
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt, Record, read
from schemas.dead_letter import DeadLetter
from schemas.envelope import Event, UnreadableEventError, decode
from schemas.payload import Payload
from schemas.topics import Topic
from tests.unit.kafka.samples import NOW, TOPIC, Counted, record_of

# What Kafka's own default lets through in one record, and so must a letter be.
MOST = 1024 * 1024


class Sender:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Topic, bytes, Event[Payload]]] = []
        self.down = False

    async def send(self, topic: Topic, key: bytes, event: Event[Payload]) -> Receipt:
        """See Producer."""
        if self.down:
            raise BrokerUnavailableError("down")
        self.sent.append((topic, key, event))
        return Receipt(0, 0)


async def letter_of(record: Record, error: Exception | None = None) -> tuple[Event[Payload], DeadLetter]:
    sender = Sender()
    await DeadLetters(cast("Producer", sender), "test/stream").put(TOPIC, record, error or ValueError("wrong"))
    ((topic, key, event),) = sender.sent
    assert topic == TOPIC.dead_letters
    assert key == f"{record.topic}/{record.partition}/{record.offset}".encode()
    found = decode(topic.types, event.headers(), event.data.write())
    assert found == event
    assert isinstance(found.data, DeadLetter)
    return event, found.data


async def test_a_letter_has_reason_stack_and_origin() -> None:
    record = record_of(5, offset=12, partition=1, headers=[("ce_type", Counted.TYPE.encode())])
    with pytest.raises(UnreadableEventError) as raised:
        read(TOPIC, record)
    event, letter = await letter_of(record, raised.value)

    assert letter.reason == "UnreadableEventError: missing header 'ce_id'"
    assert "test_dead_letters.py" in letter.stack
    assert letter.consumer == "test/stream"
    assert (letter.origin.topic, letter.origin.partition, letter.origin.offset) == (TOPIC.name, 1, 12)
    assert letter.origin.timestamp == round(NOW.timestamp() * 1000)
    assert (event.subject, event.time, event.source) == (f"{TOPIC.name}/1/12", NOW, "/test/stream")


async def test_the_record_can_be_made_again_from_its_letter() -> None:
    record = record_of(5, offset=1, key=b"\x00\xff", value=b"\xff{", headers=[("x", b"\xfe"), ("none", None)])
    _, letter = await letter_of(record)

    assert letter.key is not None
    assert letter.value is not None
    assert base64.b64decode(letter.key) == b"\x00\xff"
    assert base64.b64decode(letter.value) == b"\xff{"
    assert {name: base64.b64decode(value) for name, value in letter.headers.items()} == {"x": b"\xfe", "none": b""}


async def test_what_a_record_lacks_its_letter_lacks() -> None:
    _, letter = await letter_of(record_of(5, offset=1, key=None, value=None, headers=[]))

    assert (letter.key, letter.value, letter.headers) == (None, None, {})


async def test_the_same_record_set_aside_again_is_the_same_letter() -> None:
    ids = [(await letter_of(record_of(5, offset)))[0].id for offset in (1, 1, 2)]

    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "large",
    [
        {"value": b"x" * (MOST - 1000)},
        {"value": b"x" * 20 * MOST},
        {"key": b"x" * (LARGEST + 1)},
        {"headers": [("x", b"x" * LARGEST), ("y" * 10, None)]},
    ],
)
async def test_a_record_too_large_to_be_copied_is_named(large: dict[str, Any]) -> None:
    # Its letter would be refused by the broker, and the process would die on the same record for ever.
    event, letter = await letter_of(record_of(5, offset=1, **large))

    assert len(event.data.write()) < MOST
    assert (letter.key, letter.value, letter.headers) == (None, None, {})
    assert "not copied" in letter.reason
    assert letter.origin.offset == 1


@pytest.mark.parametrize("value", [b"x" * (LARGEST - 1000), b'"' * (LARGEST - 1000)])
async def test_a_large_record_is_copied_while_its_letter_fits(value: bytes) -> None:
    event, letter = await letter_of(record_of(5, offset=1, value=value), ValueError("y" * 10 * MOST))

    assert len(event.data.write()) < MOST
    assert letter.value == base64.b64encode(value).decode()
    assert len(letter.reason) <= 1000


async def test_a_timestamp_no_calendar_has_is_no_obstacle() -> None:
    _, letter = await letter_of(record_of(5, offset=1, timestamp=2**63 - 1))

    assert letter.origin.timestamp == 2**63 - 1


async def test_a_broker_that_is_away_is_told_to_the_caller() -> None:
    sender = Sender()
    sender.down = True

    with pytest.raises(BrokerUnavailableError):
        await DeadLetters(cast("Producer", sender), "c").put(TOPIC, record_of(1, 1), ValueError())
