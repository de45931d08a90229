"""A bare web server that gives the same answer to everything: what server, client and wire take by themselves.

`python -m tests.load.bare PORT BYTES` runs one.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from kenes.load.client import Address, Connection, ConnectionGoneError
from kenes.local.ports import free_port
from kenes.local.probe import HOST
from kenes.local.process import ChildProcess
from tests.processes import ROOT

_STARTS_WITHIN = 20.0


@asynccontextmanager
async def bare_server(size: int) -> AsyncIterator[Address]:
    """Where answers of `size` bytes come from, made by nobody."""
    port = free_port()
    with TemporaryDirectory(prefix="kenes-bare-") as folder:
        argv = [sys.executable, "-m", "tests.load.bare", str(port), str(size)]
        child = ChildProcess("bare", argv, Path(folder) / "bare.log", cwd=ROOT)
        child.start()
        try:
            address = Address(HOST, port)
            await _answering(address)
            yield address
        finally:
            await asyncio.to_thread(child.stop)


async def _answering(address: Address) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            async with Connection(address) as connection:
                await connection.request(address.request("GET", "/"))
        except (OSError, ConnectionGoneError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            return


def main(port: int, size: int) -> None:
    """Serves until it is ended."""
    body, length = b"x" * size, str(size).encode()
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, host=HOST, port=port, loop="uvloop", lifespan="off", log_config=None, access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
