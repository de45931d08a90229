"""The list of signers: exactly those who are counted, whole or without its last line, and no name after erasure."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given

from kenes.home import home_day
from kenes.identity.sealing import PersonKey
from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import Database, DatabaseUnavailableError, Document
from kenes.mongo.vault import Vault
from kenes.web.problems import Problem
from schemas.petitions.v1 import DutyKind, SignatureAccepted, SignatureWithdrawn
from services.petitions import projection
from services.petitions.answering import export
from services.petitions.answering.export import IncompleteListError, SignerLists, Sum
from services.petitions.answering.handing import AT_ONCE, COLLECTION, Handing, refusal
from services.petitions.domain.status import Duty, Status
from services.petitions.projection import projections
from tests.unit.petitions import pages_support
from tests.unit.petitions.samples import ACTS, KEYRING, PARTITIONS, START, Act, decided, mine, person, signature_log
from tests.unit.store import Store, project

ALL = {each.name: each for each in projections(KEYRING.open_owner)}
PETITION = "petition-0"


@pytest.fixture(scope="module", autouse=True)
def _small_blocks() -> Iterator[None]:
    """So that a few acts fill several blocks and batches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projection, "BLOCK", 4)
        patch.setattr(export, "BLOCK", 4)
        patch.setattr(export, "BATCH", 3)
        patch.setattr(export, "_PAUSE", 0.0)
        yield


class Found:
    """A cursor."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    async def to_list(self, _length: None) -> list[Document]:
        return list(self._documents)

    async def __aiter__(self) -> Any:
        for each in self._documents:
            yield each


class Collection:
    """Finds as MongoDB does: equal values, or one of several."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def find(self, query: Mapping[str, Any], _fields: object = None) -> Found:
        def fits(document: Document) -> bool:
            return all(
                document[name] in wanted["$in"] if isinstance(wanted, dict) else document[name] == wanted
                for name, wanted in query.items()
            )

        return Found([each for each in self._documents if fits(each)])


class Versions:
    """The live versions of all projections, folded from one log."""

    def __init__(self, decisions: Sequence[Recorded], behind: int = 0) -> None:
        self._store = Store()
        for name in ("tallies", "signatures"):
            self._store.collections |= project(ALL[name], decisions, [5]).collections
        sequences = {each.partition: each.event.sequence or 0 for each in decisions}
        self._positions = {p: Position(0, sequences.get(p, -1) - behind) for p in range(PARTITIONS)}

    async def get(self, _projection: object) -> Versions:
        return self

    async def positions(self) -> dict[int, Position]:
        return self._positions

    def collection(self, name: str) -> Collection:
        return Collection(self._store.all(name))


class Keys:
    """The vault: who was erased is not in it."""

    def __init__(self, keys: Mapping[bytes, PersonKey]) -> None:
        self._keys = keys

    async def keys_at(self, indexes: Sequence[bytes]) -> dict[bytes, PersonKey]:
        return {each: self._keys[each] for each in indexes if each in self._keys}


def lists(decisions: Sequence[Recorded], keys: Mapping[bytes, PersonKey] | None = None, behind: int = 0) -> SignerLists:
    found = SignerLists(cast("Database", None), list(ALL.values()), KEYRING, cast("Vault", Keys(keys or {})))
    found._versions = cast("Any", Versions(decisions, behind))
    return found


async def written(source: SignerLists, petition: str = PETITION) -> tuple[bytes, Sum]:
    told = Sum()
    chunks = [chunk async for chunk in source.csv(await source.cut(petition), told)]
    return b"".join(chunks), told


