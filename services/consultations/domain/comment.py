"""Comments: who may make one, what is owed to it, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.consultations.comments import (
    CampaignReached,
    CampaignReachRequested,
    CampaignReplied,
    CampaignReplyRequested,
    CommentRefused,
    CommentRequest,
    Hidden,
    HideRequested,
    Posted,
    PostRequested,
    Replied,
    ReplyRequested,
    Restored,
    RestoreRequested,
    Retracted,
    RetractRequested,
)
from schemas.parts import Actor
from schemas.payload import Payload
from services.consultations.domain.hearing import Hearing
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import MODERATOR, ConsultationPack, ConsultationPacks, role_of


class Standing(StrEnum):
    """What became of a comment."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Reach:
    """How many `comments` the answer to a campaign has reached; `answer` is the sequence of its decision."""

    answer: int
    comments: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What deciding on a comment needs to know of it; `reach` is that of the last answer it was given for all."""

    author: str
    standing: Standing = Standing.SHOWN
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A request on a comment that exists, with what it is decided by."""

    comment: Comment
    hearing: Hearing
    pack: ConsultationPack
    now: datetime


Found = Payload | Refusal
Rule = Callable[[_Case, Any], Found]


def decide(
    comment: Comment | None, hearing: Hearing | None, request: Payload, now: datetime, packs: ConsultationPacks
) -> Payload:
    """The decision on a request on a comment. `now` is the request record's own timestamp, UTC.

    `hearing` is `None` for a consultation nobody knows. Raises `TypeError` on a payload that is no such request.
    """
    if isinstance(request, CampaignReachRequested):
        return _reached(comment, request)
    if not isinstance(request, CommentRequest) or not (isinstance(request, PostRequested) or type(request) in _RULES):
        raise TypeError(f"{type(request).__name__} is not a request on a comment")
    found = _found(comment, hearing, request, now, packs)
    return _no(request, found) if isinstance(found, Refusal) else found


def _found(
    comment: Comment | None, hearing: Hearing | None, request: CommentRequest, now: datetime, packs: ConsultationPacks
) -> Found:
    if hearing is None:
        return Refusal.CONSULTATION_UNKNOWN
    if isinstance(request, PostRequested):
        return Refusal.COMMENT_EXISTS if comment is not None else _post(hearing, request, now, packs)
    if comment is None:
        return Refusal.COMMENT_UNKNOWN
    if comment.standing is Standing.RETRACTED:
        return Refusal.COMMENT_RETRACTED
    return _RULES[type(request)](_Case(comment, hearing, packs.pinned(hearing.rules), now), request)


def _post(hearing: Hearing, request: PostRequested, now: datetime, packs: ConsultationPacks) -> Found:
    pack = packs.pinned(hearing.rules)
    if refusal := hearing.refusal(now) or _unfit(hearing, request, pack):
        return refusal
    # The body's own words are owed no answer by the body.
    owed = pack.answer if role_of(hearing.body) not in request.actor.roles else None
    return Posted(
        consultation=request.consultation,
        comment=request.comment,
        author=request.actor.pseudonym,
        version=request.version,
        anchor=request.anchor,
        parent=request.parent,
        thread=request.thread,
        depth=request.depth,
        stakeholder=request.stakeholder,
        verified=request.verified,
        region=request.eligibility.region,
        language=request.language,
        text=request.text,
        listed=request.listed,
        sealed=request.sealed,
        mine=request.mine,
        due_at=None if owed is None else packs.ends(owed, now, pack),
    )


def _unfit(hearing: Hearing, request: PostRequested, pack: ConsultationPack) -> Refusal | None:
    if lack := pack.commenter.lack(request.eligibility):
        return Refusal(lack)
    if not pack.holds(request.stakeholder, request.actor.roles, verified=request.verified):
        return Refusal.CLASS_NOT_HELD
    if request.version > hearing.version:
        return Refusal.VERSION_UNKNOWN
    return Refusal.THREAD_TOO_DEEP if request.depth > pack.depth else None


