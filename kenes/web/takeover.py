"""Long streams that outlive their request.

A request that lasts for hours keeps its headers, its scope and a coroutine per layer of the application: 20 kB. Our
server lets the application take the connection over after the head of the answer has been sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast

from starlette.types import Scope

EXTENSION: Final = "kenes.takeover"


class Heir(Protocol):
    """A protocol that can go on with a connection of which the answer has begun."""

    def start(self, transport: asyncio.Transport) -> None:
        """The connection is yours."""


def move_out(scope: Scope, heir: Heir) -> bool:
    """Gives `heir` the connection. False where the server cannot: the stream must live within the request."""
    take_over = cast("Callable[[Heir], asyncio.Transport | None] | None", scope.get("extensions", {}).get(EXTENSION))
    transport = take_over(heir) if take_over is not None else None
    if transport is None:
        return False
    heir.start(transport)
    return True
