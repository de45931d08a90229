"""Which methods an address takes, over all the routes that lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send


class EveryMethod:
    """The router, whose 405 names every method of the address (RFC 9110, 10.2.1).

    By itself it names those of the first route that fits; reading and writing have a route each.
    """

    def __init__(self, router: Router) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Routes the request."""
        root = scope.get("root_path", "")
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:
            if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
                raise
            found = _methods(self._router.routes, {**scope, "root_path": root})
            raise HTTPException(error.status_code, headers={"Allow": ", ".join(sorted(set(found)))}) from error


def read_at(request: Request) -> str:
    """The path of this request or, where nothing is read there, of the nearest page above it."""
    path = request.url.path
    while path != "/" and request.method not in ("GET", "HEAD") and "GET" not in _at(path, request):
        path = path.rpartition("/")[0] or "/"
    return path


def _at(path: str, request: Request) -> set[str]:
    return set(_methods(request.app.routes, {**request.scope, "path": path}))


def _methods(routes: Sequence[BaseRoute], scope: Scope) -> Iterator[str]:
    for route in routes:
        match, inner = route.matches(scope)
        if match is Match.NONE:
            continue
        if isinstance(route, Mount):
            yield from _methods(route.routes, {**scope, **inner})
        elif isinstance(route, Route):
            yield from route.methods or ()
