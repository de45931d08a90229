"""Connections by origin. One pool for all hosts would look at every connection there is for each request."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import httpcore

MOST: Final = 100
"""Origins whose connections are kept; beyond that, those of the origin that was asked the longest ago are closed."""


class Pools:
    """A pool for each origin, made by `make` when it is first asked for."""

    def __init__(self, make: Callable[[], httpcore.AsyncConnectionPool], most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._pools: OrderedDict[str, httpcore.AsyncConnectionPool] = OrderedDict()

    async def of(self, origin: str) -> httpcore.AsyncConnectionPool:
        """The pool of an origin."""
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = self._make()
        self._pools.move_to_end(origin)
        if len(self._pools) > self._most:
            await self._drop_one()
        return pool

    async def aclose(self) -> None:
        """Closes what is kept."""
        pools, self._pools = list(self._pools.values()), OrderedDict()
        for pool in pools:
            await pool.aclose()

    async def _drop_one(self) -> None:
        """Closes the pool that was asked for the longest ago and has nothing under way; none, where all have."""
        newest = next(reversed(self._pools))
        for origin, pool in self._pools.items():
            if origin != newest and all(each.is_idle() or each.is_closed() for each in pool.connections):
                del self._pools[origin]
                await pool.aclose()
                return
