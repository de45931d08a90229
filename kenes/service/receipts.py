"""What became of each request, for whoever holds its receipt."""

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from schemas.envelope import sequence_of


def receipt_id(partition: int, sequence: int) -> str:
    """The receipt of a request, as documents are keyed by."""
    return f"{partition}-{sequence}"


def receipt(decision: Recorded) -> Document:
    """The decision on a request: its type, and the code of a refusal."""
    return {
        "_id": receipt_id(decision.partition, sequence_of(decision.event)),
        "subject": decision.event.subject,
        "decision": decision.data.TYPE,
        "code": getattr(decision.data, "code", None),
        "at": decision.event.time,
    }
