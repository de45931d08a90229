"""The public discussion of a text before it is handed in: everybody comments, its author changes it."""

from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import Commented, CommentRequested
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, refusal_of
from services.petitions.domain.status import Status


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
