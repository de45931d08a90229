"""A trace as rows of a drawing: each with a bar from what it follows from to where it stands itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.console.traces.views import ClickView, StepView, TraceView

_INSET: Final = 2.0
"""Per cent left free on both sides, so that the mark of the first and of the last row is whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """A request over HTTP, or a step. `begin` and `end` are per cent of the width, `after` seconds since the first."""

    click: ClickView | None
    step: StepView | None
    begin: float
    end: float
    after: float


def rows(trace: TraceView) -> Sequence[Row]:
    """The requests and the steps, each request before what it began."""
    if trace.at is None:
        return []
    first, seconds = trace.at, trace.seconds
    ends = {each.number: each.after for each in trace.steps}
    began = {each.span: (each.at - first).total_seconds() for each in trace.requests}
    placed: list[tuple[datetime, Row]] = [
        (each.at, _row(began[each.span], began[each.span], seconds, click=each)) for each in trace.requests
    ]
    for step in trace.steps:
        before = step.after if step.span is None else began[step.span]
        begin = before if step.cause is None else ends[step.cause]
        placed.append((step.at, _row(begin, step.after, seconds, step=step)))
    # Sorting keeps the order of those of one instant: requests were put first.
    return [row for _, row in sorted(placed, key=lambda each: each[0])]


def _row(begin: float, end: float, seconds: float, click: ClickView | None = None, step: StepView | None = None) -> Row:
    return Row(click, step, _per_cent(min(begin, end), seconds), _per_cent(end, seconds), end)


def _per_cent(after: float, seconds: float) -> float:
    share = after / seconds if seconds > 0 else 0.0
    return round(_INSET + share * (100 - 2 * _INSET), 2)
