"""The address a request came from, believing only our own gateways about it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from kenes.web.context import web

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]
UNKNOWN = "unknown"
_KEY = "kenes.address"


def client_address(scope: MutableMapping[str, Any]) -> str:
    """The client's IP address as text, `unknown` where there is none (a socket file).

    The peer, unless it is a trusted proxy: then the right-most hop of Forwarded or X-Forwarded-For that is not one.
    """
    known = scope.get(_KEY)
    if known is None:
        client = scope.get("client")
        known = scope[_KEY] = _resolve(
            client[0] if client else "", scope["headers"], web(scope).settings.trusted_proxies
        )
    return str(known)


@lru_cache(maxsize=65_536)
def limit_group(address: str) -> str:
    """What shares one limit: an IPv4 address, or the /64 of an IPv6 one (a household gets a whole /64)."""
    parsed = _parse(address)
    if not isinstance(parsed, IPv6Address):
        return address
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))


def _resolve(peer: str, headers: list[tuple[bytes, bytes]], trusted: Networks) -> str:
    if not trusted or not _is_trusted(peer, trusted):
        return _plain(peer)
    address = peer
    for hop in _hops(headers):
        parsed = _parse(hop)
        if parsed is None:
            return _plain(address)  # what stands left of a hop we cannot read was not vouched for
        address = str(parsed)
        if not _is_trusted(address, trusted):
            break
    return _plain(address)


@lru_cache(maxsize=4096)
def _is_trusted(address: str, trusted: Networks) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in trusted)


@lru_cache(maxsize=65_536)
def _plain(address: str) -> str:
    parsed = _parse(address)
    return UNKNOWN if parsed is None else str(parsed)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _hops(headers: list[tuple[bytes, bytes]]) -> Iterator[str]:
    """Hops from the nearest to the farthest. Forwarded (RFC 7239) wins where a gateway sends both."""
    for name, read in ((b"forwarded", _forwarded), (b"x-forwarded-for", _stripped)):
        values = [value.decode("latin-1") for key, value in headers if key == name]
        if values:
            yield from (read(hop) for value in reversed(values) for hop in reversed(value.split(",")))
            return


def _forwarded(element: str) -> str:
    for pair in element.split(";"):
        name, _, value = pair.strip().partition("=")
        if name.lower() == "for":
            return _stripped(value.strip('"'))
    return ""


def _stripped(node: str) -> str:
    """A node without port and brackets."""
    node = node.strip()
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node
