"""A wire to a MongoDB server that answers as a primary that steps down, at one command of a transaction.

The embedded server has no other member to step down for. The wire makes clients take it for the primary of a replica
set, and plays what the driver sees of a step-down: an error in place of one answer, the transaction aborted unless its
commit had been carried out.
Source: MongoDB's error codes, and the labels that servers give them (Transactions and Retryable Writes specifications).
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import bson

from kenes.local.probe import HOST

NOT_WRITABLE_PRIMARY: Final = (10107, "NotWritablePrimary")
STEPPED_DOWN: Final = (189, "PrimarySteppedDown")
INTERRUPTED: Final = (11602, "InterruptedDueToReplStateChange")
COMMIT: Final = "commitTransaction"

_HEADER: Final = struct.Struct("<iiii")
_MESSAGE: Final = 2013
_HELLO: Final = ("hello", "isMaster", "ismaster")
_SET: Final = "drilled"
_REPLICA_SET: Final = {"setName": _SET, "setVersion": 1, "secondary": False, "isWritablePrimary": True}


@dataclass(frozen=True)
class StepDown:
    """At which command of a transaction the primary steps down, by the command's place in it, 0 for the first.

    `carried_out`: the command was, and only its answer is lost.
    """

    at: int
    error: tuple[int, str]
    carried_out: bool = False


@dataclass
class SteppingWire:
    """What clients connect to at `port`. `plan` is taken by the next transactions, one each."""

    port: int
    target: int
    plan: list[StepDown] = field(default_factory=list)
    transactions: list[list[str]] = field(default_factory=list)
    """Commands of each transaction that was begun, oldest first; of one that a step-down ended, up to that."""
    stepped: int = 0
    _serving: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The connection string that leads through it."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        there, thither = await asyncio.open_connection(HOST, self.target)
        task = asyncio.create_task(self._pass(reader, writer, there, thither))
        self._serving[task] = writer
        task.add_done_callback(self._serving.pop)
        await task

    async def end(self) -> None:
        """Ends every connection."""
        tasks = list(self._serving)
        for writer in self._serving.values():
            writer.transport.abort()
        await asyncio.gather(*tasks)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        thither: asyncio.StreamWriter,
    ) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = await _message(reader)
                writer.write(await self._answer(request, there, thither))
                await writer.drain()
        thither.close()
        writer.close()

    async def _answer(self, request: bytes, there: asyncio.StreamReader, thither: asyncio.StreamWriter) -> bytes:
        body = _body(request)
        command = next(iter(body))
        if command in _HELLO:
            answer = _body(await _ask(request, there, thither))
            # Without a version of the topology the driver asks again by itself: nobody here tells it of a change.
            answer.pop("topologyVersion", None)
            return _composed(request, answer | _REPLICA_SET | {"hosts": [f"{HOST}:{self.port}"]})
        step = self._due(body, command)
        if step is None:
            return await _ask(request, there, thither)
        self.stepped += 1
        if step.carried_out:
            await _ask(request, there, thither)
        if not (step.carried_out and command == COMMIT):
            # A primary aborts what is open when it steps down.
            await _ask(_abort(body), there, thither)
        return _composed(request, _error(step, command))

    def _due(self, body: dict[str, Any], command: str) -> StepDown | None:
        """The step-down at this command, if one is planned."""
        if body.get("autocommit") is not False or command == "abortTransaction":
            return None
        if body.get("startTransaction"):
            self.transactions.append([])
        commands = self.transactions[-1]
        commands.append(command)
        if not self.plan or self.plan[0].at != len(commands) - 1:
            return None
        return self.plan.pop(0)


@asynccontextmanager
async def stepping(target: int) -> AsyncIterator[SteppingWire]:
    """A wire to the server on the port `target` of this machine. For one transaction at a time."""
    wire = SteppingWire(0, target)
    server = await asyncio.start_server(wire.serve, HOST)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.end()


def _error(step: StepDown, command: str) -> dict[str, Any]:
    code, name = step.error
    label = "RetryableWriteError" if command == COMMIT else "TransientTransactionError"
    return {"ok": 0.0, "code": code, "codeName": name, "errmsg": "the primary steps down", "errorLabels": [label]}


def _abort(body: dict[str, Any]) -> bytes:
    told = {name: body[name] for name in ("lsid", "txnNumber", "autocommit")}
    return _composed(b"", {"abortTransaction": 1, **told, "$db": "admin"})


async def _ask(request: bytes, there: asyncio.StreamReader, thither: asyncio.StreamWriter) -> bytes:
    thither.write(request)
    return await _message(there)


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(_HEADER.size)
    return head + await reader.readexactly(_HEADER.unpack(head)[0] - _HEADER.size)


def _body(message: bytes) -> dict[str, Any]:
    """The document of the command or answer; a driver's first question comes in the form that all servers know."""
    if _HEADER.unpack_from(message)[3] == _MESSAGE:
        start = _HEADER.size + 5
    else:
        start = message.index(b"\0", _HEADER.size + 4) + 9
    length = struct.unpack_from("<i", message, start)[0]
    found: dict[str, Any] = bson.decode(message[start : start + length])
    return found


def _composed(request: bytes, document: dict[str, Any]) -> bytes:
    """An answer to a request, or, to none, a request."""
    asked = _HEADER.unpack_from(request)[1] if request else 0
    payload = struct.pack("<IB", 0, 0) + bson.encode(document)
    return _HEADER.pack(_HEADER.size + len(payload), 1, asked, _MESSAGE) + payload