def rows(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def signed(number: int, name: tuple[str, str], key: PersonKey, sequence: int) -> Recorded:
    told = {"given_name": name[0], "family_name": name[1], "person": person(number).id}
    data = SignatureAccepted(
        petition=PETITION,
        signer=KEYRING.pseudonym(PETITION, person(number).id),
        act=1,
        region="KZ-75",
        listed=False,
        sealed=key.seal(json.dumps(told), PETITION),
        mine=mine(number, PETITION),
    )
    return decided(0, sequence, sequence, START + timedelta(days=sequence), PETITION, data)


@given(acts=ACTS)
async def test_the_rows_are_the_signatures_that_count(acts: list[Act]) -> None:
    decisions = signature_log(acts)
    for petition in ("petition-0", "petition-1", "nobody"):
        standing: dict[str, str] = {}
        for each in decisions:
            if each.event.subject == petition and isinstance(each.data, SignatureAccepted):
                standing[each.data.signer] = f"{each.data.region} {home_day(each.event.time)}"
            elif each.event.subject == petition and isinstance(each.data, SignatureWithdrawn):
                del standing[each.data.signer]
        file, told = await written(lists(decisions), petition)
        header, *found, last = rows(file)
        assert header == ["number", "name", "region", "date"]
        assert [row[0] for row in found] == [str(number + 1) for number in range(len(standing))]
        assert sorted(f"{row[2]} {row[3]}" for row in found) == sorted(standing.values())
        assert last[:3] == ["total", str(len(standing)), "sha-256"]
        before = file[: file.rindex(b"total,")]
        assert hashlib.sha256(before).hexdigest() == last[3]
        assert (told.rows, told.digest) == (len(standing), hashlib.sha256(file).hexdigest())


async def test_names_are_as_verified_and_the_erased_are_rows_without_one() -> None:
    keys = [PersonKey(bytes([number + 1]) * 32) for number in range(4)]
    names = [("Айгерім", 'Серік, "қызы"'), ("Olga", "Vetrova"), ("=cmd()", "X"), ("＝1+1", "X")]
    decisions = [signed(number, names[number], keys[number], number) for number in range(4)]
    vault = {KEYRING.index(person(number).id): keys[number] for number in (0, 2, 3)}
    file, _ = await written(lists(decisions, vault))
    assert [row[1] for row in rows(file)[1:-1]] == ["'＝1+1 X", "'=cmd() X", "", 'Айгерім Серік, "қызы"']
    assert b"Olga" not in file


async def test_a_signature_stands_under_its_day_at_home() -> None:
    late = [
        replace(each, event=replace(each.event, time=at))
        for each, at in (
            (signed(0, ("A", "B"), PersonKey(b"k" * 32), 0), datetime(2026, 9, 1, 18, 59, tzinfo=UTC)),
            (signed(1, ("C", "D"), PersonKey(b"k" * 32), 1), datetime(2026, 9, 1, 19, tzinfo=UTC)),
        )
    ]
    file, _ = await written(lists(late))
    assert sorted(row[3] for row in rows(file)[1:-1]) == ["2026-09-01", "2026-09-02"]


async def test_what_does_not_add_up_ends_without_its_last_line() -> None:
    decisions = [signed(number, ("A", "B"), PersonKey(b"k" * 32), number) for number in range(5)]
    source = lists(decisions)
    cut = await source.cut(PETITION)
    source._versions = cast("Any", Versions(decisions[1:]))
    told, got = Sum(), bytearray()

    async def read() -> None:
        async for chunk in source.csv(cut, told):
            got.extend(chunk)

    with pytest.raises(IncompleteListError):
        await read()
    assert b"total" not in got
    assert told.digest == ""


async def test_receipts_that_lag_behind_the_count_are_waited_for() -> None:
    decisions = [signed(number, ("A", "B"), PersonKey(b"k" * 32), number) for number in range(3)]
    with pytest.raises(DatabaseUnavailableError):
        await lists(decisions, behind=1).cut(PETITION)


class Kept:
    """Keeps what was taken."""

    def __init__(self) -> None:
        self.kept: dict[str, Document] = {}

    def __getitem__(self, name: str) -> Kept:
        assert name == COLLECTION
        return self

    async def find_one(self, query: Document) -> Document | None:
        return self.kept.get(query["_id"])

    async def replace_one(self, query: Document, document: Document, *, upsert: bool) -> None:
        assert upsert
        self.kept[query["_id"]] = document


OFFICIAL = person(9, roles=frozenset({"agency:kz-government"}))


def owed(**changes: Any) -> Any:
    due = START + timedelta(days=40)
    duty = Duty(kind=DutyKind.ANSWER, opened_at=START, due_at=due, remind_at=due)
    told = {"id": PETITION, "duties": (duty,), "charge": "kz-government", "status": Status.CONSIDERATION}
    return pages_support.petition().model_copy(update=told | changes)


@pytest.mark.parametrize(
    ("roles", "changes", "code"),
    [
        ({"agency:kz-government"}, {}, None),
        ({"agency:kz-other"}, {}, "not-allowed"),
        ({"agency:kz-government:KZ-75", "moderator"}, {}, "not-allowed"),
        ({"agency:kz-government"}, {"charge": None}, "not-in-charge"),
        ({"agency:kz-government"}, {"duties": ()}, "nothing-owed"),
    ],
)
def test_only_the_body_in_charge_gets_it_while_it_owes_an_answer(
    roles: set[str], changes: dict[str, Any], code: str | None
) -> None:
    assert refusal(owed(**changes), person(9, roles=frozenset(roles)), pages_support.PACKS) == code


async def test_a_list_leaves_a_trace_and_a_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "services.petitions.answering.handing._log.info", lambda event, **told: lines.append((event, told))
    )
    decisions = [signed(number, ("A", "B"), PersonKey(b"k" * 32), number) for number in range(5)]
    database = Kept()
    handing = Handing(lists(decisions), cast("Database", database), KEYRING)
    with pytest.raises(Problem):
        await handing.checksum(owed(), OFFICIAL, pages_support.PACKS)
    answer = cast("Any", await handing.hand(owed(), OFFICIAL, pages_support.PACKS))
    file = b"".join([chunk async for chunk in answer.body_iterator])
    text = bytes((await handing.checksum(owed(), OFFICIAL, pages_support.PACKS)).body).decode()
    assert text == f"{hashlib.sha256(file).hexdigest()}  signers-{PETITION}.csv\n"
    who = KEYRING.pseudonym(PETITION, OFFICIAL.id)
    assert lines == [
        ("signer list begun", {"petition": PETITION, "by": who, "count": 5}),
        ("signer list ended", {"petition": PETITION, "by": who, "rows": 5, "whole": True}),
    ]


