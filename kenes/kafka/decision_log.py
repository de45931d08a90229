"""A decisions topic in Kafka, as a decider writes and restores from it."""

from collections.abc import AsyncIterator, Sequence

from kenes.kafka.producer import Producer
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Recorded, read_decision
from schemas.envelope import Event, UnreadableEventError
from schemas.payload import Payload
from schemas.topics import Topic


class KafkaDecisionLog:
    """Implements `kenes.kafka.decider.DecisionLog`."""

    def __init__(self, bootstrap: str, topic: Topic, producer: Producer) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._producer = producer

    async def append(self, partition: int, decisions: Sequence[tuple[bytes, Event[Payload]]]) -> list[int]:
        """Writes decisions in order; returns their offsets. Raises `BrokerUnavailableError`."""
        return await self._producer.send_all(self._topic, partition, decisions)

    async def read(self, partition: int, start: int) -> AsyncIterator[tuple[int, Recorded | None]]:
        """What is in the log from `start` to its end now: the next offset, and the decision if it can be read.

        A record that cannot be read holds a place in the log and decides nothing; projections set it aside.
        """
        async for records in read_to_end(self._bootstrap, self._topic, {partition: start}):
            for record in records:
                try:
                    yield record.offset + 1, read_decision(self._topic, record)
                except UnreadableEventError:
                    yield record.offset + 1, None
