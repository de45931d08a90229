"""The folds of what is owed: a document per petition and per consultation. Rebuildable."""

from collections.abc import Sequence
from typing import Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Fold, Folding, look_up
from kenes.mongo.operations import Put
from kenes.mongo.projection import Index, Projection
from schemas.topics import CONSULTATIONS, PETITIONS, Topic
from services.console.duties.owing import OF_CONSULTATIONS, OF_PETITIONS, Owing, Rules


def _folding(collection: str, rules: Rules) -> Fold:
    """The fold into a collection of what is owed; the key of the topic is the id."""

    def fold(decisions: Sequence[Recorded]) -> Folding:
        stored: dict[str, Document] = yield from look_up(collection, (each.event.subject for each in decisions))
        before = {subject: load_owing(document) for subject, document in stored.items()}
        after: dict[str, Owing | None] = dict(before)
        for each in decisions:
            subject = each.event.subject
            after[subject] = rules.evolve(after.get(subject), each.data, each.event.time)
        for subject, owing in after.items():
            if owing is not None and owing != before.get(subject):
                yield Put(collection, _document(subject, owing))

    return fold


def load_owing(document: Document) -> Owing:
    """What is owed, from a document."""
    return Owing.model_validate(document["owing"])


def _document(subject: str, owing: Owing) -> Document:
    # Instants as text: the database would keep no more of them than milliseconds.
    return {"_id": subject, "open": owing.open, "owing": owing.model_dump(mode="json")}


def _projection(name: str, topic: Topic, rules: Rules) -> Projection:
    collection = f"duties_{topic.owner}"
    return Projection(
        name=name,
        topic=topic,
        collections={collection: (Index(("open",)),)},
        fold=_folding(collection, rules),
        pace=1.0,
    )


PROJECTIONS: Final = (
    _projection("duties-petitions", PETITIONS, OF_PETITIONS),
    _projection("duties-consultations", CONSULTATIONS, OF_CONSULTATIONS),
)
