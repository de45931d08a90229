"""What may be kept, by whom, for how long, and the short answer to who has it already (RFC 9110, RFC 9111)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.web.context import cookie, header, web

# What describes the body, which the client has already. All else a 304 repeats: its headers replace those kept with
# the copy, and where a policy of the page were left out, the edge's own would take its place (RFC 9111, 3.2).
_OF_THE_BODY: Final = (b"content-length", b"content-type", b"content-encoding")


def etag(*parts: object) -> str:
    """A weak entity tag of what an answer is made from: `etag("petition", id, version, language)`, or of its body."""
    told = b"\0".join(part if isinstance(part, bytes) else str(part).encode() for part in parts)
    return f'W/"{hashlib.blake2b(told, digest_size=12).hexdigest()}"'


def not_modified(request: Request, *, tag: str | None = None, modified: datetime | None = None) -> bool:
    """True where the client's copy is still good: ask before making the answer, then `unchanged`.

    If-None-Match goes before If-Modified-Since, as the standard has it. Only for GET and HEAD.
    """
    if request.method not in {"GET", "HEAD"}:
        return False
    known = header(request.scope, b"if-none-match")
    if known is not None:
        return tag is not None and _names(known.decode("latin-1"), tag)
    since = header(request.scope, b"if-modified-since")
    if since is None or modified is None:
        return False
    moment = _moment(since.decode("latin-1"))
    return moment is not None and modified.replace(microsecond=0) <= moment


def unchanged(response: Response) -> Response:
    """304 with the headers of `response`, which a cache takes for its copy."""
    answer = Response(status_code=304)
    answer.raw_headers = [(name, value) for name, value in response.raw_headers if name not in _OF_THE_BODY]
    return answer


def publish(
    request: Request,
    response: Response,
    *,
    max_age: int,
    tag: str | None = None,
    modified: datetime | None = None,
    vary: str = "Accept-Language, Cookie",
) -> Response:
    """Lets anybody keep `response` for `max_age` seconds, and answers 304 where the client's copy is good.

    A page of somebody with a session is never shared, even if it looks the same: it holds the person's menu and form
    tokens. Give `vary="Accept"` or "" for data that is the same in all languages and for all people. What such an
    answer depends on beyond the tag must be part of the tag (language included).
    """
    personal = "Cookie" in vary and cookie(request.scope, web(request.scope).settings.session_cookie) is not None
    if personal:
        return keep_private(response)
    fresh = f"max-age={max_age}, stale-while-revalidate={max_age}" if max_age else "no-cache"
    response.headers["cache-control"] = f"public, {fresh}"
    if vary:
        response.headers.add_vary_header(vary)
    if tag is not None:
        response.headers["etag"] = tag
    if modified is not None:
        response.headers["last-modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if response.status_code == 200 and not_modified(request, tag=tag, modified=modified):
        return unchanged(response)
    return response


def keep_private(response: Response) -> Response:
    """For one person's eyes: no cache keeps it, the browser's back button included."""
    response.headers["cache-control"] = "private, no-store"
    response.headers.add_vary_header("Cookie")
    return response


def _names(header_value: str, tag: str) -> bool:
    """Weak comparison: a copy that means the same is good enough to read."""
    wanted = tag.removeprefix("W/")
    return header_value.strip() == "*" or any(
        candidate.strip().removeprefix("W/") == wanted for candidate in header_value.split(",")
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
