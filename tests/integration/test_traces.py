"""One signature followed by its trace, and the figures operators watch, told by the processes that decide and fold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Record
from kenes.observe import tracing
from schemas.petitions.v1 import SignatureAccepted, SignRequested
from schemas.topics import SIGNATURE_REQUESTS, SIGNATURES, Topic
from tests.integration.api import Api
from tests.processes import Product, running_product
from tests.waiting import eventually

pytestmark = pytest.mark.stack

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def talkative() -> Iterator[Product]:
    """A product that logs each event."""
    with running_product(environment={"KENES_LOG_LEVEL": "DEBUG"}) as started:
        yield started


@pytest.fixture(scope="module")
def api(talkative: Product) -> Iterator[Api]:
    with Api(talkative) as opened:
        yield opened


def records(product: Product, topic: Topic) -> list[Record]:
    async def read() -> list[Record]:
        starts = dict.fromkeys(range(topic.partitions), 0)
        return [each async for found in read_to_end(product.kafka.bootstrap, topic, starts) for each in found]

    return asyncio.run(read())


def of_trace(product: Product, topic: Topic, kind: str) -> Record:
    found = [dict(each.headers) | {"record": each} for each in records(product, topic)]
    [only] = [
        each
        for each in found
        if each["ce_type"] == kind.encode() and TRACE.encode() in each.get("ce_traceparent", b"")  # type: ignore[operator]
    ]
    record = only["record"]
    assert isinstance(record, Record)
    return record


def logged(product: Product, role: str, message: str) -> list[dict[str, object]]:
    """What a process logged in the trace; waited for, since a projection follows in its own time."""

    def read() -> list[dict[str, object]]:
        # The last line may be in the writing.
        lines = (product.logs / f"{role}.log").read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{") and TRACE in line]
        return [each for each in told if each["event"] == message and each["trace_id"] == TRACE]

    return eventually(read)


def test_one_signature_is_followed_from_the_click_to_the_projection(talkative: Product, api: Api) -> None:
    petition = api.open(api.person())
    click = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    answer = api.ask("POST", f"/petitions/{petition}/signatures", api.person(), headers=click)
    assert answer.status_code == 201, answer.text
    told = tracing.parse(answer.headers["traceresponse"])
    assert told is not None
    assert told.trace_id == TRACE

    request = of_trace(talkative, SIGNATURE_REQUESTS, SignRequested.TYPE)
    decision = of_trace(talkative, SIGNATURES, SignatureAccepted.TYPE)
    asked, decided = dict(request.headers), dict(decision.headers)
    assert decided["ce_sequence"] == str(request.offset).encode()
    assert asked["ce_traceparent"].decode() == told.traceparent()

    [written] = logged(talkative, "api", "request written")
    assert (written["service"], written["process"], "timestamp" in written) == ("petitions", "api", True)
    assert written["event_id"] == asked["ce_id"].decode()
    [made] = logged(talkative, "stream", "decided")
    assert made["event_id"] == decided["ce_id"].decode()
    folded = logged(talkative, "project", "folded")
    assert {each["event_id"] for each in folded} == {made["event_id"]}


def metrics(product: Product, role: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    text = httpx.get(f"{product.metrics_url(role)}/metrics").text
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def test_each_process_tells_what_operators_watch(talkative: Product, api: Api) -> None:
    petition, signer = api.open(api.person()), api.person()
    assert api.sign(petition, signer).status_code == 201
    assert api.sign(petition, signer).status_code == 409

    def caught_up(role: str, consumer: str, topic: Topic) -> bool:
        told = metrics(talkative, role)
        ends = {
            int(each["partition"]): value
            for each, value in told.get("kenes_topic_end_offset", [])
            if each["topic"] == topic.name
        }
        lag = {
            int(each["partition"]): value
            for each, value in told.get("kenes_consumer_lag_records", [])
            if each["consumer"] == consumer and each["topic"] == topic.name
        }
        whole = len(lag) == topic.partitions and sum(ends.values()) == len(records(talkative, topic))
        return whole and not any(lag.values())

    watched = (("stream", "petitions-stream", SIGNATURE_REQUESTS), ("project", "petitions.tallies", SIGNATURES))
    eventually(lambda: all(caught_up(*each) for each in watched))
    stream = eventually(lambda: metrics(talkative, "stream"), lambda told: len(clocks(told)) == 2)
    outcomes = {each["outcome"] for each, _ in stream["kenes_decisions_total"] if "signature" in each["type"]}
    assert outcomes == {"accepted", "already-signed"}
    assert clocks(stream) == {"deadlines", "goals"}


def clocks(told: dict[str, list[tuple[dict[str, str], float]]]) -> set[str]:
    """The clocks that have ticked."""
    return {each["clock"] for each, _ in told.get("kenes_clock_interval_seconds", [])}
