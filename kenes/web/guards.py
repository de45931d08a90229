"""Refuses tricks in the request line and the Host header before anything reads them."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from kenes.web.problems import Problem
from kenes.web.settings import WebSettings

MAX_PART: Final = 4096
"""Bytes of a path, and of a query: fewer than the digits of a number in a path that Python refuses to read."""
_LOOPBACK: Final = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
# Nearly every target is made of these alone and needs no further look.
_PLAIN: Final = re.compile(rb"[A-Za-z0-9/_\-.~=&+:,@!]*").fullmatch
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]").search
_ENCODED_SEPARATOR: Final = re.compile(rb"%2f|%5c|\\", re.IGNORECASE).search
_HOST: Final = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9.\-]+)(:[0-9]{1,5})?").fullmatch


class Guards:
    """400 for targets that no honest client sends, 421 for a host we are not."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self._app = app
        self._hosts = {name.encode() if ":" not in name else f"[{name}]".encode() for name in settings.hosts}
        self._known: dict[tuple[bytes, bool], None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes through anything but HTTP."""
        if scope["type"] == "http":
            self._check_host(scope)
            check_target(scope["raw_path"], scope["query_string"])
        await self._app(scope, receive, send)

    def _check_host(self, scope: Scope) -> None:
        values = [value for name, value in scope["headers"] if name == b"host"]
        if len(values) != 1:
            raise Problem(400, "host-malformed")
        client = scope["client"]
        local = client is None or client[0].startswith("127.") or client[0] == "::1"
        if (values[0], local) in self._known:
            return
        matched = _HOST(values[0].lower())
        if matched is None:
            raise Problem(400, "host-malformed")
        if not self._accepts(matched[1], local=local):
            raise Problem(421, "host-unknown")
        if len(self._known) < 1024:  # the port is the client's choice: never remember without a bound
            self._known[values[0], local] = None

    def _accepts(self, host: bytes, *, local: bool) -> bool:
        return host in self._hosts or (local and (host in _LOOPBACK or _is_loopback(host)))


def check_target(raw_path: bytes, query: bytes) -> None:
    """Raises 400 for a path or query with control characters, invalid UTF-8, or a path with hidden separators, and 414
    for one that is too long.

    A doubled slash, a dot segment and an encoded slash are each just another name for something else, which caches
    and gateways read in different ways: one name per page, everything else is refused.
    """
    if len(query) > MAX_PART or len(raw_path) > MAX_PART:
        raise Problem(414, "target-too-long", values={"limit": MAX_PART})
    if b"//" in raw_path or b"/." in raw_path or not _PLAIN(raw_path):
        _check_path(raw_path)
    if not _PLAIN(query):
        _check_text(query.replace(b"+", b" "))


def _check_path(raw_path: bytes) -> None:
    _check_text(raw_path)
    segments = unquote_to_bytes(raw_path).split(b"/")
    if _ENCODED_SEPARATOR(raw_path) or b"" in segments[1:-1] or b"." in segments or b".." in segments:
        raise Problem(400, "target-malformed")


def _check_text(encoded: bytes) -> None:
    text = unquote_to_bytes(encoded)
    if _CONTROL(text):
        raise Problem(400, "target-malformed")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "encoding-invalid") from None


def _is_loopback(host: bytes) -> bool:
    try:
        return ip_address(host.decode().strip("[]")).is_loopback
    except ValueError:
        return False
