"""Votes: one person, one comment, one vote that may be changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.consultations.parts import Vote
from schemas.consultations.votes import Voted, VoteRefused, VoteRequested
from schemas.payload import Payload
from services.consultations.domain.comment import Standing
from services.consultations.domain.hearing import Hearing
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import ConsultationPack, ConsultationPacks


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one person said to one comment; `acts` counts how often."""

    acts: int = 0
    vote: Vote | None = None


BLANK = Ballot()

GONE: Final = {Standing.HIDDEN: Refusal.COMMENT_HIDDEN, Standing.RETRACTED: Refusal.COMMENT_RETRACTED}
"""Why nobody may vote on a comment that stands so. It is asked before a vote is: comments are decided elsewhere."""


def decide(
    ballot: Ballot, hearing: Hearing | None, request: Payload, now: datetime, packs: ConsultationPacks
) -> Payload:
    """The decision on a vote. `hearing` is `None` for a consultation nobody knows.

    Raises `TypeError` on a payload that is no vote.
    """
    if not isinstance(request, VoteRequested):
        raise TypeError(f"{type(request).__name__} is not a vote")
    if refusal := _refusal(ballot, hearing, request, now, packs):
        return VoteRefused(
            consultation=request.consultation,
            comment=request.comment,
            voter=request.actor.pseudonym,
            request=request.TYPE,
            code=refusal,
        )
    return Voted(
        consultation=request.consultation,
        comment=request.comment,
        voter=request.actor.pseudonym,
        stakeholder=request.stakeholder,
        vote=request.vote,
        before=ballot.vote,
        act=ballot.acts + 1,
    )


def _refusal(
    ballot: Ballot, hearing: Hearing | None, request: VoteRequested, now: datetime, packs: ConsultationPacks
) -> Refusal | None:
    if hearing is None:
        return Refusal.CONSULTATION_UNKNOWN
    # Also after the end: who asks again, as an import does that is run again, has voted.
    if request.vote is ballot.vote:
        return Refusal.SAME_VOTE
    return hearing.refusal(now) or _unfit(request, packs.pinned(hearing.rules))


def _unfit(request: VoteRequested, pack: ConsultationPack) -> Refusal | None:
    if lack := pack.voter.lack(request.eligibility):
        return Refusal(lack)
    if not pack.holds(request.stakeholder, request.actor.roles, verified=request.verified):
        return Refusal.CLASS_NOT_HELD
    return Refusal.OWN_COMMENT if request.actor.pseudonym == request.author and not pack.own_votes else None


def evolve(ballot: Ballot, decision: Payload) -> Ballot:
    """The ballot after a decision. A refusal changes nothing."""
    return Ballot(decision.act, decision.vote) if isinstance(decision, Voted) else ballot
