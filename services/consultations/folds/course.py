"""The fold of the course into `consultations`, the `texts` of their versions, and receipts."""

from collections.abc import Iterator, Sequence

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Insert, Operation, Put
from kenes.service.receipts import receipt
from schemas.consultations.course import ConsultationRefused, VersionAdded
from schemas.envelope import sequence_of
from services.consultations.domain.consultation import Consultation, evolve

INSTANTS = ("opened_at", "closes_at", "ended_at", "reported_at")


def text_id(consultation: str, version: int, language: str) -> str:
    """The document that holds one version of a draft in one language."""
    return f"{consultation}/{version}/{language}"


def consultation_document(consultation: Consultation, partition: int, sequence: int) -> Document:
    """A consultation as it is stored, with the last decision folded into it."""
    document = consultation.model_dump(mode="json", exclude={"id"})
    instants = {name: getattr(consultation, name) for name in INSTANTS}
    return {"_id": consultation.id, "p": partition, "s": sequence, **document, **instants}


def load_consultation(document: Document) -> Consultation:
    """The consultation in a document."""
    return Consultation.model_validate({"id": document["_id"], **document})


def fold_course(decisions: Sequence[Recorded]) -> Folding:
    """One document per consultation, one per version and language of its text, one per request."""
    stored = yield from look_up("consultations", (decision.event.subject for decision in decisions))
    current: dict[str, Consultation | None] = {key: load_consultation(document) for key, document in stored.items()}
    newest: dict[str, Recorded] = {}
    for decision in decisions:
        data, subject = decision.data, decision.event.subject
        yield Insert("course_receipts", receipt(decision))
        if isinstance(data, ConsultationRefused):
            continue
        if isinstance(data, VersionAdded):
            yield from _texts(data)
        current[subject] = evolve(current.get(subject), data, decision.event.time)
        newest[subject] = decision
    for subject, decision in newest.items():
        consultation = current[subject]
        if consultation is not None:
            sequence = sequence_of(decision.event)
            yield Put("consultations", consultation_document(consultation, decision.partition, sequence))


def _texts(added: VersionAdded) -> Iterator[Operation]:
    for text in added.texts:
        key = text_id(added.consultation, added.version, text.language)
        yield Insert("texts", {"_id": key, "consultation": added.consultation, "tree": text.tree.model_dump_json()})
