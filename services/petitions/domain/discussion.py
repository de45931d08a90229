"""The public discussion of a text before it is handed in: everybody comments, its author changes it."""

from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Commented,
    CommentHidden,
    CommentRequested,
    CommentRetracted,
    HideCommentRequested,
    RetractCommentRequested,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, refusal_of
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import Status

FAULTS = ("personal-data", "insulting", "advertising")
"""Why a comment may be hidden; a moderator's reasons against a petition have the same words."""


def comment(petition: Petition, request: CommentRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    """Who may sign may comment, on the text as it stands or as it stood."""
    discussion = petition.discussion
    if petition.status is not Status.DISCUSSION or discussion is None:
        return Refusal.NOT_DISCUSSED
    if refusal := refusal_of(packs.pinned(petition.rules).signer, request.eligibility):
        return refusal
    if not discussion.revision <= request.revision <= petition.revision:
        return Refusal.STALE_REVISION
    return Commented(
        petition=petition.id,
        number=discussion.comments + 1,
        by=request.actor.pseudonym,
        revision=request.revision,
        language=request.language,
        text=request.text,
        listed=request.listed,
        sealed=request.sealed,
        mine=request.mine,
    )


def hide(petition: Petition, request: HideCommentRequested, _now: datetime, _packs: RulePacks) -> Payload | Refusal:
    """A moderator hides a comment, also after the discussion."""
    if MODERATOR not in request.actor.roles:
        return Refusal.NOT_ALLOWED
    if missing := _unless_there(petition, request.number):
        return missing
    if petition.discussion is not None and request.number in petition.discussion.hidden:
        return Refusal.COMMENT_HIDDEN
    if request.reason not in FAULTS:
        return Refusal.REASON_UNKNOWN
    if not request.explanation.strip():
        return Refusal.EXPLANATION_MISSING
    return CommentHidden(
        petition=petition.id,
        number=request.number,
        by=request.actor.pseudonym,
        reason=request.reason,
        explanation=request.explanation,
    )


def retract(
    petition: Petition, request: RetractCommentRequested, _now: datetime, _packs: RulePacks
) -> Payload | Refusal:
    """Who wrote a comment takes it back, also after the discussion: nobody owes it an answer."""
    if missing := _unless_there(petition, request.number):
        return missing
    if (
        petition.discussion is None
        or petition.discussion.commenters.get(str(request.number)) != request.actor.pseudonym
    ):
        return Refusal.NOT_ALLOWED
    return CommentRetracted(petition=petition.id, number=request.number)


def _unless_there(petition: Petition, number: int) -> Refusal | None:
    discussion = petition.discussion
    if discussion is None or number > discussion.comments:
        return Refusal.COMMENT_UNKNOWN
    return Refusal.COMMENT_RETRACTED if number in discussion.retracted else None
