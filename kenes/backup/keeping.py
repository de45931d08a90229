"""Making and restoring a backup of a whole cluster and of the collections that no topic tells."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kenes.backup.files import (
    COLLECTIONS,
    LINES,
    BackupError,
    LineFile,
    Manifest,
    line_record,
    new_folder,
    read_lines,
    record_line,
    topic_file,
)
from kenes.kafka.admin import ensure_topics, present
from kenes.kafka.copying import Copier, Span, records_in, spans
from kenes.mongo import copying
from kenes.mongo.client import Collection, beside, connected
from kenes.settings import KitSettings
from schemas.topics import Topic, all_topics

PATIENCE = 300.0
"""Seconds a look into the database may take: a whole collection is read."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class KeptCollection:
    """A collection that no topic tells."""

    database: str
    name: str

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"

    @property
    def file(self) -> str:
        """Where a backup has it."""
        return f"{COLLECTIONS}/{self.database}/{self.name}{LINES}"

    @classmethod
    def of(cls, file: str) -> "KeptCollection | None":
        """The collection of a backup's file; `None` for the file of something else."""
        kind, _, rest = file.removesuffix(LINES).partition("/")
        database, _, name = rest.partition("/")
        return cls(database, name) if kind == COLLECTIONS else None

    @classmethod
    def parse(cls, text: str) -> "KeptCollection":
        """Of `DATABASE.COLLECTION`. Raises `BackupError`."""
        database, dot, name = text.partition(".")
        if not (database and dot and name):
            raise BackupError(f"{text!r} is not DATABASE.COLLECTION")
        return cls(database, name)


def _vault(settings: KitSettings) -> KeptCollection:
    return KeptCollection(settings.people_database, "vault.keys")


def _by_truth(topics: Iterable[Topic]) -> list[Topic]:
    """Decisions before requests: no decision is then kept without the request it is about."""
    return sorted(topics, key=lambda topic: topic.retention is not None)


async def back_up(
    settings: KitSettings, topics: Sequence[Topic], kept: Sequence[KeptCollection], folder: Path, say: Say
) -> None:
    """Writes a new folder: the topics, people's keys, and the collections `kept`, in their order.

    Services may go on meanwhile: what comes after the beginning may be in it, or not.

    Raises `BackupError` where the folder is not empty.
    """
    new_folder(folder)
    manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"))
    bootstrap = settings.kafka_bootstrap
    # Collections before the ends: none of them tells of an event that is not kept. All ends before any record, in this
    # order; and keys after the ends, so that none is missing for what is sealed.
    there = await present(bootstrap, all_topics(tuple(topics)))
    async with connected(settings.mongo_uri, settings.people_database, timeout=PATIENCE) as people:

        async def keep(each: KeptCollection) -> None:
            await _keep_collection(each, beside(people, each.database)[each.name], manifest, folder, say)

        for each in kept:
            await keep(each)
        held = [(topic, await spans(bootstrap, topic)) for topic in _by_truth(there)]
        await keep(_vault(settings))
    for topic, partitions in held:
        lines = [await _keep_partition(bootstrap, topic, *noted, manifest, folder) for noted in partitions.items()]
        say(f"{topic.name}: {sum(lines):,} records")
    manifest.save(folder)


async def _keep_collection(kept: KeptCollection, place: Collection, manifest: Manifest, folder: Path, say: Say) -> None:
    with LineFile(folder, kept.file) as file:
        async with aclosing(copying.lines_of(place)) as lines:
            async for line in lines:
                file.write(line)
    manifest.files[kept.file] = file.entry()
    say(f"{kept}: {manifest.files[kept.file].lines:,} documents")


async def _keep_partition(
    bootstrap: str, topic: Topic, partition: int, noted: Span, manifest: Manifest, folder: Path
) -> int:
    """Keeps what the partition still has of what was noted: requests expire meanwhile. Returns how many records."""
    span = noted
    if noted.start < noted.end:
        begins = (await spans(bootstrap, topic))[partition].start
        span = Span(min(max(noted.start, begins), noted.end), noted.end)
    name = topic_file(topic.name, partition)
    with LineFile(folder, name) as file:
        async with aclosing(records_in(bootstrap, topic, partition, span)) as records:
            async for record in records:
                file.write(record_line(record))
    manifest.files[name] = file.entry(span)
    return manifest.files[name].lines


async def restore(settings: KitSettings, topics: Sequence[Topic], folder: Path, say: Say) -> None:
    """Writes all that a backup holds into empty topics and collections. No service may run.

    Raises `BackupError` before anything is written where the folder is not whole, has no keys of people or a topic that
    is not of this release, or a place is not empty.
    """
    manifest = Manifest.load(folder)
    bootstrap, every = settings.kafka_bootstrap, all_topics(tuple(topics))
    kept = _held(manifest, settings, every)
    await ensure_topics(bootstrap, every, settings.kafka_replication)
    for topic in every:
        if any(span.end for span in (await spans(bootstrap, topic)).values()):
            raise BackupError(f"{topic.name} is not empty: a backup goes into a new cluster")
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(
            connected(settings.mongo_uri, settings.people_database, timeout=PATIENCE)
        )
        places = {each: beside(people, each.database)[each.name] for each in kept}
        for each, place in places.items():
            if not await copying.is_empty(place):
                raise BackupError(f"{each} is not empty")
        for each, place in places.items():
            await _restore_collection(each, place, manifest, folder, say)
        copier = await stack.enter_async_context(Copier(bootstrap))
        for topic in every:
            await _restore_topic(copier, topic, manifest, folder, say)


def _held(manifest: Manifest, settings: KitSettings, topics: Sequence[Topic]) -> list[KeptCollection]:
    """The collections of a backup, which says itself what comes back. Raises `BackupError` where some of it cannot."""
    ours = {topic_file(topic.name, partition) for topic in topics for partition in range(topic.partitions)}
    kept = {found.file: found for name in manifest.files if (found := KeptCollection.of(name))}
    if foreign := sorted(manifest.files.keys() - ours - kept.keys()):
        raise BackupError(f"no topic of this release has {foreign[0]}: restore with the release that made the backup")
    keys = _vault(settings)
    if keys.file not in kept:
        raise BackupError(f"the backup has no {keys}")
    return list(kept.values())


async def _restore_collection(
    kept: KeptCollection, place: Collection, manifest: Manifest, folder: Path, say: Say
) -> None:
    await copying.write_lines(place, read_lines(folder / kept.file))
    say(f"{kept}: {manifest.files[kept.file].lines:,} documents")


async def _restore_topic(copier: Copier, topic: Topic, manifest: Manifest, folder: Path, say: Say) -> None:
    starts: dict[int, int] = {}
    for partition in range(topic.partitions):
        name = topic_file(topic.name, partition)
        entry = manifest.files.get(name)
        if entry is None:
            continue  # a topic that is younger than the backup
        span = entry.span or Span(0, 0)
        records = (line_record(topic.name, partition, line) for line in read_lines(folder / name))
        await copier.write(topic, partition, span, records)
        starts[partition] = span.start
    await copier.forget(topic, starts)
    say(f"{topic.name}: restored")
