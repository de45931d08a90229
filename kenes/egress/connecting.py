"""Connections to checked addresses: a name is resolved once, all it leads to is checked, and that is connected to.

This is the only place where a name becomes an address, so a resolver that answers differently the second time (DNS
rebinding) is never asked a second time. The name stays what TLS verifies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from kenes.egress.addresses import is_public
from kenes.egress.errors import EgressRefusedError
from kenes.egress.resolving import Resolve


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for the pool over `network`. `free` are the hosts and ports that are not checked."""

    def __init__(
        self, free: frozenset[tuple[str, int]], resolve: Resolve, network: httpcore.AsyncNetworkBackend
    ) -> None:
        self._free = free
        self._resolve = resolve
        self._network = network

    async def checked(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host. Raises `EgressRefusedError` where one of them is not public."""
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if not addresses:
            raise httpcore.ConnectError("no address")
        # One private address among public ones is refused too: nobody needs that, but somebody who tries.
        if (host, port) not in self._free and not all(is_public(address) for address in addresses):
            raise EgressRefusedError("private-address")
        return addresses

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that takes one; the second is tried for hosts without a way to IPv6."""
        for address in (await self.checked(host, port))[:2]:
            with suppress(httpcore.ConnectError):
                return await self._network.connect_tcp(
                    address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
        raise httpcore.ConnectError("no address takes a connection")
