"""How open data is answered: to every site, kept by every cache, and briefly to who has it already."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from kenes.web.caching import publish
from kenes.web.context import add_header

OPEN_TO_ALL: Final = {"cross-origin-resource-policy": "cross-origin"}
"""Beside CORS: what other sites may show and read."""

S = TypeVar("S")
P = ParamSpec("P")
Handler = Callable[Concatenate[S, Request, P], Awaitable[Response]]


def open_data(handler: Handler[S, []]) -> Handler[S, []]:
    """A handler whose answers, problems included, scripts of every site may read. It must not look at cookies."""

    @wraps(handler)
    async def wrapped(self: S, request: Request) -> Response:
        add_header(request.scope, b"access-control-allow-origin", b"*")
        add_header(request.scope, b"access-control-expose-headers", b"ETag, Link")
        return await handler(self, request)

    return wrapped


class FirstSeen:
    """When this process first saw each answer as it now is: the latest moment at which it can have changed.

    Counts change without leaving a time of their own. The `most` answers asked last are remembered.
    """

    def __init__(self, most: int = 1024, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._most = most
        self._clock = clock
        self._seen: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def modified(self, address: str, tag: str) -> datetime | None:
        """Whole seconds, UTC. `None` within the second of the change: another may follow in the same second."""
        now = self._clock()
        known = self._seen.get(address)
        if known is None or known[0] != tag:
            known = self._seen[address] = (tag, now)
        self._seen.move_to_end(address)
        while len(self._seen) > self._most:
            self._seen.popitem(last=False)
        second = known[1].replace(microsecond=0)
        return second if now - second >= timedelta(seconds=1) else None


def publish_data(
    request: Request,
    response: Response,
    *,
    tag: str,
    modified: datetime | None,
    max_age: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer with what caches and other sites need; 304 where the client has it."""
    response.headers.update({**OPEN_TO_ALL, **(headers or {})})
    return publish(request, response, max_age=max_age, tag=tag, modified=modified, vary="")
