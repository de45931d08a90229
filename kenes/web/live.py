"""Live changes over server-sent events: one frame per change and key, encoded once, shared by all who watch.

A key (a petition, a dashboard) has at most `rate` frames a second; whoever reads slowly skips to the newest one. There
is no queue, so nothing grows with the time somebody watches.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kenes.observe.metrics import LIVE_CLIENTS
from kenes.web.context import header, web
from kenes.web.live_clients import RequestClient, TransportClient
from kenes.web.openapi import Parameter
from kenes.web.problems import Problem
from kenes.web.takeover import move_out
from kenes.web.topic import Topic

Client = RequestClient | TransportClient
Snapshot = Callable[[], Awaitable[tuple[int, bytes]]]
LAST_EVENT_ID: Final = Parameter(
    "Last-Event-ID",
    "The `id` of the last frame that was read: nothing is sent until there is something newer.",
    where="header",
    schema={"type": "string", "pattern": "^[0-9]{1,18}$"},
)
LIVE_PROBLEMS: Final = ("too-many-streams", "live-full")
"""Why a stream is refused, whatever it is of."""

_TURNS: Final = 15
_SLICE: Final = 100
_HEADERS: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # a gateway that collects an answer before passing it on would never pass it on
}


class LiveHub:
    """The fan-out of one process. All methods are called on its event loop.

    Frames are events named `event`: `rate` a second and key at most, a comment each `heartbeat` seconds keeps
    connections open, `retry` seconds before a browser connects again, `max_clients` connections at once.
    """

    def __init__(
        self,
        *,
        event: str = "count",
        rate: float = 4.0,
        heartbeat: float = 15.0,
        retry: float = 3.0,
        max_clients: int = 20_000,
    ) -> None:
        self.retry = retry
        self.closing = False
        self._event = event.encode()
        self._interval = 1 / rate
        self._turn_every = heartbeat / _TURNS
        self._max_clients = max_clients
        self._topics: dict[str, Topic[Client]] = {}
        self._turns: list[set[Client]] = [set() for _ in range(_TURNS)]
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def clients(self) -> int:
        """Connections open now."""
        return sum(map(len, self._turns))

    def publish(self, key: str, version: int, make_frame: Callable[[], bytes]) -> None:
        """Something watched under `key` is now at `version` (it only grows).

        `make_frame` gives the data of its event (UTF-8); it is called at most once, and not at all where nobody watches
        or a newer version comes before its turn.
        """
        topic = self._topics.get(key)
        if topic is not None:
            topic.offer(version, make_frame)

    def watches(self, key: str) -> bool:
        """Whether anybody watches something."""
        return key in self._topics

    def close(self) -> None:
        """Ends every stream with a hint when to come back; new ones are refused. Called when the server stops."""
        self.closing = True
        for turn in self._turns:
            self._wake(turn)

    def join(self, key: str, client: Client) -> Topic[Client]:
        """`client` watches `key` until it leaves. Raises 503 where there are too many or the hub is closing."""
        if self.closing or self.clients >= self._max_clients:
            raise Problem(503, "live-full", headers={"retry-after": str(random.randint(5, 30))})  # noqa: S311
        topic = self._topics.get(key)
        if topic is None:
            topic = self._topics[key] = Topic(key, self._event, self._interval, self._wake)
        self.add(topic, client)
        return topic

    def add(self, topic: Topic[Client], client: Client) -> None:
        """`client` watches `topic` until it leaves: one that was let in before, under another form."""
        topic.clients.add(client)
        min(self._turns, key=len).add(client)
        LIVE_CLIENTS.inc()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._turn_every, self._next_turn)

    def leave(self, topic: Topic[Client], client: Client) -> None:
        """`client` watches no more."""
        for turn in self._turns:
            turn.discard(client)
        if client in topic.clients:
            topic.clients.remove(client)
            LIVE_CLIENTS.dec()
        if not topic.clients:
            topic.close()
            self._topics.pop(topic.key, None)

    def _next_turn(self) -> None:
        # One timer for all; each second a fifteenth of the clients have their turn, so beats never come in a burst.
        self._timer = None
        if not self.clients:
            return
        self._turn = (self._turn + 1) % _TURNS
        for client in self._turns[self._turn]:
            client.beat = True
        self._wake(self._turns[self._turn])
        self._timer = asyncio.get_running_loop().call_later(self._turn_every, self._next_turn)

    def _wake(self, clients: Iterable[Client]) -> None:
        """Wakes a few clients per turn of the loop, so that other requests are answered in between."""
        self._wake_some(iter(tuple(clients)))

    def _wake_some(self, clients: Iterator[Client]) -> None:
        woken = 0
        for client in islice(clients, _SLICE):
            client.wake()
            woken += 1
        if woken == _SLICE:
            asyncio.get_running_loop().call_soon(self._wake_some, clients)


class LiveResponse(Response):
    """An endless answer with the frames of one key.

    `snapshot` gives version and data where no frame of the key is at hand: `await snapshot() -> (version, data)`; what
    it raises is answered as for any handler. A client whose `last_event_id` is not behind gets none.
    """

    def __init__(self, hub: LiveHub, key: str, last_event_id: int | None, snapshot: Snapshot) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(_HEADERS)
        self._hub = hub
        self._key = key
        self._seen = last_event_id
        self._snapshot = snapshot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starts the stream. On our own server it then lives outside of the request, elsewhere within it."""
        limiter = web(scope).limiter
        slot = limiter.take_stream(scope)
        try:
            moved = await self._stream(scope, receive, send, lambda: limiter.release_stream(slot))
        except BaseException:
            limiter.release_stream(slot)
            raise
        if not moved:
            limiter.release_stream(slot)

    async def _stream(self, scope: Scope, receive: Receive, send: Send, release: Callable[[], None]) -> bool:
        """True where the connection outlives the request and releases its slot itself."""
        hub = self._hub
        client = RequestClient(hub, self._seen)
        client.topic = topic = hub.join(self._key, client)
        try:
            await topic.ensure(self._snapshot)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
                return False
            hint = b"retry: %d\n\n" % int(hub.retry * 1000)
            await send({"type": "http.response.body", "body": hint, "more_body": True})
            if move_out(scope, TransportClient(hub, topic, self._seen, release)):
                return True
            await client.follow(receive, send)
            return False
        finally:
            hub.leave(topic, client)


def last_event_id(request: Request) -> int | None:
    """The version a reconnecting client has seen, None where it has seen none or names none of ours."""
    value = header(request.scope, b"last-event-id") or b""
    return int(value) if value.isdigit() and len(value) <= 18 else None
