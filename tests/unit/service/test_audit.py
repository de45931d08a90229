"""The audit: what is stored against what the topics say, each difference named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.decider import Position
from kenes.kafka.records import Record
from kenes.mongo.decision_state import Rules
from kenes.service import audit, maintenance, state_audit
from kenes.service.definition import Deciding
from kenes.service.state_audit import _Recount
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import Topic
from tests.unit.mongo.memory import Collection, Cursor, Database, Document


class OneVersion:
    """A version of a projection that keeps tallies."""

    projection = SimpleNamespace(collections=["tallies"])
    database = None

    def __init__(self, tallies: Collection) -> None:
        self.tallies = tallies
        self.collection = Database(tallies=tallies).__getitem__

    async def positions(self, _session: object = None) -> dict[int, Position]:
        """Where it stands is of no matter here."""
        return {}


@pytest.fixture(autouse=True, scope="module")
def _at_rest() -> Iterator[None]:
    """Nothing moves: what is stored is all there is in the topic."""

    async def stand_still(*_: object) -> None:
        pass

    async def transact(_database: object, work: Callable[[object], Awaitable[None]]) -> None:
        await work(None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "_fold_to", stand_still)
        patch.setattr(audit, "transact", transact)
        yield


async def compared(stored: Sequence[Document], recounted: Sequence[Document]) -> tuple[int, list[str]]:
    """How many documents, and in words what differs."""
    live, recount = (OneVersion(Collection(*each)) for each in (stored, recounted))
    return await audit._compare("broker", cast("Any", live), cast("Any", recount))


@pytest.mark.parametrize(
    ("stored", "recounted", "checked", "differences"),
    [
        ([], [], 0, []),
        ([{"_id": 1, "n": 1}], [{"_id": 1, "n": 1}], 1, []),
        ([{"_id": 1, "n": 1}], [{"_id": 1, "n": 2}], 1, ["tallies 1: n is 1, the topic says 2"]),
        ([{"_id": 1, "n": 1}], [{"_id": 1}], 1, ["tallies 1: n is 1, the topic says None"]),
        ([{"_id": 1}], [{"_id": 1, "n": 1}], 1, ["tallies 1: n is None, the topic says 1"]),
        ([{"_id": 1}, {"_id": 2}], [{"_id": 2}], 2, ["tallies 1: stored, but not in the topic"]),
        ([{"_id": 2}], [{"_id": 1}, {"_id": 2}], 2, ["tallies 1: in the topic, but not stored"]),
        ([{"_id": 1}, {"_id": 3}], [{"_id": 1}], 2, ["tallies 3: stored, but not in the topic"]),
        ([], [{"_id": b"\x01\xff"}], 1, ["tallies 01ff: in the topic, but not stored"]),
        ([{"_id": 1, "a": 1, "b": 2}], [{"_id": 1, "a": 3, "b": 4}], 1,
         ["tallies 1: a is 1, the topic says 3", "tallies 1: b is 2, the topic says 4"]),
    ],
)  # fmt: skip
async def test_each_difference_is_named(
    stored: list[Document], recounted: list[Document], checked: int, differences: list[str]
) -> None:
    assert await compared(stored, recounted) == (checked, differences)


DOCUMENTS = st.dictionaries(st.integers(0, 12), st.integers(0, 2))


@settings(max_examples=80)
@given(DOCUMENTS, DOCUMENTS)
async def test_exactly_the_differences_are_found(stored: dict[int, int], recounted: dict[int, int]) -> None:
    _, found = await compared(
        [{"_id": key, "n": n} for key, n in stored.items()], [{"_id": key, "n": n} for key, n in recounted.items()]
    )

    wrong = {key for key in stored.keys() | recounted.keys() if stored.get(key) != recounted.get(key)}
    assert {int(each.split()[1].rstrip(":")) for each in found} == wrong


async def test_a_flood_of_differences_is_cut() -> None:
    _, found = await compared([{"_id": number} for number in range(500)], [])

    assert len(found) == audit.SHOWN


class Moving(Collection):
    """The first documents have moved whenever all are read."""

    def find(self, query: Mapping[str, Any] | None = None, session: object = None) -> Cursor:
        """See the driver."""
        if query is None:
            for number in range(2 * audit.AT_ONCE):
                self.documents[number]["n"] += 1
        return super().find(query, session)


async def test_a_difference_behind_many_documents_that_move_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    live = OneVersion(Moving(*({"_id": number, "n": 0} for number in range(3000))))
    recount = OneVersion(Collection(*({"_id": number, "n": 0} for number in range(3000))))
    live.tallies.documents[2500]["n"] = 7

    async def begin_version(*_: object) -> OneVersion:
        return recount

    async def live_version(*_: object) -> OneVersion:
        return live

    async def drop() -> None:
        recount.tallies.documents.clear()

    async def fold_to(*_: object) -> None:
        for number in range(2 * audit.AT_ONCE):
            recount.tallies.documents[number] = dict(live.tallies.documents[number])

    monkeypatch.setattr(audit, "begin_version", begin_version)
    monkeypatch.setattr(audit, "live_version", live_version)
    monkeypatch.setattr(audit, "_fold_to", fold_to)
    monkeypatch.setattr(recount, "drop", drop, raising=False)

    found = await audit.audit_projection("broker", cast("Any", None), cast("Any", None))

    assert found == (3000, ["tallies 2500: n is 7, the topic says 0"])


class Added(Payload):
    """Something was added."""

    TYPE: ClassVar[str] = "test.sum.added.v1"
    by: int


TOPIC = Topic("test.sums.v1", "test", "name", (Added,), 2, "Sums.")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
RULES: Rules[tuple[int, ...]] = Rules(
    name="sums",
    initial=(),
    key=lambda event: event.subject,
    decide=lambda _state, request: request.data,
    evolve=lambda state, decision: (*state, by) if (by := cast("Added", decision.data).by) else state,
    dump=lambda state: {"all": state},
    load=lambda document: tuple(document["all"]),
)
DECIDING = Deciding(TOPIC, TOPIC, RULES)


def record(name: str, by: int, offset: int, sequence: int | None, **changes: Any) -> Record:
    event = Event("id", "/test", name, NOW, Added(by=by), sequence)
    return Record(TOPIC.name, 0, offset, 0, None, changes.get("value", event.data.write()), event.headers())


LOG = [
    record("a", 1, 0, 0),
    record("b", 2, 1, 1),
    record("b", 9, 2, 1),
    record("a", 3, 3, 2),
    record("c", 0, 4, 3),
    record("a", 5, 5, 9, value=b"?"),
    record("a", 7, 6, None),
]
STORED = [{"_id": "a", "p": 0, "s": 2, "all": [1, 3]}, {"_id": "b", "p": 0, "s": 1, "all": [2]}]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """The decisions topic; it may grow while it is audited."""
    found = list(LOG)

    async def read_to_end(_bootstrap: str, _topic: Topic, starts: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        if rest := found[starts[0] :]:
            yield rest

    monkeypatch.setattr(state_audit, "read_to_end", read_to_end)
    monkeypatch.setattr(state_audit, "SETTLE", 0.0)
    return found


def database(*documents: Document) -> Database:
    return Database({"state.sums": Collection(*documents)})


async def audited(found: Database) -> tuple[int, list[str]]:
    return await state_audit.audit_state("broker", cast("Any", found), DECIDING)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("stored", "checked", "differences"),
    [
        (STORED, 2, []),
        (STORED[:1], 2, ["b: in the topic, but not stored"]),
        ([*STORED, {"_id": "x", "p": 0, "s": 1, "all": [1]}], 3, ["x: stored, but not in the topic"]),
        ([STORED[0], STORED[1] | {"all": [3]}], 2, ["b: all is not what the topic says"]),
        ([STORED[0], STORED[1] | {"s": 0, "more": 1}], 2, ["b: more, s is not what the topic says"]),
        ([STORED[0], {"_id": "b", "p": 0, "s": 1}], 2, ["b: all is not what the topic says"]),
        ([*STORED, {"_id": "x", "p": 0, "s": 99, "all": [1]}], 3, ["x: stored, but not in the topic"]),
        ([STORED[0], STORED[1] | {"s": 99}], 2, ["b: s is not what the topic says"]),
    ],
)
async def test_a_deciders_state_is_recounted(stored: list[Document], checked: int, differences: list[str]) -> None:
    assert await audited(database(*stored)) == (checked, differences)


@pytest.mark.usefixtures("log")
async def test_what_is_about_another_kind_of_thing_leaves_no_state() -> None:
    rules = replace(RULES, key=lambda event: None if event.subject == "b" else event.subject)
    found = await state_audit.audit_state("broker", cast("Any", database(STORED[0])), replace(DECIDING, rules=rules))
    assert found == (1, [])


async def test_what_is_stored_after_the_topic_was_read_is_no_difference(
    log: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settle(_seconds: float) -> None:
        log.append(record("new", 1, len(log), 10))

    monkeypatch.setattr(asyncio, "sleep", settle)

    assert await audited(database(*STORED, {"_id": "new", "p": 0, "s": 10, "all": [1]})) == (3, [])


async def test_what_moves_on_while_it_is_looked_at_again_is_no_difference(
    log: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settle(_seconds: float) -> None:
        log.extend(record("a", by, len(log) + by, 10 + by) for by in range(1, 4))

    monkeypatch.setattr(asyncio, "sleep", settle)

    assert await audited(database({"_id": "a", "p": 0, "s": 12, "all": [1, 3, 1, 2]}, STORED[1])) == (2, [])


async def test_what_was_on_its_way_is_looked_at_again(log: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    found = database(STORED[0])

    async def settle(_seconds: float) -> None:
        found["state.sums"].documents["b"] = STORED[1]
        log.append(record("d", 1, len(log), 20))

    monkeypatch.setattr(asyncio, "sleep", settle)

    assert (await audited(found))[1] == [], "and what is missing only now is newer than the audit"


async def test_a_recount_goes_on_where_it_was(log: list[Record]) -> None:
    recount = _Recount(DECIDING)
    await recount.fold("broker")
    log.append(record("a", 1, len(log), 30))
    await recount.fold("broker")

    assert recount._states["a"] == (0, 30, (1, 3, 1))
    assert recount._next[0] == len(log)


@pytest.mark.parametrize(
    ("differences", "status", "many"),
    [
        ([], 0, "0"),
        (["tallies 1: stored, but not in the topic"], 1, "1"),
        (["tallies 1: stored, but not in the topic"] * audit.SHOWN, 1, "50 or more"),
    ],
)
async def test_the_report_names_everything_and_ends_with_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], differences: list[str], status: int, many: str
) -> None:
    class Connected:
        async def __aenter__(self) -> None:
            pass

        async def __aexit__(self, *_: object) -> None:
            pass

    async def found(*_: object) -> tuple[int, list[str]]:
        return 1234, differences

    monkeypatch.setattr(maintenance, "connected", lambda *_, **__: Connected())
    monkeypatch.setattr(maintenance, "audit_projection", found)
    monkeypatch.setattr(maintenance, "audit_state", found)
    service = SimpleNamespace(
        settings=SimpleNamespace(mongo_uri="", mongo_timeout=1, kafka_bootstrap=""),
        database="d",
        projections=[SimpleNamespace(name="tallies")],
        deciding=[DECIDING],
    )

    assert await maintenance.audit(cast("Any", service)) == status

    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"projection tallies: 1,234 documents checked, {many} differences"
    assert f"state sums: 1,234 documents checked, {many} differences" in said
    assert [line.strip() for line in said if line.startswith("  ")] == differences * 2
