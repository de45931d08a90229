"""Asks for every dead letter to be noted: the acts on a letter and the letter itself then have one order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.replaying import case_of
from kenes.kafka.worker import Worker
from kenes.observe.masking import Masker
from schemas.console.letters import LetterNote, NoteRequested
from schemas.console.subjects import letter_subject
from schemas.dead_letter import DeadLetter
from schemas.envelope import Event
from schemas.topics import ACT_REQUESTS, Topic

SOURCE: Final = "/console"


class Noting:
    """Follows the topics of dead letters."""

    def __init__(self, producer: Producer, topics: Sequence[Topic]) -> None:
        self._producer = producer
        self._origins: Mapping[str, Topic] = {topic.dead_letters.name: topic for topic in topics}
        self._mask = Masker().text

    @property
    def worker(self) -> Worker:
        """What the stream process runs."""
        return Worker("letters", tuple(topic.dead_letters for topic in self._origins.values()), self.note)

    async def note(self, topic: Topic, letters: Sequence[Recorded]) -> None:
        """Asks for letters to be noted. A letter that comes again is known by its id."""
        for letter in letters:
            if isinstance(letter.data, DeadLetter):
                request = self._request(self._origins[topic.name], letter, letter.data)
                subject = letter_subject(request.case)
                event = Event(
                    id=str(uuid5(NAMESPACE_URL, f"console:{letter.event.id}")),
                    source=SOURCE,
                    subject=subject,
                    time=datetime.now(UTC),
                    data=request,
                )
                await self._producer.send(ACT_REQUESTS, subject.encode(), event)

    def _request(self, origin: Topic, recorded: Recorded, letter: DeadLetter) -> NoteRequested:
        case, tries = case_of(letter)
        error, _, _ = letter.reason.partition(":")
        note = LetterNote(
            id=recorded.event.id,
            offset=recorded.offset,
            topic=origin.name,
            consumer=letter.consumer,
            error=error[:80],
            reason=self._mask(letter.reason),
            at=recorded.time,
            tries=tries,
            replayable=_replayable(letter, origin),
        )
        return NoteRequested(case=case, letter=note)


def _replayable(letter: DeadLetter, origin: Topic) -> bool:
    """Whether the record is a request, and whole.

    A decision cannot be written again, whoever failed to read it: an output topic has one input topic, whose decider it
    is. Nor can a letter that was itself set aside.
    """
    return origin.takes_requests and letter.value is not None and letter.origin.topic == origin.name
