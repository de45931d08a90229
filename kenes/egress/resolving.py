"""Names to addresses, on threads of its own: a host whose name servers say nothing takes nobody else's time.

The loop's own `getaddrinfo` has a few threads for the whole process, and nothing ends a look-up that hangs on one.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import httpcore

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses as text, best first. Raises `OSError` for a host that is not found."""

MOST: Final = 64
"""Look-ups under way, each on its thread."""
MOST_SLOW: Final = 32
"""Those of them that may be of hosts whose look-up came late the last time: the others find a thread beside them."""
_REMEMBERED: Final = 1_000
"""Hosts of which it is known that they were late."""


def system_look_up(host: str) -> Sequence[str]:
    """What the system's resolver says. Waits for it."""
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class Resolver:
    """A `Resolve` for one loop. All who ask for a host meanwhile share one look-up.

    After `patience` seconds it is late. Whoever waits may wait on, but whoever comes gets `httpcore.ConnectTimeout` at
    once, until it ends. So does whoever finds no thread free.
    """

    def __init__(self, patience: float, look_up: Callable[[str], Sequence[str]] = system_look_up) -> None:
        self._patience = patience
        self._look_up = look_up
        self._under_way: dict[str, asyncio.Future[Sequence[str]]] = {}
        self._late: set[str] = set()
        self._slow: dict[str, None] = {}

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        """The addresses of a host, the same for all its ports."""
        if host in self._late:
            raise httpcore.ConnectTimeout("the look-up is late")
        found = self._under_way.get(host) or self._start(host)
        return await asyncio.shield(found)

    def _start(self, host: str) -> asyncio.Future[Sequence[str]]:
        slow = sum(each in self._slow for each in self._under_way)
        if len(self._under_way) >= MOST or (host in self._slow and slow >= MOST_SLOW):
            raise httpcore.ConnectTimeout("too many look-ups")
        loop = asyncio.get_running_loop()
        # A daemon: the process does not wait for it when it ends.
        threading.Thread(target=self._run, args=(host, loop), name="look-up", daemon=True).start()
        found = self._under_way[host] = loop.create_future()
        loop.call_later(self._patience, self._note_late, host, found)
        return found

    def _run(self, host: str, loop: asyncio.AbstractEventLoop) -> None:
        try:
            said: Sequence[str] | Exception = self._look_up(host)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            said = error
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(self._ended, host, said)

    def _note_late(self, host: str, found: asyncio.Future[Sequence[str]]) -> None:
        if found.done():
            return
        self._late.add(host)
        self._slow[host] = None
        if len(self._slow) > _REMEMBERED:
            del self._slow[next(iter(self._slow))]

    def _ended(self, host: str, said: Sequence[str] | Exception) -> None:
        found = self._under_way.pop(host)
        if host not in self._late:
            self._slow.pop(host, None)
        self._late.discard(host)
        if isinstance(said, Exception):
            found.set_exception(said)
            found.exception()  # nobody may wait any more, which is no error of ours
        else:
            found.set_result(said)
