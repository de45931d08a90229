"""Making and restoring a backup of a whole cluster and of the collections that no topic tells."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kenes.backup.files import (
    BackupError,
    LineFile,
    Manifest,
    collection_file,
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

    @classmethod
    def parse(cls, text: str) -> "KeptCollection":
        """Of `DATABASE.COLLECTION`. Raises `BackupError`."""
        database, dot, name = text.partition(".")
        if not (database and dot and name):
            raise BackupError(f"{text!r} is not DATABASE.COLLECTION")
        return cls(database, name)


def _by_truth(topics: Iterable[Topic]) -> list[Topic]:
    """Decisions before requests: no decision is then kept without the request it is about."""
    return sorted(topics, key=lambda topic: topic.retention is not None)


async def back_up(
    settings: KitSettings, topics: Sequence[Topic], kept: Sequence[KeptCollection], folder: Path, say: Say
) -> None:
    """Writes a new folder. Services may go on meanwhile: what comes after the beginning may be in it, or not.

    Raises `BackupError` where the folder is not empty.
    """
    new_folder(folder)
    manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"))
    bootstrap = settings.kafka_bootstrap
    # All ends before any record, in this order; and keys after the ends, so that none is missing for what is sealed.
    there = await present(bootstrap, all_topics(tuple(topics)))
    held = [(topic, await spans(bootstrap, topic)) for topic in _by_truth(there)]
    async with connected(settings.mongo_uri, settings.people_database, timeout=PATIENCE) as people:
        for each in kept:
            await _keep_collection(each, beside(people, each.database)[each.name], manifest, folder, say)
    for topic, partitions in held:
        for partition, span in partitions.items():
            await _keep_partition(bootstrap, topic, partition, span, manifest, folder)
        say(f"{topic.name}: {sum(span.end - span.start for span in partitions.values()):,} records")
    manifest.save(folder)


async def _keep_collection(kept: KeptCollection, place: Collection, manifest: Manifest, folder: Path, say: Say) -> None:
    name = collection_file(kept.database, kept.name)
    with LineFile(folder, name) as file:
        async with aclosing(copying.lines_of(place)) as lines:
            async for line in lines:
                file.write(line)
    manifest.files[name] = file.entry()
    say(f"{kept.database}.{kept.name}: {manifest.files[name].lines:,} documents")


async def _keep_partition(
    bootstrap: str, topic: Topic, partition: int, span: Span, manifest: Manifest, folder: Path
) -> None:
    name = topic_file(topic.name, partition)
    with LineFile(folder, name) as file:
        async with aclosing(records_in(bootstrap, topic, partition, span)) as records:
            async for record in records:
                file.write(record_line(record))
    manifest.files[name] = file.entry(span)


async def restore(
    settings: KitSettings, topics: Sequence[Topic], kept: Sequence[KeptCollection], folder: Path, say: Say
) -> None:
    """Writes a backup into empty topics and collections. No service may run.

    Raises `BackupError` before anything is written where the folder is not whole, or a place is not empty.
    """
    manifest = Manifest.load(folder)
    bootstrap, every = settings.kafka_bootstrap, all_topics(tuple(topics))
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
            await _restore_collection(each, place, manifest, folder, say)
        copier = await stack.enter_async_context(Copier(bootstrap))
        for topic in every:
            await _restore_topic(copier, topic, manifest, folder, say)


async def _restore_collection(
    kept: KeptCollection, place: Collection, manifest: Manifest, folder: Path, say: Say
) -> None:
    name = collection_file(kept.database, kept.name)
    if name not in manifest.files:
        raise BackupError(f"the backup has no {kept.database}.{kept.name}")
    if not await copying.is_empty(place):
        raise BackupError(f"{kept.database}.{kept.name} is not empty")
    await copying.write_lines(place, read_lines(folder / name))
    say(f"{kept.database}.{kept.name}: {manifest.files[name].lines:,} documents")


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
