"""What the edge keeps beside a request: the app's shared parts, and headers to add to whatever answer is sent."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from kenes.web.i18n import Catalogs
    from kenes.web.limits import Limiter
    from kenes.web.sessions import Sessions
    from kenes.web.settings import WebSettings

RawHeader = tuple[bytes, bytes]
_HEADERS = "kenes.headers"


@dataclass(frozen=True, slots=True)
class Web:
    """The parts one application shares among its requests. `sessions` is None where only bearer tokens are known."""

    settings: WebSettings
    catalogs: Catalogs
    limiter: Limiter
    sessions: Sessions | None


def web(scope: MutableMapping[str, Any]) -> Web:
    """The shared parts of the application that serves `scope` (an ASGI scope or `request.scope`)."""
    return cast("Web", scope["app"].state.web)


def add_header(scope: MutableMapping[str, Any], name: bytes, value: bytes) -> None:
    """Adds a header to the answer of this request, problem answers included. `name` in lower case."""
    added = scope.get(_HEADERS)
    if added is None:
        added = scope[_HEADERS] = []
    added.append((name, value))


def added_headers(scope: MutableMapping[str, Any]) -> list[RawHeader] | None:
    """Headers added so far; None where there are none."""
    return scope.get(_HEADERS)


def header(scope: MutableMapping[str, Any], name: bytes) -> bytes | None:
    """The first value of a request header; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return cast("bytes", value)
    return None


def cookie(scope: MutableMapping[str, Any], name: str) -> str | None:
    """The value of one cookie, or None. A name sent twice is refused (None): one of them was planted."""
    found: str | None = None
    wanted = name.encode() + b"="
    for key, value in scope["headers"]:
        if key != b"cookie" or wanted not in value:
            continue
        for pair in value.split(b";"):
            pair = pair.strip()  # noqa: PLW2901
            if pair.startswith(wanted):
                if found is not None:
                    return None
                found = pair[len(wanted) :].decode("latin-1")
    return found
