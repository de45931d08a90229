"""Records as every client gives them, whatever their writer set."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.records import Record, counts, read
from schemas.envelope import UnreadableEventError
from tests.unit.kafka.samples import NOW, TOPIC, Counted, record_of


def test_an_event_knows_where_it_stands() -> None:
    found = read(TOPIC, record_of(5, offset=12, sequence=3, partition=1))

    assert (found.partition, found.offset, found.time, found.key) == (1, 12, NOW, b"key")
    assert found.data == Counted(number=5)
    assert found.event.sequence == 3


def test_what_is_no_event_is_unreadable() -> None:
    with pytest.raises(UnreadableEventError):
        read(TOPIC, record_of(5, offset=12, value=b"?"))


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1_788_253_200_123, datetime(2026, 9, 1, 9, 0, 0, 123000, tzinfo=UTC)),
        (-1, datetime(1970, 1, 1, tzinfo=UTC)),
        (-(2**63), datetime(1970, 1, 1, tzinfo=UTC)),
        (2**63 - 1, datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_an_instant_or_the_nearest_there_is(timestamp: int, expected: datetime) -> None:
    assert record_of(1, 0, timestamp=timestamp).time == expected


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_timestamp_stops_a_reader(timestamp: int) -> None:
    read(TOPIC, record_of(1, 0, timestamp=timestamp))


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_are_exact(timestamp: int) -> None:
    found = Record("t", 0, 0, timestamp, None, None, []).time

    assert round(found.timestamp() * 1000) == timestamp
    assert found.microsecond % 1000 == 0


@pytest.mark.parametrize(
    ("sequence", "after", "expected", "does"),
    [
        (5, 4, 12, True),
        (5, -1, 12, True),
        (5, 5, 12, False),
        (5, 6, 12, False),
        (5, 4, 11, False),
        (5, 4, 13, False),
        (5, 4, None, True),
    ],
)
def test_a_decision_counts_if_it_is_the_first_and_stands_where_it_was_meant_to(
    *, sequence: int, after: int, expected: int | None, does: bool
) -> None:
    assert counts(read(TOPIC, record_of(1, 12, sequence, expected=expected)), after) is does


def test_what_is_no_decision_cannot_count() -> None:
    with pytest.raises(UnreadableEventError):
        counts(read(TOPIC, record_of(1, 12, None)), -1)
