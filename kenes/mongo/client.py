"""The connection, its concerns, and transactions with bounded retries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any, TypeAlias

import pymongo
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = AsyncIOMotorClient[Document]
Database: TypeAlias = AsyncIOMotorDatabase[Document]
Collection: TypeAlias = AsyncIOMotorCollection[Document]
Session: TypeAlias = AsyncIOMotorClientSession
DatabaseError = PyMongoError

DURABLE = WriteConcern("majority", j=True)
ATTEMPTS = 5
PAUSE = 0.02
"""Seconds until the second attempt, and twice as many until each further one: what conflicts needs a moment to end."""


LOADED_WITHIN = 900.0
"""Seconds in which a process must have read a whole collection, or a partition of one. Nobody waits for it: another
process is asked."""
SELECTED_WITHIN = 10.0
"""Seconds for which a server that answers is looked for, however long an operation may take then."""


class DatabaseUnavailableError(RuntimeError):
    """The database did not answer in time."""


@asynccontextmanager
async def connected(uri: str, database: str, *, timeout: float = 10.0) -> AsyncIterator[Database]:
    """A database whose writes are acknowledged by a majority, on disk. `timeout` is in seconds, per operation."""
    client: Client = AsyncIOMotorClient(
        uri,
        tz_aware=True,
        appname="kenes",
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=int(min(timeout, SELECTED_WITHIN) * 1000),
        timeoutMS=int(timeout * 1000),
    )
    try:
        yield client.get_database(database, write_concern=DURABLE)
    finally:
        # It says good-bye to the server, and waits for the answer: the loop must not stand still for that.
        await asyncio.to_thread(client.close)


def beside(database: Database, name: str) -> Database:
    """Another database of the same connection, with the same promises."""
    return database.client.get_database(name, write_concern=DURABLE)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Gives all operations of the block so long together, in place of the connection's time for each.

    Some servers gather all that a query finds before they answer: reading a whole collection takes them longer than
    anything that somebody waits for.
    """
    with pymongo.timeout(seconds):
        yield


async def transact(database: Database, work: Callable[[Session], Awaitable[None]], own: Session | None = None) -> None:
    """Runs `work` in one transaction with explicit concerns, again after a transient error, at most five times.

    The transaction is of the session `own`, or of one for itself.

    Errors of `work` itself rise as they are and abort the transaction. A commit of unknown result rises as well:
    the caller's conditional update tells it, next time, whether the transaction took place.
    """
    async with nullcontext(own) if own is not None else await database.client.start_session() as session:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with session.start_transaction(
                    read_concern=ReadConcern("snapshot"),
                    write_concern=DURABLE,
                    read_preference=ReadPreference.PRIMARY,
                ):
                    await work(session)
            except (OperationFailure, ConnectionFailure) as error:
                if attempt == ATTEMPTS or not error.has_error_label("TransientTransactionError"):
                    raise
                await asyncio.sleep(PAUSE * 2 ** (attempt - 1))
            else:
                return


async def ping(database: Database) -> None:
    """Raises `PyMongoError` when the database does not answer."""
    await database.command("ping")
