"""In which order a backup is made, and that a restore brings back all of it or writes nothing."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kenes.backup import keeping
from kenes.backup.files import BackupError, Manifest, topic_file
from kenes.backup.keeping import KeptCollection, back_up, restore
from kenes.kafka.copying import Span
from kenes.kafka.producer import BrokerError
from kenes.kafka.records import Record
from kenes.settings import KitSettings
from schemas.topics import PETITIONS, SIGNATURES, Topic, all_topics

TOPICS = (PETITIONS, SIGNATURES)
LANES, API_KEYS = KeptCollection("notifications", "stream_lanes"), KeptCollection("notifications", "api_keys")
VAULT = KeptCollection("people", "vault.keys")
SETTINGS = KitSettings(
    environment="test",
    kafka_bootstrap="127.0.0.1:1",
    mongo_uri="mongodb://127.0.0.1:1",
    master_key=base64.b64encode(b"k" * 32).decode(),
)


@dataclass
class Cluster:
    """A broker and a database in memory. `steps`: what was read of them, in order."""

    collections: dict[str, list[str]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    begins: int = 0
    """Where each topic begins now: what stood before has expired."""
    expiring: int = 0
    """How many records of each topic expire as keys are read, which is after the ends were noted."""
    steps: list[str] = field(default_factory=list)
    delivering: bool = False
    """Whether an event comes, and a lane is kept that has delivered it, after each look."""

    def put_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Has backups made of it, and brought back into it."""
        for name in ("present", "ensure_topics", "spans", "records_in", "connected", "beside", "Copier"):
            monkeypatch.setattr(keeping, name, getattr(self, name))
        monkeypatch.setattr(keeping, "copying", self)

    async def present(self, _bootstrap: str, topics: Iterable[Topic]) -> list[Topic]:
        return list(topics)

    async def ensure_topics(self, *_asked: Any) -> None:
        pass

    async def spans(self, _bootstrap: str, topic: Topic) -> dict[int, Span]:
        self._look(topic.name)
        return {0: Span(self.begins, max(self.begins, self.records.get(topic.name, 0)))}

    async def records_in(self, _bootstrap: str, topic: Topic, partition: int, span: Span) -> AsyncIterator[Record]:
        if span.start < self.begins and span.start < span.end:
            raise BrokerError("out of range")
        for offset in range(span.start, span.end):
            yield Record(topic.name, partition, offset, 0, None, b"", ())

    @asynccontextmanager
    async def connected(self, *_asked: Any, **_more: Any) -> AsyncIterator[None]:
        yield

    def beside(self, _people: None, database: str) -> Names:
        return Names(database)

    async def lines_of(self, place: str) -> AsyncIterator[str]:
        self._look(place)
        if place == str(VAULT):
            self.begins += self.expiring
        for line in list(self.collections.get(place, ())):
            yield line

    async def is_empty(self, place: str) -> bool:
        return not self.collections.get(place)

    async def write_lines(self, place: str, lines: Iterable[str]) -> None:
        self.collections[place] = list(lines)

    @asynccontextmanager
    async def Copier(self, _bootstrap: str) -> AsyncIterator[Cluster]:  # noqa: N802 - the name of what it stands for
        yield self

    async def write(self, topic: Topic, _partition: int, span: Span, records: Iterable[Record]) -> None:
        self.records[topic.name] = span.start + len(list(records))

    async def forget(self, *_asked: Any) -> None:
        pass

    def _look(self, at: str) -> None:
        self.steps.append(at)
        if self.delivering:
            self.records[PETITIONS.name] = self.records.get(PETITIONS.name, 0) + 1
            self.collections[str(LANES)] = [str(self.records[PETITIONS.name])]


@dataclass(frozen=True)
class Names:
    """A database whose collections are their names."""

    database: str

    def __getitem__(self, name: str) -> str:
        return f"{self.database}.{name}"


