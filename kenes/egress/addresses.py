"""Which addresses of the network are public: the only ones a name given by somebody else may lead to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_SPECIAL_V4: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
"""Protocol assignments, which older Pythons take for public in part, and the relays of 6to4."""
_UNICAST: Final = IPv6Network("2000::/3")
"""All of IPv6 that is routed publicly today. Outside it lie the ways to write an IPv4 address (mapped, compatible,
NAT64), link-local, unique local, site-local and multicast addresses."""
_SPECIAL_V6: Final = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments, with Teredo, which carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)


def is_public(text: str) -> bool:
    """Whether an address as a resolver writes it is a public host's; False for what is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public_v4(address) if isinstance(address, IPv4Address) else _is_public_v6(address)


def _is_public_v4(address: IPv4Address) -> bool:
    # `is_global` leaves out private, loopback, link-local, shared (CGNAT) and documentation ranges, not multicast.
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _SPECIAL_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _UNICAST:
        return False
    return not any(address in network for network in _SPECIAL_V6)
