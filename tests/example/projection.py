"""What readers see: where each book is and how often it was lent."""

from collections.abc import Sequence

from kenes.kafka.records import Recorded
from kenes.mongo.decision_state import Rules
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Update
from kenes.mongo.projection import Projection
from schemas.topics import Topic
from tests.example.domain import NOBODY, Reader, decide, evolve
from tests.example.v1 import Lent, Returned

UNFOLDABLE = "a reader the shelf chokes on"


def fold(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `shelf`, one document per book."""
    for decision in decisions:
        match decision.data:
            case Lent(reader=reader) if reader == UNFOLDABLE:
                raise ValueError("this reader does not fit on the shelf")
            case Lent(book=book, reader=reader):
                yield Update("shelf", book, {"$set": {"reader": reader}, "$inc": {"loans": 1}})
            case Returned(book=book):
                yield Update("shelf", book, {"$set": {"reader": None}})


def shelf(loans: Topic) -> Projection:
    """The one projection of the library."""
    return Projection(name="shelf", topic=loans, collections={"shelf": ()}, fold=fold)


RULES: Rules[Reader] = Rules(
    name="books",
    initial=NOBODY,
    key=lambda event: event.subject,
    decide=lambda reader, request: decide(reader, request.data),
    evolve=lambda reader, decision: evolve(reader, decision.data),
    dump=lambda reader: {"reader": reader},
    load=lambda document: str(document["reader"]),
)
