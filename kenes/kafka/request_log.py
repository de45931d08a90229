"""A requests topic in Kafka, as a decider reads what it was not handed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from kenes.kafka.copying import spans
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Record
from schemas.topics import Topic


class KafkaRequestLog:
    """Implements `kenes.kafka.decider.RequestLog`."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._bootstrap = bootstrap
        self._topic = topic

    async def between(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """The requests from `start` to before `end` that the topic still has, in order."""
        kept = max(start, (await spans(self._bootstrap, self._topic))[partition].start)
        if kept >= end:
            return
        async with aclosing(read_to_end(self._bootstrap, self._topic, {partition: kept})) as log:
            async for records in log:
                found = [record for record in records if record.offset < end]
                if found:
                    yield found
                if records[-1].offset + 1 >= end:
                    return
