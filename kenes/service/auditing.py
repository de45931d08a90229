"""An audit in a process of its own, so that the one that orders it goes on with what else it does."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import uvloop

from kenes.mongo.client import connected
from kenes.mongo.projection import Projection
from kenes.observe.logs import configure_logs
from kenes.service.audit import Found, audit_projection
from kenes.service.definition import Service
from kenes.service.helpers import helpers
from kenes.settings import KitSettings


async def audit_apart(service: Service, projection: Projection, timeout: float) -> Found:
    """Audits a projection; `timeout` is in seconds, per operation on the database. Cancelled, it drops its recount."""
    loop = asyncio.get_running_loop()
    async with helpers(1) as pool:
        process = await loop.run_in_executor(pool, os.getpid)
        told = (type(service), service.settings, projection.name, timeout)
        try:
            return await loop.run_in_executor(pool, _audit_here, *told)
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):  # who ended this process may have ended that one, too
                os.kill(process, signal.SIGTERM)
            raise


def _audit_here(kind: type[Service], settings: KitSettings, projection: str, timeout: float) -> Found:
    make: type = kind
    configure_logs(kind.name, "audit", level=settings.log_level, stream=sys.stderr)
    return uvloop.run(_until_told(_audit(make(settings), projection, timeout)))


async def _until_told(audit: Coroutine[Any, Any, Found]) -> Found:
    """Lets an audit clear away on SIGTERM, which may come twice: from who ordered it and from who ends them both."""
    task = asyncio.ensure_future(audit)

    def end() -> None:
        if not task.cancelling():
            task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    return await task


async def _audit(service: Service, projection: str, timeout: float) -> Found:
    settings = service.settings
    async with connected(settings.mongo_uri, service.database, timeout=timeout) as database:
        return await audit_projection(settings.kafka_bootstrap, database, service.projection(projection))
