"""Connections are kept by origin, and not without bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import httpcore

from kenes.egress.pools import Pools


@dataclass
class Connection:
    """Idle, or with a request under way."""

    idle: bool = True

    def is_idle(self) -> bool:
        return self.idle

    def is_closed(self) -> bool:
        return False


@dataclass
class Pool:
    """A pool whose connections are told."""

    connections: list[Connection] = field(default_factory=lambda: [Connection()])
    closed: bool = False

    async def aclose(self) -> None:
        self.closed = True


def pools(most: int) -> tuple[Pools, list[Pool]]:
    made: list[Pool] = []

    def make() -> httpcore.AsyncConnectionPool:
        made.append(Pool())
        return cast("httpcore.AsyncConnectionPool", made[-1])

    return Pools(make, most), made


async def test_an_origin_has_one_pool() -> None:
    found, made = pools(4)
    assert await found.of("https://a") is await found.of("https://a")
    assert await found.of("https://b") is not await found.of("https://a")
    await found.aclose()
    assert [pool.closed for pool in made] == [True, True]


async def test_what_was_asked_the_longest_ago_is_closed_unless_something_is_under_way() -> None:
    found, made = pools(2)
    for origin in ("https://a", "https://b"):
        await found.of(origin)
    made[0].connections[0].idle = False
    await found.of("https://c")
    assert [pool.closed for pool in made] == [False, True, False]
    made[2].connections[0].idle = False
    await found.of("https://d")
    assert [pool.closed for pool in made] == [False, True, False, False], "what is under way is never cut off"
