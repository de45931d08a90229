"""Traces as operators see them: a drawing, the same as a table and as JSON, and what was looked through."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import pytest

from kenes.kafka.records import Record
from kenes.web.i18n import LANGUAGES
from schemas.notifications.streams import Result
from schemas.topics import DELIVERY_ATTEMPTS, PETITION_REQUESTS, PETITIONS, SIGNATURE_REQUESTS
from services.console.domain.letters import Case
from services.console.letters.reads import Entry
from services.console.sampling.topic_events import Sample, SampledEvent
from services.console.traces.addresses import address
from services.console.traces.api import TraceApi
from services.console.traces.asked import Window
from services.console.traces.pages import TracePages
from services.console.traces.searching import Searches
from tests.unit.console.acts import note
from tests.unit.console.lettered import pages_of
from tests.unit.console.traced import ACT, AT, REACHED, REFUSED, SPAN, TRACE, MemoryLog, record, tried
from tests.unit.console.world import TOPIC, World, console

API: Final = "/api/console/v1"
JSON: Final = {"accept": "application/json"}
ABOUT: Final = Window("hour", AT)
THERE: Final = address(TRACE, ABOUT)
EVENT: Final = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


@asynccontextmanager
async def tracing(*records: Record) -> AsyncIterator[tuple[World, MemoryLog]]:
    """The console over a log with these records, and an operator."""
    log = MemoryLog()
    log.put(*records)
    searches = Searches(log)
    async with console(
        more=lambda site, authenticate: (
            TracePages(site, searches).routes(),
            TraceApi(searches, authenticate).operations(),
        )
    ) as world:
        await world.sign_in("operator")
        yield world, log


async def test_nobody_but_operators_sees_traces() -> None:
    async with tracing(*ACT) as (world, log):
        for roles, status in (((), 403), (("moderator",), 403)):
            await world.sign_in(*roles)
            for path in (THERE, "/traces", f"/traces/at/{PETITION_REQUESTS.name}/3-7", API + THERE):
                assert (await world.get(path)).status_code == status, path
        world.client.cookies.clear()
        assert (await world.get(THERE)).status_code == 303
        assert (await world.get(API + THERE, JSON)).status_code == 401
        assert not log.asked, "nothing was looked for"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_trace_is_drawn_and_told_in_a_table_and_as_json_alike(language: str) -> None:
    async with tracing(*ACT) as (world, _):
        page = await world.get(f"{THERE}&lang={language}")
        told = (await world.get(API + THERE, JSON)).json()
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert "style=" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    drawn = re.findall(r'<li class="trace-row', page.text)
    assert len(drawn) == len(told["requests"]) + len(told["steps"]) == 1 + len(ACT)
    assert told["trace"] == TRACE
    for step, of in zip(told["steps"], ACT, strict=True):
        row = page.text.split(f'<tr id="step-{step["number"]}"')[1].split("</tr>")[0]
        assert (step["topic"], step["partition"], step["offset"]) == (of.topic, of.partition, of.offset)
        for shown in (step["topic"], f"{step['partition']}/{step['offset']}", step["type"], step["event"]):
            assert shown in row
        assert (f'href="#step-{step["cause"]}"' in row) == (step["cause"] is not None)
        assert (SPAN in row) == (step["cause"] is None)
    assert [step["after"] for step in told["steps"]] == [0.0] * 6 + [0.12, 0.12, 0.9, 0.9]
    assert "somebody" not in page.text
    assert told["looked"]["whole"] is True
    assert told["looked"]["read"] == len(ACT)


async def test_bars_reach_from_the_cause_to_the_step() -> None:
    async with tracing(*ACT) as (world, _):
        page = (await world.get(THERE)).text
    bars = re.findall(r'class="trace-bar" x1="([\d.]+)%" x2="([\d.]+)%"', page)
    assert bars[:2] == [("2.0", "2.0"), ("2.0", "2.0")]
    assert bars[7] == ("2.0", "14.8"), "120 of 900 ms, from the fan-out"
    assert bars[9] == ("14.8", "98.0")


async def test_a_step_says_when_it_was_written_and_what_it_tells_of_where_that_is_another_time() -> None:
    late = record(PETITIONS, (3, 5), REFUSED, sequence=7, written=90_000)
    yesterday = record(PETITION_REQUESTS, (3, 8), REACHED, after=100_000_000, written=200_000_000)
    async with tracing(ACT[0], late, yesterday) as (world, _):
        page = (await world.get(THERE)).text
        told = (await world.get(API + THERE, JSON)).json()
    asked, decided, other = (page.split(f'<tr id="step-{number}"')[1].split("</tr>")[0] for number in (1, 2, 3))
    assert "tells of" not in asked
    assert "2026-11-22 12:01:30.000Z" in decided
    assert re.search(r"tells of\s+<time[^>]*>12:00:00.000Z", decided)
    assert re.search(r"tells of\s+<time[^>]*>2026-11-23 15:46:40.000Z", other), "another day is told whole"
    assert (told["seconds"], told["steps"][1]["after"]) == (200_000.0, 90.0)
    assert told["dated"] == told["steps"][1]["dated"] == "2026-11-22T12:00:00Z"


async def test_a_try_at_a_webhook_is_a_step_with_its_stream_and_how_it_ended() -> None:
    tries = (tried(1, Result.FAILED, 50), tried(2, Result.DELIVERED, 5_000))
    async with tracing(*ACT, *tries) as (world, _):
        page = (await world.get(THERE)).text
        told = (await world.get(API + THERE, JSON)).json()
    rows = [row for row in page.split('<tr id="step-')[1:] if DELIVERY_ATTEMPTS.name in row]
    for row, words in zip(rows, (("try 1 for", "failed", "HTTP 503"), ("try 2 for", "delivered")), strict=True):
        assert all(each in row for each in (*words, "s-1", "40 ms"))
    assert ['class="is-bad"' in row for row in rows] == [True, False]
    assert "12:00:05Z" in rows[0], "when it is tried again"
    assert [step["role"] for step in told["steps"] if step["topic"] == DELIVERY_ATTEMPTS.name] == ["attempt"] * 2


async def test_an_id_that_is_nowhere_is_a_404_that_says_what_was_looked_through() -> None:
    async with tracing(*ACT) as (world, log):
        log.strange = ("somebody.elses",)
        page = await world.get(address("c" * 32, ABOUT))
        problem = await world.get(API + address("c" * 32, ABOUT), JSON)
    assert (page.status_code, problem.status_code) == (404, 404)
    assert "Nothing was found" in page.text
    assert f"Read: {len(ACT)}." in page.text
    assert "somebody.elses" in page.text
    assert PETITION_REQUESTS.name in page.text
    told = problem.json()
    assert told["code"] == "trace-unknown"
    assert told["looked"]["read"] == len(ACT)
    assert told["looked"]["strange"] == ["somebody.elses"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/traces/xyz", "trace-malformed"),
        (f"/traces/{'0' * 32}", "trace-malformed"),
        (f"/traces/{TRACE}?back=year", "window-malformed"),
        (f"/traces/{TRACE}?at=soon", "window-malformed"),
    ],
)
async def test_what_cannot_be_looked_for_is_a_problem(path: str, code: str) -> None:
    async with tracing() as (world, _):
        assert (await world.get(path)).status_code == 422
        problem = await world.get(API + path, JSON)
        assert (problem.status_code, problem.json()["code"]) == (422, code)


async def test_a_broker_that_is_away_leaves_the_page_up_with_what_was_found() -> None:
    async with tracing(*ACT) as (world, log):
        assert (await world.get(THERE)).status_code == 200
        log.away = True
        known = await world.get(THERE)
        assert known.status_code == 200
        assert "The broker does not answer" in known.text
        assert 'id="step-10"' in known.text
        unknown = await world.get(address("c" * 32, ABOUT))
        assert unknown.status_code == 503
        assert "The broker does not answer" in unknown.text
        assert "Nothing was found" not in unknown.text
        problem = await world.get(API + address("c" * 32, ABOUT), JSON)
        assert (problem.status_code, problem.json()["code"]) == (503, "traces-unreadable")
        assert (await world.get("/traces?q=3-7")).status_code == 503
        assert (await world.get("/traces")).status_code == 200


async def test_the_form_leads_to_what_its_field_names() -> None:
    async with tracing(*ACT) as (world, _):
        assert (await world.get("/traces")).status_code == 200
        for told in (TRACE, f"00-{TRACE}-{SPAN}-01"):
            found = await world.get(f"/traces?q={told}&back=day")
            assert (found.status_code, found.headers["location"]) == (303, f"/traces/{TRACE}?back=day")
        wrong = await world.get("/traces?q=%3Cb%3E")
        assert wrong.status_code == 422
        assert 'href="#q"' in wrong.text
        assert "&lt;b&gt;" in wrong.text
        assert "<b>" not in wrong.text


async def test_an_event_leads_to_its_trace_and_is_shown_alone_where_it_has_none() -> None:
    traced = record(PETITION_REQUESTS, (1, 0), REACHED, event=EVENT)
    alone = EVENT.replace("6", "7")
    clock = record(PETITION_REQUESTS, (2, 0), REACHED, event=alone, trace=None)
    async with tracing(traced, clock) as (world, _):
        found = await world.get(address(EVENT, ABOUT))
        assert (found.status_code, found.headers["location"]) == (303, THERE)
        assert (await world.get(API + address(EVENT, ABOUT), JSON)).headers["location"] == API + THERE
        page = await world.get(address(alone, ABOUT))
        told = (await world.get(API + address(alone, ABOUT), JSON)).json()
    assert page.status_code == 200
    assert "This event carries no trace" in page.text
    assert (told["trace"], [step["event"] for step in told["steps"]]) == (None, [alone])


async def test_a_receipt_leads_to_its_request_or_to_those_it_may_mean() -> None:
    other = record(SIGNATURE_REQUESTS, (3, 7), REACHED, trace="b" * 32)
    async with tracing(*ACT) as (world, log):
        one = await world.get("/traces?q=3-7")
        assert (one.status_code, one.headers["location"]) == (303, THERE)
        log.put(other)
        two = await world.get("/traces?q=3-7")
        assert two.status_code == 200
        assert THERE.replace("&", "&amp;") in two.text
        assert SIGNATURE_REQUESTS.name in two.text
        told = (await world.get(f"{API}/receipts/3-7", JSON)).json()
        assert [each["trace"] for each in told["requests"]] == [TRACE, "b" * 32]
        assert (await world.get("/traces?q=3-8")).status_code == 404
        assert (await world.get(f"{API}/receipts/3-8", JSON)).json()["code"] == "receipt-unknown"
        assert (await world.get(f"{API}/receipts/3", JSON)).status_code == 422


async def test_a_place_leads_to_the_trace_of_its_record() -> None:
    nameless = Record(SIGNATURE_REQUESTS.name, 0, 0, 0, None, b"{", [("ce_id", b"../overview")])
    async with tracing(*ACT, nameless) as (world, _):
        found = await world.get(f"/traces/at/{PETITION_REQUESTS.name}/3-7")
        assert (found.status_code, found.headers["location"]) == (303, THERE)
        for path in (f"{PETITION_REQUESTS.name}/3-8", f"{SIGNATURE_REQUESTS.name}/0-0", "none/0-0", "x/y"):
            assert (await world.get(f"/traces/at/{path}")).status_code == 404, path


async def test_a_sampled_event_leads_to_its_trace() -> None:
    async with tracing() as (world, _):
        world.samples.sample_ = Sample(1, (SampledEvent(3, 17, datetime.now(UTC), "x.v1", "", 44, {}),), (), ())
        assert f'href="/traces/at/{TOPIC}/3-17"' in (await world.get(f"/topics/{TOPIC}/events")).text


async def test_a_dead_letter_leads_to_the_trace_of_its_record() -> None:
    case = f"{PETITION_REQUESTS.name}/3/7"
    letter = note(case).letter
    entry = Entry(id=case, case=Case(letter=letter, known=(letter.id,)), noted=AT, sent=None, notes=(letter,))

    async with console(more=pages_of(entry, may_act=False)) as world:
        await world.sign_in("operator")
        page = await world.get(f"/letters/case/{case}")
    assert page.status_code == 200
    assert f'href="/traces/at/{PETITION_REQUESTS.name}/3-7"' in page.text


async def test_the_operations_are_described() -> None:
    async with tracing() as (world, _):
        paths = (await world.get(f"{API}/openapi.json", JSON)).json()["paths"]
    told = paths[f"{API}/traces/{{asked}}"]["get"]
    assert [each["name"] for each in told["parameters"]] == ["asked", "back", "at"]
    assert f"{API}/receipts/{{receipt}}" in paths
