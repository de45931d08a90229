"""Events as operators see them: what was said, without who said it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kenes.kafka.records import Record
from kenes.observe.masking import MASK
from schemas.envelope import Event, UnreadableEventError
from schemas.topics import COMMENTS, DELIVERIES, PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic, all_topics
from services.console.sampling.masked import key_of, masked_event
from services.console.sampling.topic_events import sample_of
from tests.contract.payloads import built

NEVER_SHOWN = frozenset(
    {"sealed", "owner", "entry", "note", "pseudonym", "signer", "voter", "author", "by", "subscriber"}
)
PEOPLES = tuple(topic for topic in all_topics() if topic.owner in ("petitions", "consultations", "notifications"))
AT = datetime(2026, 11, 22, tzinfo=UTC)


def record(topic: Topic, event: Event[Any], key: bytes = b"k", offset: int = 0) -> Record:
    value = event.data.model_dump_json().encode()
    return Record(topic.name, 0, offset, 1_795_000_000_000 + offset, key, value, event.headers())


def members(content: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        yield from content.items()
        for value in content.values():
            yield from members(value)
    elif isinstance(content, list):
        for value in content:
            yield from members(value)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_whatever_an_event_says_nobody_is_named(data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from(PEOPLES))
    payload = data.draw(built(data.draw(st.sampled_from(topic.payloads))))
    event: Event[Any] = Event(id="1", source="/s", subject="x", time=AT, data=payload)
    shown = masked_event(topic, record(topic, event))
    told = [(name, value) for name, value in members(shown) if name in NEVER_SHOWN]
    assert [pair for pair in told if pair[1] not in (None, MASK)] == []


def test_what_is_no_event_is_said_to_be_none() -> None:
    with pytest.raises(UnreadableEventError):
        masked_event(SIGNATURES, Record(SIGNATURES.name, 0, 0, 0, None, b"{}", []))


@pytest.mark.parametrize(
    ("topic", "shown"), [(PETITIONS, "abc"), (COMMENTS, "abc"), (SIGNATURE_REQUESTS, MASK), (DELIVERIES, MASK)]
)
def test_keys_that_stand_for_people_are_masked(topic: Topic, shown: str) -> None:
    assert key_of(topic, Record(topic.name, 0, 0, 0, b"abc", b"", [])) == shown


def test_a_sample_counts_types_and_keys_and_numbers_the_keys_of_people() -> None:
    records = [
        Record(SIGNATURES.name, 0, number, number, b"one" if number % 3 else b"two", b"{", [("ce_type", b"x.v1")])
        for number in range(30)
    ]
    sample = sample_of(SIGNATURES, records)
    assert sample.taken == 30
    assert sample.kinds == (("x.v1", 30),)
    assert sample.hot == (("№ 1", 20), ("№ 2", 10))
    assert len(sample.events) == 20
    newest = sample.events[0]
    assert (newest.offset, newest.content, newest.key) == (29, None, MASK)
    assert "unknown or missing event type" in newest.problem


def test_of_a_topic_that_is_not_declared_nothing_is_shown_but_types_and_sizes() -> None:
    found = Record("other", 0, 0, 0, b"secret", b"secret", [("ce_type", b"x.v1")])
    (event,) = sample_of(None, [found]).events
    assert (event.kind, event.key, event.size, event.content, event.problem) == ("x.v1", "", 6, None, "")
    assert sample_of(None, [found]).hot == (("№ 1", 1),)
