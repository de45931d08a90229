"""W3C Trace Context, version 00: which headers continue a trace and which start a new one."""

import asyncio

import pytest

from kenes.observe import tracing

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("value", "flags"),
    [(GOOD, 1), (GOOD.encode(), 1), (f" {GOOD}\t", 1), (f"00-{TRACE}-{SPAN}-00", 0), (f"cc-{TRACE}-{SPAN}-09-new", 9)],
)
def test_valid_headers(value: str | bytes, flags: int) -> None:
    assert tracing.parse(value) == (TRACE, SPAN, flags)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "00",
        GOOD.upper(),
        f"{GOOD}-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01more",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"{GOOD}\n",
        b"\xff\xfe",
    ],
)
def test_invalid_headers_name_nothing(value: str | bytes | None) -> None:
    assert tracing.parse(value) is None


def test_a_trace_goes_from_a_request_to_its_events() -> None:
    request = tracing.from_headers([(b"host", b"x"), (b"traceparent", GOOD.encode())])
    assert request.trace_id == TRACE
    assert request.span_id != SPAN
    assert tracing.parse(request.traceparent()) == request


def test_missing_malformed_or_conflicting_headers_start_a_new_trace() -> None:
    other = f"00-{TRACE[::-1]}-{SPAN}-01".encode()
    for headers in ([], [(b"traceparent", b"x")], [(b"traceparent", GOOD.encode()), (b"traceparent", other)]):
        started = tracing.from_headers(headers)
        assert started.trace_id != TRACE
        assert tracing.parse(started.traceparent()) == started


async def test_tasks_do_not_see_each_others_trace() -> None:
    async def work() -> tuple[tracing.Trace | None, tracing.Trace | None]:
        mine = tracing.new_trace()
        with tracing.traced(mine):
            await asyncio.sleep(0)
            return mine, tracing.current()

    assert all(mine == seen for mine, seen in await asyncio.gather(*(work() for _ in range(20))))
    assert tracing.current() is None
