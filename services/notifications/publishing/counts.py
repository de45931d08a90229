"""How many have signed: folded from the signatures themselves, and told now and then where it has changed."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Recorded
from kenes.mongo.client import LOADED_WITHIN, Database, Document, patience
from kenes.mongo.folding import Folding, Lookup, find_in
from kenes.mongo.operations import Update
from kenes.mongo.projection import Index, LiveCollections, Projection
from kenes.observe.logs import get_logger
from schemas.envelope import Event, sequence_of
from schemas.notifications.about import Origin
from schemas.notifications.petitions import PetitionCounted
from schemas.notifications.publication import PublicationRequested
from schemas.payload import Payload
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from schemas.topics import PUBLICATION_REQUESTS, SIGNATURES
from services.notifications.publishing.relay import SUBJECTS
from services.notifications.publishing.subjects import Subject

_log = get_logger(__name__)

SOURCE: Final = "/notifications/counts"
MARKS: Final = "marks"
SIGNED: Final = "signed"


def fold_signed(decisions: Sequence[Recorded]) -> Folding:
    """One small document per petition and partition: how many signatures count, and how many acts that took."""
    counted: Counter[str] = Counter()
    acts: Counter[str] = Counter()
    newest: dict[str, Recorded] = {}
    for each in decisions:
        change = {SignatureAccepted: 1, SignatureWithdrawn: -1}.get(type(each.data), 0)
        if change:
            petition = each.event.subject
            counted[petition] += change
            acts[petition] += 1
            newest[petition] = each
    for petition, last in newest.items():
        place = {"petition": petition, "p": last.partition, "s": sequence_of(last.event)}
        more = {"count": counted[petition], "acts": acts[petition]}
        yield Update(SIGNED, f"{petition}/{last.partition}", {"$inc": more, "$set": place})


COUNTS: Final = Projection(
    name=SIGNED,
    topic=SIGNATURES,
    collections={SIGNED: (Index(("p", "s")), Index(("petition",)))},
    fold=fold_signed,
    pace=2.0,
)


class Counts:
    """A clock. Where the fold of each partition stood when it last told is kept, so a restart tells nothing again."""

    def __init__(self, database: Database, producer: Producer) -> None:
        self._live = LiveCollections(database, (COUNTS,))
        self._subjects = database[SUBJECTS]
        self._marks = database[MARKS]
        self._producer = producer

    async def tick(self) -> None:
        """Asks that the counts be told that have moved. What the broker did not take is asked for at the next tick."""
        mark = await self._marks.find_one({"_id": SIGNED}) or {"_id": SIGNED}
        signed = await self._live.of(SIGNED)
        moved: set[str] = set()
        for partition in range(SIGNATURES.partitions):
            field = str(partition)
            with patience(LOADED_WITHIN):  # without a mark, the first time, it is all there is
                async for document in signed.find({"p": partition, "s": {"$gt": mark.get(field, -1)}}):
                    moved.add(document["petition"])
                    mark[field] = max(document["s"], mark.get(field, -1))
        if not moved:
            return
        requests = [_request(*told) for told in await self._told(moved)]
        try:
            await self._producer.send_all(PUBLICATION_REQUESTS, 0, requests)
        except BrokerUnavailableError as error:
            _log.warning("counts will be told later", petitions=len(moved), error=str(error))
            return
        await self._marks.replace_one({"_id": SIGNED}, mark, upsert=True)

    async def _told(self, petitions: Collection[str]) -> list[tuple[Subject, Document]]:
        """The petitions that everybody may know of, with their tallies added up."""
        tallies: dict[str, Document] = {}
        for document in await find_in(await self._live.of(SIGNED), Lookup(SIGNED, "petition", petitions)):
            total = tallies.setdefault(document["petition"], {"count": 0, "acts": 0})
            total["count"] += document["count"]
            total["acts"] += document["acts"]
        found = await find_in(self._subjects, Lookup(SUBJECTS, "_id", petitions))
        known = [(document.pop("_id"), Subject.model_validate(document)) for document in found]
        return [(subject, tallies[name]) for name, subject in known if subject.public]


def _request(subject: Subject, tally: Document) -> tuple[bytes, Event[Payload]]:
    """Signatures are on many partitions, so a count has no place in the log: acts counted are its sequence."""
    origin = Origin(topic=SIGNATURES.name, partition=0, sequence=tally["acts"])
    told = PetitionCounted(about=subject.about, origin=origin, count=tally["count"])
    petition, members = subject.about.id, dict[str, Any](told.model_dump(mode="json"))
    event: Event[Payload] = Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:counted:{petition}:{tally['acts']}")),
        source=SOURCE,
        subject=petition,
        time=datetime.now(UTC),
        data=PublicationRequested(event=told.TYPE, data=members),
    )
    return petition.encode(), event
