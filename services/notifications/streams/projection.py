"""What readers keep of streams and of the public log. Pure folds; rebuildable from offset 0."""

from collections.abc import Sequence
from typing import Any, Final

from kenes.kafka.records import Recorded
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Insert, Put
from kenes.mongo.projection import Projection
from kenes.service.receipts import receipt
from schemas.envelope import sequence_of
from schemas.topics import PUBLIC_EVENTS, STREAMS
from services.notifications.domain.streams import AgencyStream, evolve
from services.notifications.domain.streams_folding import folded
from services.notifications.streams.deciding import load_stream, stream_document
from services.notifications.streams.line import line_of


def fold_streams(decisions: Sequence[Recorded]) -> Folding:
    """One document per stream, and one per request."""
    stored = yield from look_up("streams", (decision.event.subject for decision in decisions))
    current: dict[str, AgencyStream | None] = {key: load_stream(document) for key, document in stored.items()}
    newest: dict[str, Recorded] = {}
    for decision in decisions:
        subject = decision.event.subject
        yield Insert("stream_receipts", receipt(decision))
        before = current.get(subject)
        after = current[subject] = evolve(before, decision.data, decision.event.time)
        if after is not before:
            newest[subject] = decision
    for subject, decision in newest.items():
        stream = current[subject]
        if stream is not None:
            place = {"_id": subject, "p": decision.partition, "s": sequence_of(decision.event)}
            yield Put("streams", {**place, **stream_document(stream)})


def fold_public_subjects(decisions: Sequence[Recorded]) -> Folding:
    """One document per petition or consultation: what a client that has read every public event knows of it."""
    lines = [line for line in map(line_of, decisions) if line is not None]
    stored = yield from look_up("public_subjects", (line.subject for line in lines))
    current: dict[str, dict[str, Any]] = {key: document["state"] for key, document in stored.items()}
    for line in lines:
        current[line.subject] = folded(current.get(line.subject), line.attributes)
    for subject in dict.fromkeys(line.subject for line in lines):
        yield Put("public_subjects", {"_id": subject, "state": current[subject]})


PROJECTIONS: Final = (
    Projection(name="streams", topic=STREAMS, collections={"streams": (), "stream_receipts": ()}, fold=fold_streams),
    Projection(
        name="public-subjects",
        topic=PUBLIC_EVENTS,
        collections={"public_subjects": ()},
        fold=fold_public_subjects,
        pace=0.5,
    ),
)