async def test_who_stops_reading_keeps_the_list_from_nobody_and_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.petitions.answering.handing.PATIENCE", 0.01)
    decisions = [signed(number, ("A", "B"), PersonKey(b"k" * 32), number) for number in range(5)]
    handing = Handing(lists(decisions), cast("Database", Kept()), KEYRING)
    started = asyncio.Event()

    async def stalled(message: Any) -> None:
        if message["type"] == "http.response.body":
            started.set()
            await asyncio.Event().wait()

    unread = [
        cast("Any", await handing.hand(owed(), OFFICIAL, pages_support.PACKS)).stream_response(stalled)
        for _ in range(AT_ONCE)
    ]
    first = asyncio.create_task(unread[0])
    await started.wait()
    answer = cast("Any", await handing.hand(owed(), OFFICIAL, pages_support.PACKS))
    assert b"total" in b"".join([chunk async for chunk in answer.body_iterator]), "another official is served"
    with pytest.raises(TimeoutError):
        await first
    for each in unread[1:]:
        with pytest.raises(TimeoutError):
            await each


async def test_no_more_lists_are_begun_than_may_be_written_at_once() -> None:
    decisions = [signed(number, ("A", "B"), PersonKey(b"k" * 32), number) for number in range(5)]
    handing = Handing(lists(decisions), cast("Database", Kept()), KEYRING)
    begun = [cast("Any", await handing.hand(owed(), OFFICIAL, pages_support.PACKS)) for _ in range(AT_ONCE)]
    for each in begun:
        assert await anext(each.body_iterator)
    with pytest.raises(Problem) as refused:
        await handing.hand(owed(), OFFICIAL, pages_support.PACKS)
    assert (refused.value.status, refused.value.code) == (503, "export-busy")
    await begun[0].body_iterator.aclose()
    assert await handing.hand(owed(), OFFICIAL, pages_support.PACKS)
