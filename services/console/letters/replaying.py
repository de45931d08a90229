"""Carries ordered replays out: the record stands in its topic again once, whatever is killed meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.replaying import Replayer, replayer, written_again
from kenes.kafka.worker import Worker
from kenes.mongo.client import Collection, Database
from kenes.observe.logs import get_logger
from schemas.console.letters import Replayed, ReplayFailed, ReplayOrdered, SentRequested, UnsentRequested
from schemas.console.subjects import letter_subject
from schemas.envelope import Event
from schemas.topics import ACT_REQUESTS, ACTS, Topic
from services.console.letters.noting import SOURCE

_log = get_logger(__name__)

TOO_OLD: Final = "it was ordered before the console's database began, and may have been written then"
NO_LETTER: Final = "its letter is not in its topic any more"


class Replaying:
    """Follows the decided acts. `replays` says from where each replay is to be looked for before it is written."""

    def __init__(self, bootstrap: str, producer: Producer, database: Database, topics: Sequence[Topic]) -> None:
        self._bootstrap = bootstrap
        self._producer = producer
        self._replays: Collection = database["replays"]
        self._topics: Mapping[str, Topic] = {topic.name: topic for topic in topics}

    @property
    def worker(self) -> Worker:
        """What the stream process runs."""
        return Worker("replays", (ACTS,), self.carry_out)

    async def prepare(self) -> None:
        """Notes since when this database knows what was written: of earlier orders it cannot know."""
        await self._replays.update_one({"_id": "since"}, {"$setOnInsert": {"at": datetime.now(UTC)}}, upsert=True)

    async def carry_out(self, _topic: Topic, decisions: Sequence[Recorded]) -> None:
        """Writes the records of ordered replays. Orders that come again find theirs in its topic."""
        ended = {
            (each.data.case, each.data.tries) for each in decisions if isinstance(each.data, Replayed | ReplayFailed)
        }
        orders = [
            (each.data, each.event.time)
            for each in decisions
            if isinstance(each.data, ReplayOrdered) and (each.data.case, each.data.tries) not in ended
        ]
        if not orders:
            return
        since = await self._replays.find_one({"_id": "since"})
        async with replayer(self._bootstrap) as kafka:
            for ordered, at in orders:
                # Stored times have milliseconds.
                too_old = since is not None and at < since["at"] - timedelta(milliseconds=1)
                await self._replay(kafka, ordered, too_old=too_old)

    async def _replay(self, kafka: Replayer, ordered: ReplayOrdered, *, too_old: bool) -> None:
        key = f"{ordered.case}#{ordered.tries}"
        known = await self._replays.find_one({"_id": key})
        if known is not None and known["sent"]:
            return
        if known is None and too_old:
            # After a restore all orders there ever were come again. Of those that were carried out this is refused.
            await self._fail(ordered, TOO_OLD)
            return
        topic = self._topics[ordered.letter.topic]
        letter = await kafka.letter_at(topic, ordered.letter.offset)
        if letter is None:
            await self._fail(ordered, NO_LETTER)
            return
        partition = letter.origin.partition
        receipt: Receipt | None = None
        if known is None:
            start = await kafka.end(topic, partition)
            await self._replays.insert_one({"_id": key, "start": start, "sent": False})
        else:
            starts = {partition: known["start"]}
            receipt = await written_again(self._bootstrap, topic, starts, ordered.case, ordered.tries)
        if receipt is None:
            receipt = await kafka.write_again(letter, ordered.case, ordered.tries)
        sent = SentRequested(case=ordered.case, tries=ordered.tries, partition=receipt.partition, offset=receipt.offset)
        await self._tell(ordered, "sent", sent)
        await self._replays.update_one({"_id": key}, {"$set": {"sent": True}})

    async def _fail(self, ordered: ReplayOrdered, error: str) -> None:
        _log.warning("a replay is not carried out", case=ordered.case, tries=ordered.tries, error=error)
        await self._tell(ordered, "unsent", UnsentRequested(case=ordered.case, tries=ordered.tries, error=error))

    async def _tell(self, ordered: ReplayOrdered, word: str, request: SentRequested | UnsentRequested) -> None:
        subject = letter_subject(ordered.case)
        event = Event(
            id=str(uuid5(NAMESPACE_URL, f"console:{word}:{ordered.case}#{ordered.tries}")),
            source=SOURCE,
            subject=subject,
            time=datetime.now(UTC),
            data=request,
        )
        await self._producer.send(ACT_REQUESTS, subject.encode(), event)
