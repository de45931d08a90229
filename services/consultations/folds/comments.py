"""The fold of comments into `comments`, what was `heard` in each consultation, people's own pages, and receipts."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Fold, Folding, look_up
from kenes.mongo.operations import Insert, Operation, Update
from kenes.mongo.private_entries import entry_key
from kenes.service.receipts import receipt, receipt_id
from schemas.consultations.comments import Hidden, Posted, Replied, Restored, Retracted
from schemas.envelope import sequence_of
from services.consultations.domain.comment import Standing
from services.consultations.drafts.tree import WHOLE_DRAFT
from services.consultations.folds.places import Numbering, line_on, line_under
from services.consultations.folds.voices import fold_voices, voice_id

WHOLE = WHOLE_DRAFT
"""In place of a clause, for comments on the whole draft."""

OpenOwner = Callable[[str], bytes]


def fold_comments(open_owner: OpenOwner) -> Fold:
    """One document per comment; what the body and moderators make of it is set in it."""

    def fold(decisions: Sequence[Recorded]) -> Folding:
        # Who retracts a comment is no longer counted where it stood.
        retracted = (each.data.comment for each in decisions if isinstance(each.data, Retracted))
        documents: dict[str, Document] = yield from look_up("comments", retracted)
        authors = [(each["consultation"], each["author"]) for each in documents.values()]
        authors += [(each.event.subject, each.data.author) for each in decisions if isinstance(each.data, Posted)]
        voices = yield from look_up("voices", (voice_id(*author) for author in authors))
        lines = yield from look_up("lines", (_line(each.data) for each in decisions if isinstance(each.data, Posted)))
        numbering = Numbering(lines)
        heard: dict[str, Counter[str]] = {}
        newest: dict[str, Recorded] = {}
        voiced: list[tuple[Document, int]] = []
        for decision in decisions:
            data = decision.data
            yield Insert("comment_receipts", receipt(decision))
            if isinstance(data, Posted):
                document = document_of(decision, data) | {"place": numbering.give(_line(data))}
                documents[data.comment] = document
                yield from _posted(data, document, open_owner)
            elif isinstance(data, Hidden | Restored | Replied | Retracted):
                yield from _changed(decision, data)
            if isinstance(data, Posted | Retracted):
                step = 1 if isinstance(data, Posted) else -1
                _count(heard, documents[data.comment], step)
                voiced.append((documents[data.comment], step))
                newest[decision.event.subject] = decision
        for consultation, counts in heard.items():
            last = newest[consultation]
            told = {"p": last.partition, "s": sequence_of(last.event)}
            yield Update("heard", consultation, {"$inc": dict(counts), "$set": told})
        yield from fold_voices(voiced, voices)
        yield from numbering.operations()

    return fold


def _line(posted: Posted) -> str:
    if posted.thread is not None:
        return line_under(posted.consultation, posted.thread)
    return line_on(posted.consultation, WHOLE if posted.anchor is None else posted.anchor.clause)


def _posted(posted: Posted, document: Document, open_owner: OpenOwner) -> Iterator[Operation]:
    yield Insert("comments", document)
    yield Insert("written", _written(posted, open_owner))
    if posted.thread is not None:
        yield Update("comments", posted.thread, {"$inc": {"replies": 1}})


def _changed(decision: Recorded, data: Hidden | Restored | Replied | Retracted) -> Iterator[Operation]:
    yield Update("comments", data.comment, {"$set": changed(decision, data)})
    if isinstance(data, Hidden | Restored):
        yield Insert("moderation_log", log_entry(decision, data))


def log_entry(decision: Recorded, data: Hidden | Restored) -> Document:
    """A line of the public log of moderation; without a `reason` the comment was shown again."""
    return {
        "_id": receipt_id(decision.partition, sequence_of(decision.event)),
        "consultation": data.consultation,
        "comment": data.comment,
        "reason": data.reason if isinstance(data, Hidden) else None,
        "explanation": data.explanation,
        "at": decision.event.time,
    }


def document_of(decision: Recorded, posted: Posted) -> Document:
    """A comment as it is stored."""
    anchor = posted.anchor
    return {
        "_id": posted.comment,
        "s": sequence_of(decision.event),
        "p": decision.partition,
        "consultation": posted.consultation,
        "clause": WHOLE if anchor is None else anchor.clause,
        "quote": None if anchor is None or anchor.quote is None else anchor.quote.model_dump(),
        "version": posted.version,
        "parent": posted.parent,
        "thread": posted.thread,
        "depth": posted.depth,
        "author": posted.author,
        "stakeholder": str(posted.stakeholder),
        "verified": posted.verified,
        "region": posted.region,
        "language": posted.language,
        "text": posted.text,
        "listed": posted.listed,
        "sealed": posted.sealed,
        "owner": posted.mine.owner,
        "at": decision.event.time,
        "due": posted.due_at,
        "standing": str(Standing.SHOWN),
        "hidden": None,
        "reply": None,
        "replies": 0,
    }


def _written(posted: Posted, open_owner: OpenOwner) -> Document:
    return {"_id": entry_key(open_owner(posted.mine.owner), posted.mine.entry), "note": posted.mine.note}


def changed(decision: Recorded, data: Hidden | Restored | Replied | Retracted) -> Document:
    """What a decision changes in a stored comment."""
    sequence = {"s": sequence_of(decision.event)}
    at = decision.event.time
    match data:
        case Retracted():
            # What was taken back is no longer there to be read, nor by whom it was.
            nothing: dict[str, Any] = {"text": "", "sealed": "", "owner": "", "quote": None, "due": None}
            return {**nothing, "standing": str(Standing.RETRACTED), **sequence}
        case Hidden():
            hidden = {"reason": data.reason, "explanation": data.explanation, "at": at}
            return {"standing": str(Standing.HIDDEN), "hidden": hidden, **sequence}
        case Restored():
            return {"standing": str(Standing.SHOWN), "hidden": None, **sequence}
        case Replied():
            reply = {"outcome": str(data.outcome), "statement": data.statement.model_dump(), "at": at}
            return {"reply": reply, "due": None, **sequence}


def _count(heard: dict[str, Counter[str]], document: Document, step: int) -> None:
    counts = heard.setdefault(document["consultation"], Counter())
    counts["comments"] += step
    counts[f"clauses.{document['clause']}"] += step
    counts[f"classes.{document['stakeholder']}"] += step
    if document["region"] is not None:
        counts[f"regions.{document['region']}"] += step
