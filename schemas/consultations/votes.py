"""Requests and decisions on votes, version 1. The key is the voter's pseudonym: one person's votes have one order."""

from typing import ClassVar

from pydantic import Field

from schemas.consultations.parts import CommentId, ConsultationId, Stakeholder, Vote
from schemas.parts import Actor, Eligibility, Pseudonym, Seen
from schemas.payload import Payload


class VoteRequested(Payload):
    """Somebody agrees, disagrees or passes on a comment. `author` is who wrote it: nobody votes on their own."""

    TYPE: ClassVar[str] = "consultations.vote.requested.v1"
    consultation: ConsultationId
    comment: CommentId
    author: Pseudonym
    actor: Actor
    stakeholder: Stakeholder
    verified: bool
    eligibility: Eligibility
    vote: Vote
    seen: Seen


class Voted(Payload):
    """The vote counts, in place of `before`. `act` numbers this voter's counted votes on this comment, from 1."""

    TYPE: ClassVar[str] = "consultations.vote.voted.v1"
    consultation: ConsultationId
    comment: CommentId
    voter: Pseudonym
    stakeholder: Stakeholder
    vote: Vote
    before: Vote | None
    act: int


class VoteRefused(Payload):
    """A vote changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "consultations.vote.refused.v1"
    consultation: ConsultationId
    comment: CommentId
    voter: Pseudonym
    request: str = Field(description="The type of the request that was refused.")
    code: str
