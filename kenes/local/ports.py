"""Ports on the loopback address: free ones, taken ones and who holds them."""

from __future__ import annotations

import os
import random
import socket
from collections import deque
from typing import Final

import psutil

from kenes.local.errors import LocalStackError
from kenes.local.probe import HOST

_RANGE: Final = (20_000, 27_000)
"""Below what Linux, macOS and Windows give to connections, and beside the defaults of the local stack."""

_TWIN: Final = -10_000
_KEPT: Final = 200
_kept: deque[int] = deque()


def free_port() -> int:
    """A port nobody listens on now, and that no other caller of this function is given soon: bind it within seconds.

    It is one that the system gives to no connection of its own accord: those come and go while a server starts.
    """
    while True:
        port = random.randrange(*_RANGE)  # noqa: S311 - so that two callers at once seldom try the same
        if _keep(port) and is_free(port):
            return port


def _keep(port: int) -> bool:
    """Takes a UDP port that stands for this one, which shows all processes, this one too, that somebody was given it.

    The last ones are enough to hold: whoever was given an earlier one listens by now.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as twin:
        try:
            twin.bind((HOST, port + _TWIN))
        except OSError:
            return False
        _kept.append(twin.detach())
    if len(_kept) > _KEPT:
        os.close(_kept.popleft())
    return True


def is_free(port: int) -> bool:
    """True when a server could listen on the port, whatever address the present holder uses."""
    for address in (HOST, ""):
        with socket.socket() as listener:
            # As servers do: a connection of the run before in TIME_WAIT is no obstacle.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, port))
            except OSError:
                return False
    return True


def holder(port: int) -> str | None:
    """`name (pid N)` of the process listening on the port, when the system lets us see it."""
    for process in psutil.process_iter(["pid", "name"]):
        try:
            connections = process.net_connections("tcp")
        except (psutil.Error, OSError):
            continue  # someone else's process: its sockets are not ours to see
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                return f"{process.info['name']} (pid {process.info['pid']})"
    return None


def require_free(port: int, what: str, setting: str) -> None:
    """Raises LocalStackError naming the port, its use, the holder and the setting that moves it."""
    if is_free(port):
        return
    who = holder(port)
    raise LocalStackError(
        f"port {port} for {what} is taken{f' by {who}' if who else ''}: stop it, or choose another port with {setting}"
    )
