"""W3C Trace Context: the trace of an HTTP request travels on with the events it brings about.

An event carries `traceparent` as the CloudEvents extension of that name (the Kafka header `ce_traceparent`); an
answer tells its trace in `traceresponse`.
Source: https://www.w3.org/TR/trace-context/ (version 00) and, for `traceresponse`, the draft of its level 2.
`tracestate` is not carried: nothing here writes one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

TRACEPARENT = b"traceparent"
TRACERESPONSE = b"traceresponse"

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_NO_TRACE = "0" * 32
_NO_SPAN = "0" * 16


class Trace(NamedTuple):
    """One span of a trace. `trace_id` is 32 and `span_id` 16 lower-case hex digits; `flags` is 0–255."""

    trace_id: str
    span_id: str
    flags: int = 1

    def child(self) -> Trace:
        """A new span of the same trace."""
        return Trace(self.trace_id, f"{_drawn(64):016x}", self.flags)

    def traceparent(self) -> str:
        """The value of the header."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


_current: ContextVar[Trace | None] = ContextVar("kenes_trace", default=None)


def _drawn(bits: int) -> int:
    """Not zero, which names nothing. Such ids are no secrets: asking the kernel for each took time of all requests."""
    return random.getrandbits(bits) or 1


def new_trace() -> Trace:
    """A fresh trace with random ids, sampled."""
    return Trace(f"{_drawn(128):032x}", f"{_drawn(64):016x}")


def parse(value: str | bytes | None) -> Trace | None:
    """The span that `traceparent` names; None where it is missing or malformed (then start a new trace)."""
    if value is None:
        return None
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    found = _FORM.fullmatch(text.strip(" \t"))
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    # A higher version may append fields; version 00 may not, and ff is forbidden.
    if version == "ff" or (version == "00" and rest) or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Trace(trace_id, span_id, int(flags, 16))


def from_headers(headers: Iterable[tuple[bytes, bytes]]) -> Trace:
    """A child of the span named in the `headers` of a request, or a new trace. Two different ones name nothing."""
    found = {value for name, value in headers if name == TRACEPARENT}
    parent = parse(found.pop()) if len(found) == 1 else None
    return parent.child() if parent else new_trace()


def current() -> Trace | None:
    """The span this task runs in."""
    return _current.get()


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    """Makes `trace` the current span within the block; log lines then carry its ids."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
