"""How open data is answered: to every site, kept by every cache, and briefly to who has it already."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from kenes.web import csv_text
from kenes.web.caching import etag, publish
from kenes.web.context import add_header, web
from kenes.web.feeds import ATOM_TYPE, JSON_FEED_TYPE
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.limits import Endpoint
from kenes.web.openapi import Operation, Parameter
from kenes.web.openapi_parameters import choice, chosen

LANG: Final = choice("lang", "The language of the words around the data; its own where it is absent.", LANGUAGES)

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


def publish_whole(
    request: Request,
    body: bytes,
    media_type: str,
    seen: FirstSeen,
    *,
    max_age: int,
    file: str | None = None,
    further: str | None = None,
) -> Response:
    """A body that is whole, to be kept for `max_age` seconds; `file` is its name, `further` where it goes on."""
    tag = etag(body)
    headers = {"link": f'<{further}>; rel="next"'} if further else {}
    if file is not None:
        headers["content-disposition"] = f'attachment; filename="{file}"'
    response = Response(body, media_type=media_type)
    modified = seen.modified(own_address(request), tag)
    return publish_data(request, response, tag=tag, modified=modified, max_age=max_age, headers=headers)


def translator(request: Request, default: str) -> Translator:
    """The language asked for, and no other sign of the reader: the answer is the same for all who ask the same."""
    return Translator(web(request.scope).catalogs, chosen(request, LANG) or default)


def absolute(request: Request, path: str) -> str:
    """The address of a path of this site."""
    return f"{web(request.scope).settings.public_url}{path}"


def own_address(request: Request) -> str:
    """The address that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return absolute(request, f"{request.url.path}{query}")


def four_formats(
    path: str,
    answer: type[BaseModel],
    *,
    json: Endpoint,
    csv: Endpoint,
    atom: Endpoint,
    feed: Endpoint,
    problems: Sequence[str] = (),
    parameters: Sequence[Parameter] = (),
) -> list[Operation]:
    """The operations of a list or a course; `answer` is what it is as JSON. Feeds alone have words around the data."""

    def read(ending: str, handler: Endpoint, media_type: str, *more: Parameter) -> Operation:
        return Operation.read(
            path + ending,
            handler,
            answer if ending == ".json" else None,
            problems=problems,
            parameters=(*parameters, *more),
            media_type=media_type,
        )

    return [
        read(".json", json, "application/json"),
        read(".csv", csv, csv_text.MEDIA_TYPE),
        read(".atom", atom, ATOM_TYPE, LANG),
        read(".feed.json", feed, JSON_FEED_TYPE, LANG),
    ]


@dataclass(frozen=True)
class Alternate:
    """The same in another format: for `<link rel="alternate">` and for people, who call the format by `name`."""

    name: str
    media_type: str
    address: str


def alternates(base: str, asked: Mapping[str, str | Sequence[str]], language: str) -> list[Alternate]:
    """The four formats of what is at `base`, a list or a course, with the filters that were `asked`."""

    def address(ending: str, **more: str) -> str:
        query = urlencode({**asked, **more}, doseq=True)
        return f"{base}{ending}?{query}" if query else f"{base}{ending}"

    return [
        Alternate("Atom", "application/atom+xml", address(".atom", lang=language)),
        Alternate("JSON Feed", "application/feed+json", address(".feed.json", lang=language)),
        Alternate("CSV", "text/csv", address(".csv")),
        Alternate("JSON", "application/json", address(".json")),
    ]
