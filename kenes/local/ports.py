"""Ports on the loopback address: free ones, taken ones and who holds them."""

from __future__ import annotations

import socket

import psutil

from kenes.local.errors import LocalStackError
from kenes.local.probe import HOST


def free_port() -> int:
    """A port nobody listens on now. Bind it soon: the next caller may get it too once it is released."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


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
