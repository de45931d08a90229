"""Folds as writes: inserts before updates, two round trips per collection, duplicates told apart from failures."""

from typing import Any, cast

import pytest
from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, OperationFailure

from kenes.mongo import client
from kenes.mongo.operations import Insert, Operation, Put, Update, apply, insert_new
from tests.unit.mongo.memory import Collection, Database


def shared(database: Database) -> Any:
    return cast("Any", database)


async def test_a_batch_is_two_round_trips_per_collection_in_order() -> None:
    database = Database(a=Collection(), b=Collection())
    wanted: list[Operation] = [
        Update("a", 1, {"$max": {"n": 1}}),
        Insert("a", {"_id": 2}),
        Put("a", {"_id": 3}),
        Update("a", 3, {"$max": {"n": 5}}),
        Insert("b", {"_id": 4}),
        Insert("a", {"_id": 5}),
    ]

    await apply(shared(database), wanted)

    assert database["a"].calls == ["insert_many", "bulk_write"]
    assert database["b"].calls == ["insert_many"]
    inserted, changed = database["a"].requests
    assert inserted == [2, 5]
    assert [type(each) for each in changed] == [UpdateOne, ReplaceOne, UpdateOne]
    assert database["a"].documents[3] == {"_id": 3, "n": 5}


async def test_nothing_to_do_asks_nothing() -> None:
    database = Database(a=Collection())

    await apply(shared(database), [])

    assert database["a"].calls == []


async def test_a_taken_id_is_told_and_the_others_are_in() -> None:
    collection = Collection({"_id": 1, "old": True})

    taken = await insert_new(cast("Any", collection), [{"_id": 0}, {"_id": 1}, {"_id": 2}])

    assert taken == {1}
    assert collection.documents == {1: {"_id": 1, "old": True}, 0: {"_id": 0}, 2: {"_id": 2}}
    assert await insert_new(cast("Any", Collection()), [{"_id": 1}]) == set()


@pytest.mark.parametrize(
    "details",
    [
        {"writeErrors": [{"index": 0, "code": 11000}, {"index": 1, "code": 121}]},
        {"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}]},
        {"writeErrors": [{"index": 0, "code": 11000}], "writeConcernErrors": [{"code": 91, "errmsg": "shut down"}]},
    ],
)
async def test_any_other_failure_rises(details: dict[str, Any]) -> None:
    collection = Collection()
    collection.error = BulkWriteError(details)

    with pytest.raises(BulkWriteError):
        await insert_new(cast("Any", collection), [{"_id": 0}, {"_id": 1}])


class Transaction:
    """Counts how transactions end."""

    def __init__(self) -> None:
        self.began = self.committed = self.aborted = 0
        self.options: list[dict[str, Any]] = []
        self.commit_error: Exception | None = None

    def start_transaction(self, **options: Any) -> "Transaction":
        """See the driver."""
        self.options.append(options)
        return self

    async def __aenter__(self) -> "Transaction":
        self.began += 1
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.aborted += 1
            return
        if self.commit_error is not None:
            raise self.commit_error
        self.committed += 1


class Server:
    """A database whose client starts sessions."""

    def __init__(self) -> None:
        self.transaction = Transaction()
        self.client = self

    async def start_session(self) -> "Server":
        """See the driver."""
        return self

    def start_transaction(self, **options: Any) -> Transaction:
        """See the driver."""
        return self.transaction.start_transaction(**options)

    async def __aenter__(self) -> "Server":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


def failure(*labels: str) -> OperationFailure:
    return OperationFailure("no", 251, {"errorLabels": list(labels)})


async def transact(server: Server, *outcomes: Exception | None) -> None:
    left = list(outcomes)

    async def work(_session: object) -> None:
        error = left.pop(0)
        if error is not None:
            raise error

    await client.transact(cast("Any", server), work)


async def test_a_transaction_names_its_concerns() -> None:
    server = Server()
    await transact(server, None)

    (options,) = server.transaction.options
    assert options["write_concern"].document == {"w": "majority", "j": True}
    assert options["read_concern"].level == "snapshot"
    assert (server.transaction.began, server.transaction.committed) == (1, 1)


async def test_a_transient_error_is_tried_again() -> None:
    server = Server()
    await transact(server, failure("TransientTransactionError"), failure("TransientTransactionError"), None)

    assert (server.transaction.aborted, server.transaction.committed) == (2, 1)


async def test_tries_are_bounded() -> None:
    server = Server()
    with pytest.raises(OperationFailure):
        await transact(server, *[failure("TransientTransactionError")] * 20)

    assert server.transaction.began == client.ATTEMPTS


@pytest.mark.parametrize("error", [failure(), failure("UnknownTransactionCommitResult"), LookupError("of the work")])
async def test_any_other_error_rises_at_once_and_aborts(error: Exception) -> None:
    server = Server()
    with pytest.raises(type(error)):
        await transact(server, error, None)

    assert (server.transaction.began, server.transaction.aborted, server.transaction.committed) == (1, 1, 0)


async def test_a_commit_of_unknown_result_rises() -> None:
    server = Server()
    server.transaction.commit_error = failure("UnknownTransactionCommitResult")
    with pytest.raises(OperationFailure):
        await transact(server, None, None)

    assert server.transaction.began == 1
