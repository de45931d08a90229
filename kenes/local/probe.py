"""Is it ready? Asked in each server's own protocol, with a few bytes and no client library."""

from __future__ import annotations

import http.client
import socket
import struct
import time
from collections.abc import Callable
from typing import Final

from kenes.local.errors import LocalStackError
from kenes.local.process import ChildProcess

HOST: Final = "127.0.0.1"
_METADATA: Final = 3
_METADATA_VERSION: Final = 4
_OP_MSG: Final = 2013
_BSON_OK: Final = b"\x01ok\x00" + struct.pack("<d", 1.0)


def kafka_ready(port: int, timeout: float = 2.0) -> bool:
    """True when the broker lists itself in a Metadata answer: registered with the controller and unfenced."""
    client = b"kenes-probe"
    # Header v1 (api key, version, correlation, client id), then: no topics, no auto-creation.
    request = struct.pack(">hhih", _METADATA, _METADATA_VERSION, 1, len(client)) + client
    request += struct.pack(">ib", 0, 0)
    answer = _exchange(port, struct.pack(">i", len(request)) + request, ">i", 0, timeout)
    if len(answer) < 12:
        return False
    # Correlation, throttle time, then the array of live brokers.
    (brokers,) = struct.unpack_from(">i", answer, 8)
    return bool(brokers > 0)


def mongo_ready(port: int, timeout: float = 2.0) -> bool:
    """True when the server answers the `hello` command with ok: 1."""
    body = b"\x10hello\x00" + struct.pack("<i", 1) + b"\x02$db\x00" + struct.pack("<i", 6) + b"admin\x00"
    document = struct.pack("<i", len(body) + 5) + body + b"\x00"
    message = struct.pack("<i", 0) + b"\x00" + document
    header = struct.pack("<iiii", 16 + len(message), 1, 0, _OP_MSG)
    # MongoDB's length counts its own four bytes.
    return _BSON_OK in _exchange(port, header + message, "<i", 4, timeout)


def http_ready(url: str, timeout: float = 2.0) -> bool:
    """True when a GET of `http://host:port/path` is answered with a 2xx."""
    address, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request("GET", f"/{path}")
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_ready(child: ChildProcess, ready: Callable[[], bool], seconds: float) -> None:
    """Asks `ready` until it says yes.

    Raises LocalStackError when the child ends first or `seconds` have passed; the message ends with the last
    lines of the child's log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.running:
            raise LocalStackError(
                f"{child.name} ended while starting (status {child.returncode}); see {child.log}\n{child.last_lines()}"
            )
        if time.monotonic() > deadline:
            raise LocalStackError(
                f"{child.name} was not ready after {seconds:.0f} s; see {child.log}\n{child.last_lines()}"
            )
        time.sleep(0.05)


def _exchange(port: int, request: bytes, length_format: str, counted: int, timeout: float) -> bytes:
    """Sends one length-prefixed request and reads one answer without its length; empty when nobody answers."""
    try:
        with socket.create_connection((HOST, port), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(request)
            (length,) = struct.unpack(length_format, _read(connection, 4))
            return _read(connection, max(0, length - counted))
    except OSError:
        return b""


def _read(connection: socket.socket, count: int) -> bytes:
    chunks = b""
    while len(chunks) < count:
        chunk = connection.recv(count - len(chunks))
        if not chunk:
            raise ConnectionError("closed in the middle of an answer")
        chunks += chunk
    return chunks
