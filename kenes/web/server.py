"""Runs an application on uvicorn, with the bounds it leaves open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from kenes.web.takeover import EXTENSION
from kenes.web.upgrades import PlainHttp

MAX_HEAD: Final = 32 * 1024
HEAD_TIMEOUT: Final = 15.0
"""Seconds in which the head of a request must come: enough for a slow line, little for who only holds it."""
WRITE_BUFFER: Final = 16 * 1024


class BoundedProtocol(PlainHttp):
    """HTTP/1.1 with a request head bounded in size and time, and a small write buffer.

    The parser would collect a head of any length for any time, and 64 KiB would wait for each reader that does not
    read: with thousands of live streams that is the memory of the process.

    A refusal waits for the answers to the requests before it: the client takes the first for that of the first
    (RFC 9112 section 9.3.2).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = False
        self._fields = 0
        self._unfinished = 0
        self._refusal = 400
        self._refused: int | None = None
        self._answering: RequestResponseCycle | None = None
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection must send a request in time."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=WRITE_BUFFER)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing left to wait for."""
        self._disarm()
        super().connection_lost(exc)
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True  # uvicorn tells the newest request alone
            self._answering.message_event.set()
        if self.scope is not None:
            self.scope.pop("extensions", None)  # the way back from the scope to here

    def data_received(self, data: bytes) -> None:
        """Counts what belongs to a head that is not complete: the parser keeps it without telling."""
        if self.transport.is_closing() or self._refused is not None:
            return
        was_in_head = self._in_head
        super().data_received(data)
        if not self._in_head:
            return
        if was_in_head:  # otherwise only the end of `data` is head, and what is before it has been counted as fields
            self._unfinished += len(data)
        if self._unfinished > MAX_HEAD:
            self._refuse(431)
        elif self._head_timer is None:
            self._arm()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self.take_over}  # type: ignore[dict-item]
        self._in_head = True
        self._fields = self._unfinished = 0

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field is complete."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._in_head = False
        self._disarm()
        super().on_headers_complete()

    def take_over(self, heir: asyncio.Protocol) -> asyncio.Transport | None:
        """Gives the connection to `heir` in the middle of the answer; None where it cannot be given now.

        What has been written stays written. The request ends here, so all that belonged to it is freed.
        """
        cycle, transport = self.cycle, self.transport
        if transport.is_closing() or cycle.disconnected or not cycle.chunked_encoding or self.flow.write_paused:
            return None
        cycle.disconnected = True  # the server no longer waits for the end of this answer
        self.flow.resume_reading()
        self._disarm()
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment]
        self.scope.pop("extensions", None)
        transport.set_protocol(heir)
        return transport

    def on_response_complete(self) -> None:
        """An answer is written; after the last that was owed, the refusal of what came behind."""
        super().on_response_complete()
        if self._head_timer is not None:  # what was not read meanwhile has its whole time from now on
            self._disarm()
            self._arm()
        if self._refused is not None and not self._owes_answers():
            self._refuse(self._refused)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's words mean nothing to people
        """The answer to what cannot be parsed."""
        self._refuse(self._refusal)

    def _count(self, size: int) -> None:
        self._fields += size
        if self._fields > MAX_HEAD:
            self._refusal = 431
            raise ValueError("head too large")  # ends the parser, which then asks for `send_400_response`

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _owes_answers(self) -> bool:
        """Whether requests before the one that is read now are still to be answered."""
        running = self._answering
        if running is None or running.response_complete:
            return False
        return running is not self.cycle or not running.more_body

    def _late(self) -> None:
        self._head_timer = None
        if self._owes_answers():  # nobody reads meanwhile: it is not the client who is slow
            self._arm()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        self._in_head = False
        self._disarm()
        if self.transport.is_closing():
            return
        if self._owes_answers():
            self._refused = status
            if self.pipeline and self.pipeline[0][0].more_body:
                self.pipeline.popleft()  # it is the body of this one that cannot be read
            return
        if self._answering is None or self._answering.response_complete or not self._answering.response_started:
            from kenes.web.unheard import refusal  # noqa: PLC0415 - its words, which processes without a site need not

            self.transport.write(refusal(status, self.headers or (), MAX_HEAD))
        self.transport.close()

    def _arm(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT, self._late)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class EdgeServer(Server):
    """Tells the application to end its streams before it waits for connections to close.

    Signals are left to whoever runs it.
    """

    def __init__(self, config: Config, on_stop: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """None are: the process has work of its own to end."""
        return nullcontext()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams end first: lifespan shutdown only comes when all connections are closed."""
        if self._on_stop is not None:
            self._on_stop()
        await super().shutdown(sockets)


def server(
    app: ASGIApp, *, on_stop: Callable[[], None] | None = None, host: str = "127.0.0.1", port: int = 0
) -> EdgeServer:
    """A server ready for `await server.serve()`. Set `should_exit` to stop it.

    Proxy headers are left to `client_address`, logs to `kenes.observe`.
    """
    config = Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )
    return EdgeServer(config, on_stop)


async def serve(server: Server) -> None:
    """Serves until cancelled; then ends in order: no new connections, streams ended, requests answered."""
    serving = asyncio.ensure_future(server.serve())
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
