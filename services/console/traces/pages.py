"""Traces as pages: looking one up, and following it from the click to the notification."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.cluster import ClusterUnreachableError
from kenes.kafka.records import Receipt
from kenes.web.problems import Problem
from kenes.web.site import see_other
from services.console.access import viewing
from services.console.pages.site import ConsoleSite
from services.console.traces.addresses import address, address_of, asked_in, status_of, window_of
from services.console.traces.asked import BACK, Kind, MalformedError, Window, asked_for, receipt_of
from services.console.traces.drawing import rows
from services.console.traces.places import meant_by, standing_at
from services.console.traces.searching import Searches
from services.console.traces.views import trace_view

AT: Final = "/traces/at/{topic}/{place}"


@dataclass(frozen=True)
class TracePages:
    """`/traces`, `/traces/ID` and `/traces/at/TOPIC/PARTITION-OFFSET`"""

    site: ConsoleSite
    searches: Searches

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/traces", self.look_up, methods=["GET"]),
            Route(AT, self.standing, methods=["GET"]),
            Route("/traces/{asked}", self.show, methods=["GET"]),
        ]

    @viewing
    async def look_up(self, request: Request, _person: Person) -> Response:
        """The form; what it is filled in with leads to a trace, or to the requests that a receipt may mean."""
        told, window = request.query_params.get("q", "").strip()[:200], window_of(request)
        receipt = receipt_of(told)
        if receipt is not None:
            return await self._receipt(request, told, receipt, window)
        if not told:
            return await self._form(request, told, window)
        try:
            asked = asked_for(told, window)
        except MalformedError:
            return await self._form(request, told, window, status=422, malformed=True)
        return see_other(address(asked.id, window))

    async def _receipt(self, request: Request, told: str, receipt: Receipt, window: Window) -> Response:
        try:
            meant = await meant_by(self.searches.log, receipt)
        except ClusterUnreachableError as error:
            return await self._form(request, told, window, status=503, failed=str(error))
        found = [(each, address_of(each, window)) for each in meant]
        if len(found) == 1 and found[0][1] is not None:
            return see_other(found[0][1])
        return await self._form(request, told, window, status=200 if found else 404, meant=found)

    async def _form(
        self, request: Request, told: str, window: Window, *, status: int = 200, **more: object
    ) -> Response:
        usual = {"q": told, "window": window, "backs": tuple(BACK), "malformed": False, "failed": ""}
        return await self.site.show(request, "traces.html", {**usual, **more}, status=status)

    @viewing
    async def standing(self, request: Request, _person: Person) -> Response:
        """To the trace of the record at a place: where a page leads that knows no more of it."""
        path = request.path_params
        place = receipt_of(path["place"])
        if place is None:
            raise Problem(404, "record-unknown")
        try:
            found = await standing_at(self.searches.log, path["topic"], place)
        except ClusterUnreachableError as error:
            raise Problem(503, "traces-unreadable", values={"reason": str(error)}) from error
        if found is None:
            raise Problem(404, "record-unknown")
        there = address_of(found, Window())
        if there is None:
            raise Problem(404, "record-untraced")
        return see_other(there)

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """One act, as far as it has been found."""
        asked = asked_in(request)
        trace = trace_view(await self.searches.look(asked))
        if asked.kind is Kind.EVENT and trace.trace is not None:
            return see_other(address(trace.trace, Window(asked.window.back, trace.dated)))
        context: dict[str, Any] = {
            "asked": asked,
            "trace": trace,
            "rows": rows(trace),
            "longer": [(back, address(asked.id, Window(back, asked.window.at))) for back in BACK],
            "again": address(asked.id, asked.window),
            "pretty": lambda content: orjson.dumps(content, option=orjson.OPT_INDENT_2).decode(),
        }
        return await self.site.show(request, "trace.html", context, status=status_of(trace))
