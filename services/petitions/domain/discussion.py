"""Public discussions: of the text before it is handed in, and of what the body means to answer."""

from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import Commented, CommentRequested
from services.petitions.domain.answering import owed
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, refusal_of
from services.petitions.domain.status import Status


def text_is_discussed(petition: Petition) -> bool:
    """Whether its author may still learn from comments on the text."""
    return petition.status is Status.DISCUSSION


def answer_is_discussed(petition: Petition) -> bool:
    """Whether the body may still learn from comments on what it means to answer."""
    return petition.draft_answer is not None and owed(petition) is not None


def comment(petition: Petition, request: CommentRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    """Who may sign may comment, on what is discussed as it stands or as it stood."""
    on_text = request.answer_draft is None
    if not (text_is_discussed(petition) if on_text else answer_is_discussed(petition)):
        return Refusal.NOT_DISCUSSED
    if refusal := refusal_of(packs.pinned(petition.rules).signer, request.eligibility):
        return refusal
    if not _was_there(petition, request):
        return Refusal.STALE_REVISION
    return Commented(
        petition=petition.id,
        number=petition.comments + 1,
        by=request.actor.pseudonym,
        revision=request.revision,
        language=request.language,
        text=request.text,
        listed=request.listed,
        sealed=request.sealed,
        mine=request.mine,
        answer_draft=request.answer_draft,
    )


def _was_there(petition: Petition, request: CommentRequested) -> bool:
    if request.answer_draft is not None:
        return request.answer_draft <= petition.answer_drafts
    discussion = petition.discussion
    return discussion is not None and discussion.revision <= request.revision <= petition.revision
