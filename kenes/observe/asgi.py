"""The middleware of api processes that measures and traces each request.

On the path of every request, so it is plain ASGI: no request object, no task, no copy.
"""

from __future__ import annotations

import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kenes.observe import tracing
from kenes.observe.metrics import HTTP_DURATION, HTTP_IN_PROGRESS, OTHER, BoundedLabel

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"


class ObserveMiddleware:
    """Gives each request a span, tells it in the answer, and records duration by method, route template and status.

    The span is a child of the one that the request's `traceparent` names; the answer has it as `traceresponse`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._route = BoundedLabel()
        self._series: dict[tuple[str, str, int], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes anything but HTTP through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # what the server answers where the application raised before it began

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), told]}
            await send(message)

        trace = tracing.from_headers(scope["headers"])
        told = (tracing.TRACERESPONSE, trace.traceparent().encode("ascii"))
        started = time.perf_counter()
        HTTP_IN_PROGRESS.inc()
        try:
            with tracing.traced(trace):
                await self._app(scope, receive, observed_send)
        finally:
            HTTP_IN_PROGRESS.dec()
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else OTHER
        key = (method, self._template(scope), status)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = HTTP_DURATION.labels(*key)
        series.observe(seconds)

    def _template(self, scope: Scope) -> str:
        route = scope.get("route")
        path = getattr(route, "path", None)
        # A mount's own template is gone by now; its prefix stands in root_path.
        return UNMATCHED if path is None else self._route(scope.get("root_path", "") + path)
