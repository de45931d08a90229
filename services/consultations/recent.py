"""What this process has heard on the topic of comments and the projection may not have folded yet, put over reads."""

from collections.abc import Iterable

from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from schemas.consultations.comments import Hidden, Posted, Replied, Restored, Retracted
from schemas.envelope import sequence_of
from services.consultations.folds.comments import changed, document_of


class RecentComments:
    """The latest decisions on comments, as they were when it was made."""

    def __init__(self, decisions: Decisions) -> None:
        self._latest = decisions.latest()

    def current(self, documents: Iterable[Document]) -> list[Document]:
        """Comments as they were stored, with what was decided on each since."""
        found = {document["_id"]: document for document in documents}
        for decision in self._latest:
            data = decision.data
            if not isinstance(data, Hidden | Restored | Replied | Retracted):
                continue
            known = found.get(data.comment)
            same = known is not None and known["consultation"] == decision.event.subject
            if known is not None and same and sequence_of(decision.event) > known["s"]:
                found[data.comment] = known | changed(decision, data)
        return list(found.values())

    def posted(self, consultation: str | None = None, after: int = -1) -> list[Document]:
        """Comments made, in one consultation after the decision with the sequence `after`, or in all of them."""
        return self.current(
            document_of(each, each.data)
            for each in self._latest
            if isinstance(each.data, Posted)
            and (consultation is None or (each.event.subject == consultation and sequence_of(each.event) > after))
        )
