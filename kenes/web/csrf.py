"""Cross-site request forgery: who may make a browser post here.

Two independent checks. The guard compares what the browser itself says about the sender of each unsafe request; the
form token proves that the form came from a page of this session.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kenes.web import again
from kenes.web.bodies import Form
from kenes.web.context import cookie, header, web
from kenes.web.problems import Problem
from kenes.web.sealing import TOKEN_BYTES, decode_token, encode_token
from kenes.web.sessions import Session
from kenes.web.settings import WebSettings

FIELD: Final = "csrf_token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN_SITES: Final = frozenset({b"same-origin", b"none"})


class TokenRoute(Route):
    """A route that any site may make a browser post to: the token in its address is the proof, and no cookie counts."""


class CrossSiteGuard:
    """403 for unsafe requests that another site made a browser send.

    Bearer tokens are exempt: a browser never adds one by itself, and another site cannot without our CORS consent. So
    are those of `routes` that are a `TokenRoute`.
    """

    def __init__(self, app: ASGIApp, settings: WebSettings, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._open = [route for route in routes if isinstance(route, TokenRoute)]
        self._origin = settings.public_url.encode()
        self._cookie = settings.session_cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes through anything but HTTP."""
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        if (header(scope, b"authorization") or b"")[:7].lower() == b"bearer ":
            return
        site = header(scope, b"sec-fetch-site")
        if site is not None:
            allowed = site in _OWN_SITES
        else:
            # Browsers leave Sec-Fetch-Site out on plain http, never Origin on a post. Without both it is no browser,
            # and then there is no cookie to abuse either.
            origin = header(scope, b"origin")
            allowed = origin == self._origin if origin is not None else cookie(scope, self._cookie) is None
        if not allowed and not any(route.matches(scope)[0] is Match.FULL for route in self._open):
            raise Problem(403, "cross-site")


def form_token(session: Session) -> str:
    """The token for a form's hidden field. Different each time, so that a compressed page gives nothing away."""
    mask = secrets.token_bytes(TOKEN_BYTES)
    return encode_token(mask) + encode_token(_xor(mask, session.csrf))


async def check_form(request: Request, form: Form) -> Session:
    """The session whose page the form came from. Raises 403 where it did not, or is only to be shown again."""
    sessions = web(request.scope).sessions
    session = await sessions.current(request.scope) if sessions is not None else None
    if session is not None:
        again.renew(request.scope, {FIELD: form_token(session)})
    if form.text(again.UNSENT):
        raise Problem(403, "form-unsent")
    if session is None or not _matches(form.text(FIELD), session.csrf):
        raise Problem(403, "form-expired")
    return session


def _matches(text: str, expected: bytes) -> bool:
    half = len(text) // 2
    mask, masked = decode_token(text[:half]), decode_token(text[half:])
    return mask is not None and masked is not None and hmac.compare_digest(_xor(mask, masked), expected)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
