"""Addresses that somebody gave us, read in one way only: what is checked is what is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote, urlsplit

import idna

from kenes.egress.errors import EgressRefusedError

LONGEST: Final = 2_000
"""Letters of an address."""
_NAME: Final = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
# A browser takes a name for IPv4 when its last part is a number: `127.1`, `0x7f.0.0.1`, `2130706433`.
_ENDS_IN_NUMBER: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$", re.ASCII)
_UNWRITABLE: Final = re.compile(r"[\s\x00-\x20\x7f\\]")
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """An absolute address taken apart. `host` is ASCII, in lower case, without brackets; `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """The origin as browsers write it (RFC 6454, 6.2): without the scheme's own port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str) -> Target:
    """The target an address names. Raises `EgressRefusedError` for one that is not http(s), or reads two ways."""
    if len(url) > LONGEST or _UNWRITABLE.search(url):
        raise EgressRefusedError("not-an-address")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise EgressRefusedError("not-an-address") from None
    if parts.scheme not in _PORTS or not host:
        raise EgressRefusedError("not-an-address")
    if "@" in parts.netloc:
        raise EgressRefusedError("user-in-address")
    if parts.fragment or port == 0:
        raise EgressRefusedError("not-an-address")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else ""
    return Target(parts.scheme, _host(host, "[" in parts.netloc), port or _PORTS[parts.scheme], path + query)


def _host(host: str, bracketed: bool) -> str:
    try:
        if bracketed:
            return str(IPv6Address(host.replace("%", "/")))  # a zone names a link of ours: it must not read
        ascii_host = idna.encode(host, uts46=True).decode("ascii").lower() if not host.isascii() else host
        if _ENDS_IN_NUMBER.search(ascii_host):
            return str(IPv4Address(ascii_host))  # four decimal numbers, and no other spelling
    except (AddressValueError, idna.IDNAError, UnicodeError):
        raise EgressRefusedError("host") from None
    # A name without a dot is one of our own network.
    if not _NAME.fullmatch(ascii_host) and ascii_host != "localhost":
        raise EgressRefusedError("host")
    return ascii_host
