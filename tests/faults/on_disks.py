"""Full and slow disks: of the broker, of the database, and of the service's own processes (logs, temporary files)."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo
from kenes.local.server import EmbeddedServer
from tests.faults.asking import Books
from tests.faults.disk import Disk, mounted, no_slow_disk
from tests.faults.drilled import Check
from tests.faults.fault import Fault, faults
from tests.load.measures import Goal
from tests.processes import Product

FULL_SECONDS: Final = 15.0
LONGEST_FULL_SECONDS: Final = 150.0
"""The database writes ahead into files it has made before; its next checkpoint, a minute later, needs room."""
ROOM: Final = 64 * 1024
"""Bytes: less than any of what is written here grows by at once."""
SLOW_SECONDS: Final = 15.0
KILLED: Final = ("stream", "project", "api")
"""The last one makes files when it starts."""
WRITES_PER_SECOND: Final = 100
"""What a slow disk takes; the one of a laptop takes some ten thousand."""
SLOWER: Final = 3.0
"""How many times as long a write must take on a slow disk, or it is none."""
_AGAIN: Final = 0.25


@dataclass(frozen=True)
class DiskSite:
    """The product, and a disk of their own for broker, database and the service's processes."""

    product: Product
    broker: Disk
    database: Disk
    service: Disk


@contextmanager
def disk_site(service: str, settings: Mapping[str, str], binary: str | None) -> Iterator[DiskSite]:
    """A started product on three disks, all of which are removed. Raises `RuntimeError` where none can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="kenes-disks-"))
    try:
        with ExitStack() as stack:
            broker, database, own = (
                stack.enter_context(mounted(folder / name, folder / f"{name}.image"))
                for name in ("kafka", "mongo", "logs")
            )
            temporary = own.folder / "temporary"
            temporary.mkdir()
            # Many lines, so that the disk of the logs is missed.
            told = {**settings, "TMPDIR": str(temporary), "KENES_LOG_LEVEL": "DEBUG"}
            product = Product(folder, service=service, environment=told, killed=True)
            # What the servers log is not the service's.
            product.kafka = EmbeddedKafka(broker.folder, log=folder / "servers" / "kafka.log")
            product.mongo = EmbeddedMongo(database.folder, binary=binary, log=folder / "servers" / "mongo.log")
            stack.enter_context(product)
            yield DiskSite(product, broker, database, own)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def on_disks(site: DiskSite) -> tuple[Fault, ...]:
    """Each disk full, then each that decisions wait for slow."""
    return faults(site, *FULL) + faults(site, *SLOW, unable=no_slow_disk())


async def full_broker(site: DiskSite, books: Books) -> list[Check]:
    """The broker's disk is full; then there is room again, and the broker is started anew."""
    return await _full(site.product.kafka, site.broker, books)


async def full_database(site: DiskSite, books: Books) -> list[Check]:
    """The database's disk is full; then there is room again, and the server is started anew."""
    return await _full(site.product.mongo, site.database, books)


async def full_service(site: DiskSite, _books: Books) -> list[Check]:
    """The disk of logs and temporary files of api, stream and project is full, and each of the three is killed."""
    product, room = site.product, 0
    try:
        await asyncio.to_thread(site.service.fill)
        for role in KILLED:
            await asyncio.sleep(FULL_SECONDS / len(KILLED))
            await asyncio.to_thread(product.kill, role)
            await asyncio.to_thread(site.service.fill)
        await asyncio.sleep(FULL_SECONDS / len(KILLED))
        room = site.service.room
    finally:
        site.service.free()
    return [Check("room_left", room, "bytes", Goal("<=", ROOM))]


async def slow_broker(site: DiskSite, _books: Books) -> list[Check]:
    """The broker's disk takes a hundred writes a second, and each waits for it."""
    return await _slow(site.broker)


async def slow_database(site: DiskSite, _books: Books) -> list[Check]:
    """The database's disk takes a hundred writes a second, and each waits for it."""
    return await _slow(site.database)


FULL: Final = (full_broker, full_database, full_service)
SLOW: Final = (slow_broker, slow_database)


async def _full(server: EmbeddedServer, disk: Disk, books: Books) -> list[Check]:
    """Full until the server has met it: what it has set aside lasts for a while. People are told to come again by 503.

    `Books` calls wrong a 503 that says not when.
    """
    before, began = books.answers["503"], time.monotonic()
    try:
        while not _met(began, server, books.answers["503"] - before):
            await asyncio.to_thread(disk.fill)
            await asyncio.sleep(_AGAIN)
        room = disk.room
    finally:
        disk.free()
    ended = not server.running
    # One that still runs may have given up its files all the same, as a storage engine does that cannot write.
    await asyncio.to_thread(server.restart)
    return [
        Check("server_ended", ended, "servers", None),
        Check("room_left", room, "bytes", Goal("<=", ROOM)),
        Check("answered_503", books.answers["503"] - before, "answers", Goal(">=", 1)),
    ]


def _met(began: float, server: EmbeddedServer, refused: int) -> bool:
    """Whether it has been full for long enough."""
    full = time.monotonic() - began
    return full > LONGEST_FULL_SECONDS or (full > FULL_SECONDS and (refused > 0 or not server.running))


async def _slow(disk: Disk) -> list[Check]:
    usual = await asyncio.to_thread(disk.write_seconds)
    await asyncio.to_thread(disk.slow, WRITES_PER_SECOND)
    try:
        await asyncio.sleep(SLOW_SECONDS)
        slow = await asyncio.to_thread(disk.write_seconds)
    finally:
        await asyncio.to_thread(disk.slow, 0)
    return [
        Check("write_usually", usual * 1000, "ms", None),
        Check("write_while_slow", slow * 1000, "ms", Goal(">=", SLOWER * usual * 1000)),
    ]