def _retract(case: _Case, request: RetractRequested) -> Found:
    if request.actor.pseudonym != case.comment.author:
        return Refusal.NOT_ALLOWED
    if refusal := case.hearing.refusal(case.now):
        return refusal
    return Retracted(consultation=request.consultation, comment=request.comment)


def _hide(case: _Case, request: HideRequested) -> Found:
    if MODERATOR not in request.actor.roles:
        return Refusal.NOT_ALLOWED
    if case.comment.standing is Standing.HIDDEN:
        return Refusal.COMMENT_HIDDEN
    if request.reason not in {reason.code for reason in case.pack.hiding}:
        return Refusal.REASON_UNKNOWN
    return Hidden(
        consultation=request.consultation,
        comment=request.comment,
        reason=request.reason,
        explanation=request.explanation,
    )


def _restore(case: _Case, request: RestoreRequested) -> Found:
    if MODERATOR not in request.actor.roles:
        return Refusal.NOT_ALLOWED
    if case.comment.standing is not Standing.HIDDEN:
        return Refusal.COMMENT_NOT_HIDDEN
    return Restored(consultation=request.consultation, comment=request.comment, explanation=request.explanation)


def _reply(case: _Case, request: ReplyRequested | CampaignReplyRequested) -> Found:
    if not _speaks_for(request.actor, case.hearing):
        return Refusal.NOT_ALLOWED
    # The report is a page of these answers: what people read under its date is not written anew.
    if case.hearing.reported_at is not None:
        return Refusal.TOO_LATE
    said = Replied if isinstance(request, ReplyRequested) else CampaignReplied
    return said(
        consultation=request.consultation,
        comment=request.comment,
        outcome=request.outcome,
        statement=request.statement,
    )


def _speaks_for(actor: Actor, hearing: Hearing) -> bool:
    return role_of(hearing.body) in actor.roles


def _reached(comment: Comment | None, request: CampaignReachRequested) -> Payload:
    """Each request goes on where the one before ended, so an answer reaches nobody twice, whoever asks."""
    if comment is None:
        return _no(request, Refusal.COMMENT_UNKNOWN)
    if comment.reach != Reach(request.answer.sequence, request.before):
        return _no(request, Refusal.NOT_DUE)
    return CampaignReached(**{name: getattr(request, name) for name in type(request).model_fields})


def _no(request: CommentRequest | CampaignReachRequested, refusal: Refusal) -> CommentRefused:
    return CommentRefused(
        consultation=request.consultation, comment=request.comment, request=request.TYPE, code=refusal
    )


_RULES: dict[type[CommentRequest], Rule] = {
    RetractRequested: _retract,
    HideRequested: _hide,
    RestoreRequested: _restore,
    ReplyRequested: _reply,
    CampaignReplyRequested: _reply,
}

REQUESTS: tuple[type[CommentRequest], ...] = (PostRequested, *_RULES)
"""Every request that somebody makes on a comment."""


_STANDINGS: dict[type[Payload], Standing] = {
    Retracted: Standing.RETRACTED,
    Hidden: Standing.HIDDEN,
    Restored: Standing.SHOWN,
}


def evolve(comment: Comment | None, decision: Payload, sequence: int) -> Comment | None:
    """The comment after the decision of this sequence. A refusal or an answer to it alone changes nothing here."""
    match decision:
        case Posted(author=author):
            return Comment(author)
        case Retracted() | Hidden() | Restored():
            return comment and replace(comment, standing=_STANDINGS[type(decision)])
        case CampaignReplied():
            return comment and replace(comment, reach=Reach(sequence, 0))
        case CampaignReached(answer=answer, before=before, comments=comments):
            return comment and replace(comment, reach=Reach(answer.sequence, before + len(comments)))
        case _:
            return comment
