"""A trace as rows of a drawing: each with a bar from what it follows from to where it stands itself."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    """The requests and the steps, each request before the first that it began."""
    if trace.at is None:
        return []
    seconds = trace.seconds
    clicks = {each.span: each for each in trace.requests}
    ends = {each.number: each.after for each in trace.steps}
    began: dict[str | None, float] = {}
    found: list[Row] = []
    for step in trace.steps:
        if step.span in clicks and step.span not in began:
            began[step.span] = step.after
            found.append(_row(step.after, step.after, seconds, click=clicks[step.span]))
        begin = began.get(step.span, step.after) if step.cause is None else ends[step.cause]
        found.append(_row(begin, step.after, seconds, step=step))
    return found


def _row(begin: float, end: float, seconds: float, click: ClickView | None = None, step: StepView | None = None) -> Row:
    return Row(click, step, _per_cent(min(begin, end), seconds), _per_cent(end, seconds), end)


def _per_cent(after: float, seconds: float) -> float:
    share = after / seconds if seconds > 0 else 0.0
    return round(_INSET + share * (100 - 2 * _INSET), 2)
