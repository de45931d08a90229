"""A petition's life: draft, submitted, collecting, closed.

draft --submit--> submitted --publish--> collecting --close--> closed
  ^ edit
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    Closed,
    CloseReason,
    CloseRequested,
    Created,
    CreateRequested,
    Edited,
    EditRequested,
    PetitionRefused,
    PetitionText,
    Published,
    PublishRequested,
    RulePackRef,
    SubmitRequested,
    Submitted,
)
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks

MODERATOR = "moderator"
DEFAULT_PACK = "kz-republic"

Change = EditRequested | SubmitRequested | PublishRequested | CloseRequested


class Status(StrEnum):
    """Where a petition is in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COLLECTING = "collecting"
    CLOSED = "closed"


class Milestone(BaseModel):
    """One line of a petition's timeline."""

    model_config = ConfigDict(frozen=True)

    what: str
    at: datetime
    reason: str | None = None


class Petition(BaseModel):
    """What has been decided about one petition so far."""

    model_config = ConfigDict(frozen=True)

    id: str
    author: str
    text: PetitionText
    rules: RulePackRef
    sealed: str
    owner: str
    status: Status = Status.DRAFT
    created_at: datetime
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    timeline: tuple[Milestone, ...] = ()


def decide(petition: Petition | None, request: Payload, now: datetime, packs: RulePacks) -> Payload:
    """The decision on a life-cycle request: what happens, or a refusal.

    `now` is the request record's own timestamp, UTC. Raises `TypeError` on a payload that is no such request.
    """
    match request:
        case CreateRequested():
            return _create(petition, request, now, packs)
        case EditRequested() | SubmitRequested() | PublishRequested() | CloseRequested():
            if petition is None:
                return _refused(request, Refusal.PETITION_UNKNOWN)
            return _advance(petition, request, now, packs)
        case _:
            raise TypeError(f"{type(request).__name__} is not a life-cycle request")


def _create(petition: Petition | None, request: CreateRequested, now: datetime, packs: RulePacks) -> Payload:
    if petition is not None:
        return _refused(request, Refusal.PETITION_EXISTS)
    pack = packs.in_force(DEFAULT_PACK, now.date())
    if refusal := pack.author.refusal(request.eligibility):
        return _refused(request, refusal)
    return Created(
        petition=request.petition,
        author=request.actor.pseudonym,
        text=request.text,
        rules=pack.ref,
        sealed=request.sealed,
        mine=request.mine,
    )


def _advance(
    petition: Petition,
    request: Change,
    now: datetime,
    packs: RulePacks,
) -> Payload:
    match request:
        case EditRequested():
            refusal = _unless(petition, Status.DRAFT, Refusal.NOT_A_DRAFT) or _unless_author(petition, request.actor)
            return _refused(request, refusal) if refusal else Edited(petition=petition.id, text=request.text)
        case SubmitRequested():
            refusal = _unless(petition, Status.DRAFT, Refusal.NOT_A_DRAFT) or _unless_author(petition, request.actor)
            return _refused(request, refusal) if refusal else Submitted(petition=petition.id)
        case PublishRequested():
            refusal = _unless(petition, Status.SUBMITTED, Refusal.NOT_SUBMITTED)
            if refusal := refusal or _unless_may_steer(petition, request.actor):
                return _refused(request, refusal)
            return Published(petition=petition.id, closes_at=packs.pinned(petition.rules).closes_at(now))
        case CloseRequested():
            return _close(petition, request, now)


def _close(petition: Petition, request: CloseRequested, now: datetime) -> Payload:
    if refusal := _unless(petition, Status.COLLECTING, Refusal.NOT_COLLECTING):
        return _refused(request, refusal)
    if request.actor is None:
        if petition.closes_at is None or now < petition.closes_at:
            return _refused(request, Refusal.NOT_DUE)
        return Closed(petition=petition.id, reason=CloseReason.WINDOW_ENDED)
    if refusal := _unless_may_steer(petition, request.actor):
        return _refused(request, refusal)
    by_author = request.actor.pseudonym == petition.author
    return Closed(petition=petition.id, reason=CloseReason.AUTHOR if by_author else CloseReason.MODERATOR)


def _unless(petition: Petition, status: Status, refusal: Refusal) -> Refusal | None:
    return None if petition.status is status else refusal


def _unless_author(petition: Petition, actor: Actor) -> Refusal | None:
    return None if actor.pseudonym == petition.author else Refusal.NOT_ALLOWED


def _unless_may_steer(petition: Petition, actor: Actor) -> Refusal | None:
    return None if MODERATOR in actor.roles else _unless_author(petition, actor)


def _refused(request: CreateRequested | Change, refusal: Refusal) -> PetitionRefused:
    return PetitionRefused(petition=request.petition, request=request.TYPE, code=refusal)


def evolve(petition: Petition | None, decision: Payload, at: datetime) -> Petition | None:
    """The petition after a decision taken at `at`. A refusal changes nothing."""
    if isinstance(decision, Created):
        return Petition(
            id=decision.petition,
            author=decision.author,
            text=decision.text,
            rules=decision.rules,
            sealed=decision.sealed,
            owner=decision.mine.owner,
            created_at=at,
            timeline=(Milestone(what="created", at=at),),
        )
    if petition is None or isinstance(decision, PetitionRefused):
        return petition
    return petition.model_copy(update=_change(petition, decision, at))


def _change(petition: Petition, decision: Payload, at: datetime) -> dict[str, object]:
    match decision:
        case Edited():
            return {"text": decision.text}
        case Submitted():
            return {"status": Status.SUBMITTED, "timeline": _then(petition, "submitted", at)}
        case Published():
            return {
                "status": Status.COLLECTING,
                "opened_at": at,
                "closes_at": decision.closes_at,
                "timeline": _then(petition, "published", at),
            }
        case Closed():
            return {
                "status": Status.CLOSED,
                "closed_at": at,
                "timeline": _then(petition, "closed", at, decision.reason),
            }
        case _:
            raise TypeError(f"{type(decision).__name__} is not a life-cycle decision")


def _then(petition: Petition, what: str, at: datetime, reason: str | None = None) -> tuple[Milestone, ...]:
    return (*petition.timeline, Milestone(what=what, at=at, reason=reason))
