"""Traces: the same whatever order its records come in, with each step under what it follows from."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas.topics
from kenes.kafka.records import Receipt, Record
from kenes.kafka.replaying import CASE
from kenes.observe.masking import MASK
from schemas.dead_letter import DeadLetter, Origin
from schemas.envelope import RECORDED_TIME
from schemas.notifications.deliveries import DeliveryDispatched
from schemas.notifications.streams import Result
from schemas.petitions.v1 import GoalRequested
from schemas.topics import (
    DELIVERIES,
    DELIVERY_ATTEMPTS,
    PETITION_REQUESTS,
    PETITIONS,
    SIGNATURE_REQUESTS,
)
from services.console.traces.asked import Asked, Kind, MalformedError, Window, asked_for, receipt_of
from services.console.traces.assembling import assembled
from services.console.traces.causes import REQUESTS_OF
from services.console.traces.log import TOPICS
from services.console.traces.matching import EACH, Found
from tests.unit.console.traced import ACT, ASKED, AT, REACHED, REFUSED, SPAN, TRACE, record, tried


@given(st.permutations(ACT), st.lists(st.sampled_from(ACT)))
def test_any_order_of_records_gives_the_same_trace(shuffled: list[Record], again: list[Record]) -> None:
    assert assembled([*shuffled, *again]) == assembled(ACT)


def test_each_step_follows_from_the_one_that_led_to_it() -> None:
    trace = assembled(reversed(ACT))
    assert trace.id == TRACE
    assert [(step.number, step.cause) for step in trace.steps] == [(number + 1, number or None) for number in range(10)]
    assert [(click.span, click.producer, click.at) for click in trace.clicks] == [(SPAN, "petitions", AT)]
    assert [step.span for step in trace.steps] == [SPAN] * 8 + [None] * 2
    assert trace.steps[0].producer == "petitions"


def test_a_step_stands_where_it_was_written_and_says_what_it_tells_of() -> None:
    late = record(PETITIONS, (3, 5), REFUSED, sequence=7, written=90_000)
    asked, decided = assembled([late, ACT[0]]).steps
    assert (asked.at, asked.dated) == (AT, AT)
    assert (decided.at, decided.dated, decided.cause) == (AT + timedelta(seconds=90), AT, 1)


def test_clocks_that_disagree_do_not_put_a_decision_before_its_request() -> None:
    early = record(PETITIONS, (3, 5), REFUSED, sequence=7, written=-40)
    steps = assembled([early, ACT[0]]).steps
    assert [(step.topic, step.cause) for step in steps] == [(PETITION_REQUESTS.name, None), (PETITIONS.name, 1)]


@pytest.mark.parametrize("time", [b"", b"soon", b"\xff", b"0001-01-01T00:00:00+23:00", "٢٠٢٦-11-22".encode()])
def test_what_does_not_say_when_it_was_written_stands_where_it_is_dated(time: bytes) -> None:
    known = ACT[0]
    headers = [*(dict(known.headers) | {RECORDED_TIME: time}).items()]
    (step,) = assembled([replace(known, headers=headers)]).steps
    assert step.at == step.dated == AT


def test_tries_at_webhooks_follow_from_the_event_that_is_sent() -> None:
    tries = (tried(1, Result.FAILED, 50), tried(2, Result.DELIVERED, 5_000))
    steps = assembled([*tries, *ACT]).steps
    (event,) = [step for step in steps if step.event == "told"]
    found = [step for step in steps if step.topic == DELIVERY_ATTEMPTS.name]
    assert [(step.cause, step.dated - AT) for step in found] == [
        (event.number, timedelta(milliseconds=50)),
        (event.number, timedelta(seconds=5)),
    ]
    assert {step.span for step in found} == {SPAN}


def test_what_names_people_is_masked() -> None:
    delivery = assembled(ACT).steps[6].content
    assert delivery is not None
    assert delivery["subscriber"] == MASK
    assert delivery["interest"] == "petition:p"


def test_a_dead_letter_and_its_replay_follow_from_their_record() -> None:
    bad = Record(
        SIGNATURE_REQUESTS.name, 1, 4, 1_000, b"k", b"{", [("ce_traceparent", f"00-{TRACE}-{SPAN}-01".encode())]
    )
    origin = Origin(topic=SIGNATURE_REQUESTS.name, partition=1, offset=4, timestamp=1_000)
    letter = DeadLetter(origin=origin, reason="not an event", stack="", consumer="petitions/stream")
    case = f"{SIGNATURE_REQUESTS.name}/1/4".encode()
    replayed = Record(SIGNATURE_REQUESTS.name, 1, 9, 1_000, b"k", b"{", [*bad.headers, (CASE, case)])
    set_aside = record(SIGNATURE_REQUESTS.dead_letters, (0, 0), letter)
    steps = {(step.topic, step.offset): step for step in assembled([set_aside, replayed, bad]).steps}
    first = steps[SIGNATURE_REQUESTS.name, 4]
    assert first.cause is None
    assert "event type" in first.problem
    assert steps[SIGNATURE_REQUESTS.name, 9].cause == first.number
    assert steps[set_aside.topic, 0].cause == first.number


@pytest.mark.parametrize("header", [b"", b"///", b"a/b/c", b"a/1/" + b"9" * 5_000, b"\xff/1/2", "a/\u0661/1".encode()])
def test_a_replay_of_nothing_follows_from_nothing(header: bytes) -> None:
    (step,) = assembled([record(PETITION_REQUESTS, (0, 0), REACHED, more=[(CASE, header)])]).steps
    assert step.cause is None


def test_decisions_are_paired_with_the_requests_that_services_decide() -> None:
    services = Path(__file__).parents[3] / "services"
    code = "\n".join(path.read_text(encoding="utf-8") for path in services.rglob("*.py"))
    pairs = [
        (getattr(schemas.topics, decisions).name, getattr(schemas.topics, requests).name)
        for requests, decisions in re.findall(r"\bDeciding\((\w+), (\w+),", code)
    ]
    assert len(pairs) > 9
    assert dict(pairs) == REQUESTS_OF


def test_what_becomes_of_a_delivery_is_found_by_its_delivery() -> None:
    found = Found(ASKED)
    for each in ACT:
        found.take(TOPICS[each.topic], each)
    assert len(list(found.records)) == len(ACT)
    another = DeliveryDispatched(subscriber="somebody", delivery="d-2")
    found.take(DELIVERIES, record(DELIVERIES, (5, 3), another, sequence=3, trace=None))
    found.take(PETITIONS, record(PETITIONS, (3, 6), REFUSED, sequence=8, trace="a" * 32))
    assert len(list(found.records)) == len(ACT)


@given(st.permutations(range(2 * EACH)))
def test_of_many_alike_the_earliest_are_kept_and_all_are_counted(order: list[int]) -> None:
    found = Found(ASKED)
    for number in order:
        found.take(PETITION_REQUESTS, record(PETITION_REQUESTS, (number % 3, number), REACHED, after=number // 2))
    ((kind, alike),) = found.alike.items()
    assert kind == (PETITION_REQUESTS.name, GoalRequested.TYPE)
    assert alike.count == 2 * EACH
    assert {each.offset // 2 for each in alike.records} == set(range(-(-EACH // 2)))


@pytest.mark.parametrize(
    ("text", "kind", "id"),
    [
        (f" {TRACE.upper()} ", Kind.TRACE, TRACE),
        (f"00-{TRACE}-{SPAN}-01", Kind.TRACE, TRACE),
        ("6BA7B810-9dad-11d1-80b4-00c04fd430c8", Kind.EVENT, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ],
)
def test_what_an_id_names_is_told_by_its_form(text: str, kind: Kind, id: str) -> None:  # noqa: A002 - its name
    assert asked_for(text, Window()) == Asked(kind, id)


@pytest.mark.parametrize("text", ["", "x", "0" * 32, TRACE[:-1], f"{TRACE}0", "3-17", "../overview", TRACE[:-1] + "г"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        asked_for(text, Window())


def test_a_receipt_has_bounds() -> None:
    assert receipt_of(" 3-1204 ") == receipt_of("signature-3-1204") == Receipt(3, 1204)
    assert [receipt_of(text) for text in ("3", "3-", "-3", "3-1204-5", "1" * 9 + "-1", "1-" + "9" * 30)] == [None] * 6


@pytest.mark.parametrize(("back", "at"), [("year", ""), ("hour", "yesterday"), ("", "0001-01-01T00:00:00+23:00")])
def test_no_window_is_guessed(back: str, at: str) -> None:
    with pytest.raises(MalformedError):
        Window.told(back, at)
