"""Carries ordered replays out: the record stands in its topic again once, whatever is killed meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.kafka.reader import ends
from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.replaying import letter_at, write_again, written_again
from kenes.kafka.worker import Worker
from kenes.mongo.client import Collection, Database
from kenes.observe.logs import get_logger
from schemas.console.letters import ReplayOrdered, SentRequested
from schemas.console.subjects import letter_subject
from schemas.envelope import Event
from schemas.topics import ACT_REQUESTS, ACTS, Topic
from services.console.letters.noting import SOURCE

_log = get_logger(__name__)


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

    async def carry_out(self, _topic: Topic, decisions: Sequence[Recorded]) -> None:
        """Writes the records of ordered replays. Orders that come again find theirs in its topic."""
        for decision in decisions:
            if isinstance(decision.data, ReplayOrdered):
                await self._replay(decision.data)

    async def _replay(self, ordered: ReplayOrdered) -> None:
        key = f"{ordered.case}#{ordered.tries}"
        known = await self._replays.find_one({"_id": key})
        if known is not None and known["sent"]:
            return
        topic = self._topics[ordered.letter.topic]
        letter = await letter_at(self._bootstrap, topic, ordered.letter.offset)
        if letter is None:
            _log.error("an ordered replay has no letter", case=ordered.case, offset=ordered.letter.offset)
            return
        partition = letter.origin.partition
        receipt: Receipt | None = None
        if known is None:
            start = (await ends(self._bootstrap, topic))[partition]
            await self._replays.insert_one({"_id": key, "start": start, "sent": False})
        else:
            starts = {partition: known["start"]}
            receipt = await written_again(self._bootstrap, topic, starts, ordered.case, ordered.tries)
        if receipt is None:
            receipt = await write_again(self._bootstrap, letter, ordered.case, ordered.tries)
        await self._tell(ordered, receipt)
        await self._replays.update_one({"_id": key}, {"$set": {"sent": True}})

    async def _tell(self, ordered: ReplayOrdered, receipt: Receipt) -> None:
        subject = letter_subject(ordered.case)
        request = SentRequested(
            case=ordered.case, tries=ordered.tries, partition=receipt.partition, offset=receipt.offset
        )
        event = Event(
            id=str(uuid5(NAMESPACE_URL, f"console:sent:{ordered.case}#{ordered.tries}")),
            source=SOURCE,
            subject=subject,
            time=datetime.now(UTC),
            data=request,
        )
        await self._producer.send(ACT_REQUESTS, subject.encode(), event)
