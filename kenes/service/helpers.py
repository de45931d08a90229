"""Processes beside this one, for work that would hold it up."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait


@asynccontextmanager
async def helpers(count: int) -> AsyncIterator[ProcessPoolExecutor]:
    """A pool whose end is waited for without holding up the event loop. If this process is killed, its helpers end."""
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=end_with_parent)
    try:
        yield pool
    finally:
        await asyncio.to_thread(pool.shutdown)


def end_with_parent() -> None:
    """Ends this process as soon as the one that made it is gone, whatever ended that."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - only ever run in a process of a pool

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
