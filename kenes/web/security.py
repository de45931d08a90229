"""Security headers on every answer. A handler relaxes one for its own answer by setting that header itself."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kenes.web.context import RawHeader, added_headers
from kenes.web.settings import WebSettings

_CSP: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
_POLICY: Final = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
_YEAR: Final = 31_536_000


def content_security_policy(identity_origins: tuple[str, ...]) -> str:
    """The policy. Browsers apply form-action to the redirects that follow a post too, hence the providers in it."""
    return "; ".join((*_CSP, " ".join(("form-action 'self'", *identity_origins))))


def security_headers(settings: WebSettings) -> list[RawHeader]:
    """Header names in lower case and values."""
    headers = {
        "content-security-policy": content_security_policy(settings.identity_origins),
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "permissions-policy": _POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if settings.secure:
        headers["strict-transport-security"] = f"max-age={_YEAR}; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecurityHeaders:
    """Adds the headers, and those of `context.add_header`, to each answer that does not have them."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self._app = app
        self._headers = security_headers(settings)
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes through anything but HTTP."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        standard, names = self._headers, self._names

        def send_with_headers(message: Message) -> object:
            # Not a coroutine of its own: one frame less on each part of each answer.
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                own = names.intersection([name for name, _ in headers])
                headers += [entry for entry in standard if entry[0] not in own] if own else standard
                headers += added_headers(scope) or ()
                message["headers"] = headers
            return send(message)

        await self._app(scope, receive, send_with_headers)  # type: ignore[arg-type]
