"""Lines about an event are joined by its id and its trace."""

import io
import json

import pytest

from kenes.observe import tracing
from kenes.observe.logs import configure_logs, event_context, get_logger

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def lines() -> io.StringIO:
    out = io.StringIO()
    configure_logs("petitions", "stream", stream=out, as_json=True)
    return out


def test_a_line_within_carries_both_and_one_after_it_neither(lines: io.StringIO) -> None:
    log = get_logger(__name__)
    with event_context("event-1", f"00-{TRACE}-00f067aa0ba902b7-01"):
        log.info("decided")
    log.info("idle")
    inside, after = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (inside["event_id"], inside["trace_id"]) == ("event-1", TRACE)
    assert inside["span_id"] != "00f067aa0ba902b7"
    assert not {"event_id", "trace_id"} & after.keys()


def test_an_event_of_no_trace_is_still_named(lines: io.StringIO) -> None:
    with event_context("event-2", "no traceparent"):
        get_logger(__name__).info("decided")
        assert tracing.current() is None
    line = json.loads(lines.getvalue())
    assert line["event_id"] == "event-2"
    assert "trace_id" not in line
