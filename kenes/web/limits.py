"""Rate limits that let a rush of people through and stop a flood from one sender.

Whoever carries a valid identity is counted as a person: any number of people may share an address. Whoever does not
is counted by address (an IPv6 /64). Counts live in this process: with several copies behind a gateway each
enforces its own share.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, MutableMapping
from enum import StrEnum
from functools import wraps
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.web.client_address import client_address, limit_group
from kenes.web.context import add_header, web
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings

WINDOW: Final = 60
_MAX_KEYS: Final = 500_000
Endpoint = Callable[[Request], Awaitable[Response]]


class RateClass(StrEnum):
    """What a route costs: reads, writes, open live streams, and counts (cheaper to answer than to count)."""

    READ = "read"
    WRITE = "write"
    LIVE = "live"
    COUNT = "count"


class TooManyRequests(Problem):
    """429 (RFC 6585) with the seconds to wait."""

    def __init__(self, policy: str, limit: int, seconds: int) -> None:
        super().__init__(
            429, "too-many-requests", values={"limit": limit, "seconds": seconds}, members={"retry_after": seconds}
        )
        self.headers = {
            "retry-after": str(seconds),
            "ratelimit-policy": f'"{policy}";q={limit};w={WINDOW}',
            "ratelimit": f'"{policy}";r=0;t={seconds}',
        }


class FixedWindow:
    """Counts per key in the running minute.

    Keys are kept as 64-bit hashes, and all are dropped together when the minute ends: no sweeper has to look at each
    of the hundred thousand people of a rush (the `limits` package's memory storage does, a hundred times a second).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[int, int] = {}
        self._ends = 0.0

    def hit(self, key: tuple[str, str]) -> tuple[int, int]:
        """Counts once more. How often `key` came in this window, and the whole seconds until it ends."""
        now = self._clock()
        if now >= self._ends:
            self._counts = {}
            self._ends = now - now % WINDOW + WINDOW
        number = hash(key)
        if number not in self._counts and len(self._counts) >= _MAX_KEYS:
            number %= 1024  # a full table: new keys share counts, so memory stays bounded and so do they
        count = self._counts[number] = self._counts.get(number, 0) + 1
        return count, math.ceil(self._ends - now)


class Limiter:
    """The limits of one process. `clock` gives seconds that never go back."""

    def __init__(self, settings: WebSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._window = FixedWindow(clock)
        self._amounts = {
            "read": settings.read_limit,
            "write": settings.write_limit,
            "anonymous-write": settings.anonymous_write_limit,
        }
        self._policies = {name: f'"{name}";q={amount};w={WINDOW}'.encode() for name, amount in self._amounts.items()}
        self._streams: dict[str, int] = {}
        self._streams_allowed = settings.streams_per_address

    def check(self, policy: str, key: str) -> tuple[int, int]:
        """Counts `key` once under `policy`; what remains and the seconds to the next window. Raises TooManyRequests."""
        amount = self._amounts[policy]
        count, seconds = self._window.hit((policy, key))
        if count > amount:
            raise TooManyRequests(policy, amount, seconds)
        return amount - count, seconds

    def admit(self, scope: MutableMapping[str, Any], kind: RateClass, person: str | None = None) -> None:
        """Admit a request of `kind`, sending the RateLimit headers with its answer. Raises TooManyRequests.

        `person` is a key of the *verified* identity; None counts the address. Give None after refusing a token too:
        forged tokens then count like requests without any.
        """
        if kind is RateClass.COUNT or kind is RateClass.LIVE:
            return  # counts cost less than counting; streams are held, not repeated: see `take_stream`
        policy = "anonymous-write" if kind is RateClass.WRITE and person is None else kind.value
        key = limit_group(client_address(scope)) if person is None else person
        remaining, seconds = self.check(policy, key)
        add_header(scope, b"ratelimit-policy", self._policies[policy])
        add_header(scope, b"ratelimit", b'"%b";r=%d;t=%d' % (policy.encode(), remaining, seconds))

    def take_stream(self, scope: MutableMapping[str, Any]) -> str:
        """Holds one live stream of the client's address; what to release. Raises 429 where it holds too many."""
        slot = limit_group(client_address(scope))
        held = self._streams.get(slot, 0)
        if held >= self._streams_allowed:
            raise Problem(
                429, "too-many-streams", values={"limit": self._streams_allowed}, headers={"retry-after": "30"}
            )
        self._streams[slot] = held + 1
        return slot

    def release_stream(self, slot: str) -> None:
        """One stream less."""
        left = self._streams[slot] - 1
        if left:
            self._streams[slot] = left
        else:
            del self._streams[slot]


def limited(kind: RateClass) -> Callable[[Endpoint], Endpoint]:
    """Decorates a handler whose requests are counted by address before it runs."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def counted(request: Request) -> Response:
            web(request.scope).limiter.admit(request.scope, kind)
            return await endpoint(request)

        return counted

    return decorate
