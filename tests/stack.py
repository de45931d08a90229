"""The embedded servers as tests use them: on ports of their own, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from kenes.local.server import EmbeddedServer

S = TypeVar("S", bound=EmbeddedServer)


@contextmanager
def running(server: S) -> Iterator[S]:
    """A server for the block. It is ended at once: nobody reads its data again, so it need not put them in order."""
    try:
        yield server.start()
    finally:
        server.kill()
