"""Traces as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kenes.identity.access import Authenticate
from kenes.kafka.cluster import ClusterUnreachableError
from kenes.web.openapi import Operation, Parameter
from kenes.web.problems import Problem
from services.console.api import PREFIX, answer, operator, read
from services.console.traces.addresses import address, asked_in, status_of
from services.console.traces.asked import BACK, Kind, Window, receipt_of
from services.console.traces.places import RecordView, meant_by
from services.console.traces.searching import Searches
from services.console.traces.views import TraceView, trace_view
from services.console.views import View

WINDOW: Final = (
    Parameter("back", f"How far back: {', '.join(BACK)}; an hour where it is left out"),
    Parameter("at", "An instant around which to look, ISO 8601; now where it is left out"),
)


class RequestsView(View):
    """The requests at the place that a receipt names, in each topic of requests."""

    requests: list[RecordView]


@dataclass(frozen=True)
class TraceApi:
    """`/traces/ID` and `/receipts/RECEIPT` of the JSON API."""

    searches: Searches
    authenticate: Authenticate

    def operations(self) -> Sequence[Operation]:
        of_traces = ("trace-malformed", "window-malformed", "trace-unknown", "traces-unreadable")
        of_receipts = ("receipt-malformed", "receipt-unknown", "traces-unreadable")
        return [
            read("/traces/{asked}", self.show_trace, TraceView, *of_traces, parameters=WINDOW),
            read("/receipts/{receipt}", self.show_receipt, RequestsView, *of_receipts),
        ]

    async def show_trace(self, request: Request) -> Response:
        """A trace by its id, or the event with an id: of one that carries a trace, the answer leads there."""
        await operator(request, self.authenticate)
        asked = asked_in(request)
        trace = trace_view(await self.searches.look(asked))
        if asked.kind is Kind.EVENT and trace.trace is not None:
            there = PREFIX + address(trace.trace, Window(asked.window.back, trace.dated))
            return RedirectResponse(there, 303, {"cache-control": "no-store"})
        looked = {"looked": trace.looked.model_dump(mode="json")}
        match status_of(trace):
            case 404:
                raise Problem(404, "trace-unknown", members=looked)
            case 503:
                raise Problem(503, "traces-unreadable", values={"reason": trace.looked.failed}, members=looked)
        return answer(trace)

    async def show_receipt(self, request: Request) -> Response:
        """The requests that a receipt may be of, with their traces."""
        await operator(request, self.authenticate)
        receipt = receipt_of(request.path_params["receipt"])
        if receipt is None:
            raise Problem(422, "receipt-malformed")
        try:
            meant = await meant_by(self.searches.log, receipt)
        except ClusterUnreachableError as error:
            raise Problem(503, "traces-unreadable", values={"reason": str(error)}) from error
        if not meant:
            raise Problem(404, "receipt-unknown")
        return answer(RequestsView(requests=list(meant)))
