"""One comment of a discussion, also after it: who wrote it may take it back, a moderator may hide it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Commented,
    CommentHidden,
    CommentRetracted,
    HideCommentRequested,
    PetitionRefused,
    RetractCommentRequested,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.stages import moderates

FAULTS = ("personal-data", "insulting", "advertising")
"""Why a comment may be hidden; a moderator's reasons against a petition have the same words."""


class Standing(StrEnum):
    """What became of a comment."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Comment:
    """What deciding on a comment needs to know of it: who wrote it, until it is taken back, and how it stands."""

    by: str
    standing: Standing = Standing.SHOWN


def decide(comment: Comment | None, request: Payload, petition: Petition | None) -> Payload:
    """The decision on a request about a comment on a petition; `None` where none has its number.

    Raises `TypeError` on a payload that is no such request.
    """
    if type(request) not in _RULES:
        raise TypeError(f"{type(request).__name__} is not a request about a comment")
    found: Payload | Refusal
    if comment is None or petition is None:
        found = Refusal.COMMENT_UNKNOWN
    elif comment.standing is Standing.RETRACTED:
        found = Refusal.COMMENT_RETRACTED
    else:
        found = _RULES[type(request)](comment, request, petition)
    if isinstance(found, Refusal):
        subject: Any = request
        return PetitionRefused(petition=subject.petition, request=request.TYPE, code=found)
    return found


def _hide(comment: Comment, request: HideCommentRequested, petition: Petition) -> Payload | Refusal:
    if not moderates(petition, request.actor):
        return Refusal.NOT_ALLOWED
    if comment.standing is Standing.HIDDEN:
        return Refusal.COMMENT_HIDDEN
    if request.reason not in FAULTS:
        return Refusal.REASON_UNKNOWN
    if not request.explanation.strip():
        return Refusal.EXPLANATION_MISSING
    return CommentHidden(
        petition=request.petition,
        number=request.number,
        by=request.actor.pseudonym,
        reason=request.reason,
        explanation=request.explanation,
    )


def _retract(comment: Comment, request: RetractCommentRequested, _petition: Petition) -> Payload | Refusal:
    """At any time: nobody owes a comment an answer."""
    if request.actor.pseudonym != comment.by:
        return Refusal.NOT_ALLOWED
    return CommentRetracted(petition=request.petition, number=request.number)


_RULES: dict[type[Payload], Callable[[Comment, Any, Petition], Payload | Refusal]] = {
    HideCommentRequested: _hide,
    RetractCommentRequested: _retract,
}

REQUESTS: tuple[type[Payload], ...] = tuple(_RULES)
"""Every request about a comment."""


def evolve(comment: Comment | None, decision: Payload) -> Comment | None:
    """The comment after a decision. Nothing tells by whom it was once it is taken back."""
    match decision:
        case Commented(by=author):
            return Comment(author)
        case CommentHidden():
            return comment and replace(comment, standing=Standing.HIDDEN)
        case CommentRetracted():
            return Comment(by="", standing=Standing.RETRACTED)
        case _:
            return comment
