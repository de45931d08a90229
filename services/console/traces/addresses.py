"""Addresses of traces: what they ask for, and where a trace or a record is shown."""

from urllib.parse import urlencode

from starlette.requests import Request

from kenes.web.problems import Problem
from services.console.traces.asked import Asked, MalformedError, Window, asked_for
from services.console.traces.places import RecordView
from services.console.traces.views import TraceView


def asked_in(request: Request) -> Asked:
    """What an address asks for; raises the problem of one that cannot be."""
    window = window_of(request)
    try:
        return asked_for(request.path_params["asked"], window)
    except MalformedError as error:
        raise Problem(422, "trace-malformed") from error


def window_of(request: Request) -> Window:
    """The window of a query; raises the problem of one that cannot be."""
    told = request.query_params
    try:
        return Window.told(told.get("back", ""), told.get("at", ""))
    except MalformedError as error:
        raise Problem(422, "window-malformed") from error


def address(asked: str, window: Window) -> str:
    """Where a trace is shown, or an event alone."""
    told = {"back": window.back} | ({} if window.at is None else {"at": window.at.isoformat()})
    return f"/traces/{asked}?{urlencode(told)}"


def address_of(record: RecordView, window: Window) -> str | None:
    """Where the trace of a record is shown; the event alone where it carries none; None where nothing names it."""
    try:
        asked = asked_for(record.trace or record.event, window)
    except MalformedError:
        return None
    return address(asked.id, Window(window.back, record.at))


def status_of(trace: TraceView) -> int:
    """What an answer is: 404 only where everything was looked through."""
    if trace.steps or not (trace.looked.whole or trace.looked.failed):
        return 200
    return 503 if trace.looked.failed else 404
