"""Events on the wire: CloudEvents for everybody, closed for writers, open for readers, never silently wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schemas.contracts import event_schema
from schemas.envelope import Event, UnreadableEventError, decision_id, decode, sequence_of
from schemas.payload import Part, Payload
from schemas.petitions.v1 import Archived, Assurance, Eligibility, SignatureRefused
from schemas.topics import REGISTRY, SIGNATURES, Topic, all_topics
from tests.contract.payloads import DATA as ANY_DATA
from tests.contract.payloads import EVENTS, KINDS

QUICK = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(EVENTS)
def test_every_event_is_a_round_trip(event: Event[Payload]) -> None:
    assert decode(KINDS, event.headers(), event.data.write()) == event


@QUICK
@given(EVENTS)
def test_every_event_is_as_its_published_schema_says(event: Event[Payload]) -> None:
    validator = Draft202012Validator(event_schema(type(event.data)))

    validator.validate(json.loads(event.data.write()))


@QUICK
@given(EVENTS)
def test_the_cloudevents_sdk_reads_our_events(event: Event[Payload]) -> None:
    event = replace(
        event, id=event.id or "1", source=event.source or "/s", subject=event.subject or "s", traceparent=None
    )

    found = from_binary(KafkaMessage(headers=dict(event.headers()), key=b"key", value=event.data.write()), JSONFormat())

    assert (found.get_id(), found.get_source(), found.get_type()) == (event.id, event.source, event.data.TYPE)
    assert (found.get_subject(), found.get_time(), found.get_specversion()) == (event.subject, event.time, "1.0")
    assert found.get_datacontenttype() == "application/json"
    assert found.get_data() == json.loads(event.data.write())
    for name, number in (("sequence", event.sequence), ("offset", event.offset)):
        assert found.get_extension(name) == (None if number is None else str(number))


def test_the_sdk_reads_a_trace() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event = Event("1", "/s", "s", NOW, Archived(petition="p"), traceparent=trace)

    found = from_binary(KafkaMessage(headers=dict(event.headers()), key=None, value=event.data.write()), JSONFormat())

    assert found.get_extension("traceparent") == trace


NOW = datetime(2026, 9, 1, 9, 30, 0, 123000, tzinfo=UTC)
DATA = SignatureRefused(petition="p", signer="s", request="r", code="c")
EVENT = Event("id", "/petitions", "p", NOW, DATA, sequence=7, offset=5)
VALUE = DATA.write()


def headers(**changes: bytes | None) -> list[tuple[str, bytes | None]]:
    """The headers of an event, some of them changed; `...` is not sent."""
    return list({**dict(EVENT.headers()), **{f"ce_{name}": value for name, value in changes.items()}}.items())


@pytest.mark.parametrize("missing", ["ce_id", "ce_source", "ce_subject", "ce_time", "ce_type"])
def test_a_missing_header_is_named(missing: str) -> None:
    kept = [(name, value) for name, value in EVENT.headers() if name != missing]

    with pytest.raises(UnreadableEventError, match=missing):
        decode(SIGNATURES.types, kept, VALUE)


@pytest.mark.parametrize("empty", ["ce_id", "ce_source", "ce_subject", "ce_time", "ce_type"])
def test_a_header_without_a_value_is_missing(empty: str) -> None:
    # Kafka allows it, so anybody may send it.
    with pytest.raises(UnreadableEventError, match=empty):
        decode(SIGNATURES.types, headers(**{empty.removeprefix("ce_"): None}), VALUE)


@pytest.mark.parametrize(
    ("changes", "value", "reason"),
    [
        ({"type": b"petitions.signature.sung.v1"}, VALUE, "unknown or missing event type: 'petitions.signature.sung"),
        ({"type": Archived.TYPE.encode()}, VALUE, "unknown or missing event type"),
        ({"type": b"\xff"}, VALUE, "the event type is not UTF-8"),
        ({"id": b"\xff"}, VALUE, "can't decode byte 0xff .* in the headers"),
        ({"subject": b"\xc3"}, VALUE, "in the headers"),
        ({"traceparent": b"\xff"}, VALUE, "in the headers"),
        ({"time": b"yesterday"}, VALUE, "Invalid isoformat string: 'yesterday'"),
        ({"time": b""}, VALUE, "in the headers"),
        ({"time": b"2026-09-01T09:30:00"}, VALUE, "without its offset from UTC"),
        ({"time": b"2026-13-01T00:00:00Z"}, VALUE, "month"),
        ({"time": b"0001-01-01T00:00:00+14:00"}, VALUE, "before the first or after the last year"),
        ({"time": b"9999-12-31T23:59:59-14:00"}, VALUE, "before the first or after the last year"),
        ({"sequence": b"seven"}, VALUE, "as a sequence"),
        ({"sequence": b""}, VALUE, "as a sequence"),
        ({"sequence": b"-1"}, VALUE, "as a sequence"),
        ({"sequence": b"1_000"}, VALUE, "as a sequence"),
        ({"sequence": b" 7"}, VALUE, "as a sequence"),
        ({"sequence": b"9" * 19}, VALUE, "as a sequence"),
        ({"sequence": b"9" * 5000}, VALUE, "as a sequence"),
        ({"offset": b"-1"}, VALUE, "as an offset"),
        ({"offset": b"9" * 19}, VALUE, "as an offset"),
        ({}, None, "no value"),
        ({}, b"", "json_invalid"),
        ({}, b"{", "json_invalid"),
        ({}, b"\xff", "json_invalid"),
        ({}, b"[]", "model_type|dict_type|model_attributes_type"),
        ({}, b"null", "model"),
        ({}, b"{}", "petition: missing"),
        ({}, b'{"petition":1,"signer":"s","request":"r","code":"c"}', "petition: string_type"),
        ({}, b'{"petition":"\\ud800","signer":"s","request":"r","code":"c"}', "json_invalid"),
        ({}, b"[" * 100_000, "json_invalid"),
    ],
)
def test_what_cannot_be_read_says_why(changes: dict[str, bytes], value: bytes | None, reason: str) -> None:
    with pytest.raises(UnreadableEventError, match=reason):
        decode(SIGNATURES.types, headers(**changes), value)


@QUICK
@given(
    st.dictionaries(st.sampled_from([name for name, _ in EVENT.headers()]), st.none() | st.binary(max_size=30)),
    st.none() | st.binary(max_size=50) | st.just(VALUE),
)
def test_whatever_comes_is_an_event_or_unreadable(changes: dict[str, bytes | None], value: bytes | None) -> None:
    found = list((dict(EVENT.headers()) | changes).items())
    try:
        event = decode(SIGNATURES.types, found, value)
    except UnreadableEventError:
        return
    assert event.data == DATA


def test_other_headers_do_not_matter_and_the_last_of_a_name_counts() -> None:
    found = [("ce_id", b"first"), *EVENT.headers(), ("x-anything", b"\xff"), ("ce_colour", b"red")]

    assert decode(SIGNATURES.types, found, VALUE) == EVENT


def test_times_of_any_offset_are_the_same_instant() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))

    assert decode(SIGNATURES.types, headers(time=there.isoformat().encode()), VALUE).time == NOW


@QUICK
@given(ANY_DATA)
def test_readers_pass_over_members_they_do_not_know(data: Payload) -> None:
    newer = _with_strangers(data, json.loads(data.write()))

    assert type(data).read(json.dumps(newer).encode()) == data


def _with_strangers(part: Part, written: dict[str, Any]) -> dict[str, Any]:
    """What was written of a part, with an unknown member in it and in every part of it. A table may have any member."""
    parts = {name: getattr(part, name) for name in written}
    grown = {
        name: _with_strangers(parts[name], member) if isinstance(parts[name], Part) else member
        for name, member in written.items()
    }
    return grown | {"a member of the future": {"deep": 1}}


def _models(model: type[Part]) -> list[type[Part]]:
    return [model, *(each for child in model.__subclasses__() for each in _models(child))]


@pytest.mark.parametrize("model", [each for each in _models(Part) if each.__module__.startswith("schemas.")])
def test_writers_are_closed_and_what_they_wrote_stays(model: type[Part]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model(**{"a member of the future": 1})
    assert model.model_config["frozen"] is True


def test_a_required_member_that_is_unknown_is_written_as_null() -> None:
    class Told(Payload):
        """Carries an eligibility."""

        TYPE = "test.told.v1"
        eligibility: Eligibility

    told = Told(eligibility=Eligibility(age=None, region=None, assurance=Assurance.LOW, citizen=True))

    assert Told.read(told.write()) == told


def test_a_decision_has_a_sequence() -> None:
    assert sequence_of(EVENT) == 7
    with pytest.raises(UnreadableEventError, match="without a sequence is not a decision"):
        sequence_of(Event("id", "/s", "p", NOW, DATA))


def test_decision_ids_are_told_by_topic_partition_and_sequence_alone() -> None:
    ids = {decision_id(topic, p, s) for topic in ("a", "b") for p in range(3) for s in range(12)}

    assert len(ids) == 2 * 3 * 12
    assert decision_id("a", 1, 11) != decision_id("a", 11, 1)
    # Consumers keep these ids: they must be the same in every version of this program.
    assert decision_id("petitions.signatures.v1", 3, 17) == "96336d85-4527-504d-b46d-4948b5fa783c"


@pytest.mark.parametrize("topic", REGISTRY, ids=lambda topic: topic.name)
def test_the_registry_is_sound(topic: Topic) -> None:
    assert topic.name.startswith(f"{topic.owner}.")
    assert topic.name.endswith(".v1")
    assert topic.partitions > 0
    assert len(topic.types) == len(topic.payloads)
    for kind, payload in topic.types.items():
        service, subject, verb, version = kind.split(".")
        assert (service, version) == (topic.owner, "v1")
        assert subject
        assert verb.endswith(("-requested", "ed", "n", "undone", "left"))
        assert payload.__doc__
    assert topic.dead_letters.name == f"{topic.name}.dead-letters"
    assert topic.dead_letters.partitions == 1


def test_no_two_topics_share_a_name_and_no_two_payloads_a_type() -> None:
    names = [topic.name for topic in all_topics()]
    kinds = [kind for topic in REGISTRY for kind in topic.types]

    assert len(set(names)) == len(names) == 2 * len(REGISTRY)
    assert len(set(kinds)) == len(kinds)


def test_each_decisions_topic_has_the_partitions_of_its_requests() -> None:
    by_name = {topic.name: topic for topic in REGISTRY}
    for requests, decisions in (
        ("petitions.petition-requests.v1", "petitions.petitions.v1"),
        ("petitions.signature-requests.v1", "petitions.signatures.v1"),
    ):
        assert by_name[requests].partitions == by_name[decisions].partitions == 12, "changing it is a new generation"
        assert by_name[decisions].retention is None, "decisions are the facts: they are kept for good"