async def kept(monkeypatch: pytest.MonkeyPatch, folder: Path, topics: tuple[Topic, ...] = TOPICS) -> None:
    """A backup with keys of people and of the API, and a lane."""
    lost = Cluster({str(each): [f'"{each}"'] for each in (VAULT, API_KEYS, LANES)}, {PETITIONS.name: 5})
    lost.put_in(monkeypatch)
    await back_up(SETTINGS, topics, [API_KEYS, LANES], folder, lambda _: None)


async def test_a_lane_is_never_beyond_the_log_it_is_kept_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lost, found = Cluster({str(VAULT): ["key"]}, delivering=True), Cluster()
    lost._look("before")
    lost.put_in(monkeypatch)
    await back_up(SETTINGS, TOPICS, [LANES], tmp_path / "one", lambda _: None)
    found.put_in(monkeypatch)
    await restore(SETTINGS, TOPICS, tmp_path / "one", lambda _: None)
    [lane] = found.collections[str(LANES)]
    assert int(lane) <= found.records[PETITIONS.name]


async def test_keys_are_kept_after_all_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lost = Cluster()
    lost.put_in(monkeypatch)
    await back_up(SETTINGS, TOPICS, [LANES], tmp_path / "one", lambda _: None)
    assert lost.steps[0] == str(LANES)
    before = lost.steps[1 : lost.steps.index(str(VAULT))]
    assert sorted(before) == sorted(topic.name for topic in all_topics(TOPICS))


@pytest.mark.parametrize(("expiring", "left"), [(3, 2), (9, 0)])
async def test_what_expires_meanwhile_is_left_out(
    expiring: int, left: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = list[str]()
    lost = Cluster(records={PETITIONS.name: 5}, expiring=expiring)
    lost.put_in(monkeypatch)
    await back_up(SETTINGS, (PETITIONS,), [], tmp_path / "one", told.append)
    entry = Manifest.load(tmp_path / "one").files[topic_file(PETITIONS.name, 0)]
    assert (entry.lines, entry.span) == (left, Span(5 - left, 5))
    assert f"{PETITIONS.name}: {left} records" in told


async def test_a_restore_brings_back_all_that_the_backup_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await kept(monkeypatch, tmp_path / "one")
    found, told = Cluster(), list[str]()
    found.put_in(monkeypatch)
    await restore(SETTINGS, TOPICS, tmp_path / "one", told.append)
    assert found.collections == {str(each): [f'"{each}"'] for each in (VAULT, API_KEYS, LANES)}
    assert found.records[PETITIONS.name] == 5
    assert f"{API_KEYS}: 1 documents" in told


async def refused(found: Cluster, monkeypatch: pytest.MonkeyPatch, folder: Path, topics: tuple[Topic, ...]) -> str:
    """What a restore is refused with; nothing may have been written."""
    before = {name: list(lines) for name, lines in found.collections.items()}
    found.put_in(monkeypatch)
    with pytest.raises(BackupError) as error:
        await restore(SETTINGS, topics, folder, lambda _: None)
    assert found.collections == before
    assert not found.records
    return str(error.value)


async def test_a_place_that_is_not_empty_is_seen_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await kept(monkeypatch, tmp_path / "one")
    told = await refused(Cluster({str(LANES): ["a lane"]}), monkeypatch, tmp_path / "one", TOPICS)
    assert told == f"{LANES} is not empty"


async def test_a_topic_that_this_release_does_not_have_is_not_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await kept(monkeypatch, tmp_path / "one")
    told = await refused(Cluster(), monkeypatch, tmp_path / "one", (SIGNATURES,))
    assert PETITIONS.name in told


async def test_a_backup_without_keys_of_people_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await kept(monkeypatch, tmp_path / "one")
    monkeypatch.setattr(keeping, "_vault", lambda _: KeptCollection("others", "vault.keys"))
    told = await refused(Cluster(), monkeypatch, tmp_path / "one", TOPICS)
    assert told == "the backup has no others.vault.keys"
