"""Ports on the loopback address: free ones, taken ones and who holds them."""

from __future__ import annotations

import random
import socket
from typing import Final

import psutil

from kenes.local.errors import LocalStackError
from kenes.local.probe import HOST

_RANGE: Final = (20_000, 27_000)
"""Below what Linux, macOS and Windows give to connections, and beside the defaults of the local stack."""


def free_port() -> int:
    """A port nobody listens on now. Bind it soon: another caller may get it, too, if rarely.

    It is one that the system gives to no connection of its own accord: those come and go while a server starts.
    """
    while True:
        port = random.randrange(*_RANGE)  # noqa: S311 - so that two callers at once get different ones
        if is_free(port):
            return port


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
    """Raise LocalStackError naming the port, its use, the holder and the setting that moves it."""
    if is_free(port):
        return
    who = holder(port)
    raise LocalStackError(
        f"port {port} for {what} is taken{f' by {who}' if who else ''}: stop it, or choose another port with {setting}"
    )
