"""What is kept beside the petition: comments, texts that were discussed or could be signed, and drafts of answers."""

from collections.abc import Iterator
from datetime import datetime

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.operations import Insert, Operation, Update
from kenes.mongo.projection import Index
from schemas.petitions.v1 import (
    AnswerDrafted,
    Commented,
    CommentHidden,
    CommentRetracted,
    DiscussionBegun,
    Edited,
    GatheringBegun,
    Published,
    Returned,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.moderation.log import WITHHOLDING

COLLECTIONS: dict[str, tuple[Index, ...]] = {"comments": (), "versions": (), "answer_drafts": ()}
"""They are found by number alone: no index is needed beside that of their ids."""


def numbered(petition: str, number: int) -> str:
    """The id of a comment or a draft, by its number, or of a version, by its revision."""
    return f"{petition}/{number}"


def kept(decision: Recorded, petition: Petition) -> Iterator[Operation]:
    """What a decision adds to the collections. `petition` has it folded in."""
    data, at = decision.data, decision.event.time
    if isinstance(data, DiscussionBegun | Edited) and petition.status is Status.DISCUSSION:
        text = petition.text.model_dump(mode="json")
        yield Insert("versions", {"_id": numbered(petition.id, petition.revision), "text": text, "at": at})
    elif isinstance(data, GatheringBegun | Published):
        text = petition.text.model_dump(mode="json")
        yield Update("versions", numbered(petition.id, petition.revision), {"$set": {"text": text}, "$min": {"at": at}})
    elif isinstance(data, Returned) and WITHHOLDING.intersection(data.reasons):
        yield Update("versions", numbered(petition.id, petition.revision), {"$set": {"text": None}})
    elif isinstance(data, AnswerDrafted):
        draft = data.model_dump(mode="json", exclude={"petition"})
        yield Insert("answer_drafts", {"_id": numbered(petition.id, petition.answer_drafts), "at": at} | draft)
    elif isinstance(data, Commented):
        yield Insert("comments", comment_document(data, at))
    elif isinstance(data, CommentHidden):
        yield Update("comments", numbered(petition.id, data.number), {"$set": hidden(data, at)})
    elif isinstance(data, CommentRetracted):
        yield Update("comments", numbered(petition.id, data.number), {"$set": retracted(at)})


def comment_document(comment: Commented, at: datetime) -> Document:
    """A comment as it is stored."""
    told = comment.model_dump(exclude={"petition", "mine"})
    return {"_id": numbered(comment.petition, comment.number), "owner": comment.mine.owner, "at": at} | told


def hidden(decision: CommentHidden, at: datetime) -> Document:
    """What hiding changes in a stored comment."""
    return {"hidden": {"reason": decision.reason, "explanation": decision.explanation, "at": at}}


def retracted(at: datetime) -> Document:
    """What taking back changes in a stored comment: nothing is left to be read, nor by whom it was."""
    return {"retracted": at, "text": "", "by": "", "owner": "", "sealed": "", "listed": False}
