"""The deciders of consultations: decode, decide, emit. No rule, no HTTP."""

from dataclasses import astuple
from typing import Any

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.decision_state import Rules
from schemas.consultations.parts import Vote
from schemas.consultations.votes import Voted, VoteRefused
from schemas.envelope import Event, sequence_of
from schemas.payload import Payload
from services.consultations.domain import comment as comments
from services.consultations.domain import consultation as life
from services.consultations.domain import course
from services.consultations.domain import vote as votes
from services.consultations.domain.comment import Comment, Reach, Standing
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.hearing import Hearing
from services.consultations.domain.rules import ConsultationPacks
from services.consultations.domain.vote import BLANK, Ballot
from services.consultations.hearings import Hearings


def course_rules(packs: ConsultationPacks) -> Rules[Consultation | None]:
    """How requests on the course are decided. All consultations of a partition are held in memory."""

    def dump(consultation: Consultation | None) -> Document:
        return {} if consultation is None else consultation.model_dump(mode="json", exclude={"id"})

    return Rules(
        name="consultations",
        initial=None,
        key=_subject,
        decide=lambda consultation, request: course.decide(consultation, request.data, request.time, packs),
        evolve=lambda consultation, decision: life.evolve(consultation, decision.data, decision.time),
        dump=dump,
        load=lambda document: Consultation.model_validate({"id": document["_id"], **document}),
        resident=True,
    )


def comment_rules(packs: ConsultationPacks, hearings: Hearings) -> Rules[Comment | None]:
    """How requests on comments are decided. Comments are looked up, a batch at a time."""

    def dump(comment: Comment | None) -> Document:
        if comment is None:
            return {}
        reach = {} if comment.reach is None else {"reach": list(astuple(comment.reach))}
        return {"a": comment.author, "on": str(comment.standing), **reach}

    def load(document: Document) -> Comment:
        reach = document.get("reach")
        return Comment(document["a"], Standing(document["on"]), None if reach is None else Reach(*reach))

    def decide(comment: Comment | None, request: Recorded) -> Payload:
        return comments.decide(comment, _hearing(hearings, request), request.data, request.time, packs)

    return Rules(
        name="comments",
        initial=None,
        key=_comment,
        decide=decide,
        evolve=lambda comment, decision: comments.evolve(comment, decision.data, sequence_of(decision)),
        dump=dump,
        load=load,
    )


def vote_rules(packs: ConsultationPacks, hearings: Hearings) -> Rules[Ballot]:
    """How votes are decided. What each voter said to each comment is looked up, a batch at a time."""

    def decide(ballot: Ballot, request: Recorded) -> Payload:
        return votes.decide(ballot, _hearing(hearings, request), request.data, request.time, packs)

    return Rules(
        name="ballots",
        initial=BLANK,
        key=_ballot,
        decide=decide,
        evolve=lambda ballot, decision: votes.evolve(ballot, decision.data),
        dump=lambda ballot: {"n": ballot.acts, "v": None if ballot.vote is None else str(ballot.vote)},
        load=lambda document: Ballot(document["n"], None if document["v"] is None else Vote(document["v"])),
    )


def _hearing(hearings: Hearings, request: Recorded) -> Hearing | None:
    entry = hearings.get(request.event.subject)
    return None if entry is None else entry.known


def _subject(event: Event[Payload]) -> str:
    return event.subject


def _comment(event: Event[Payload]) -> str:
    data: Any = event.data
    # A comment of another consultation is another comment: who may answer here may not answer there.
    return f"{event.subject}/{data.comment}"


def _ballot(event: Event[Payload]) -> str:
    data: Any = event.data
    voter: str = data.voter if isinstance(data, Voted | VoteRefused) else data.actor.pseudonym
    return f"{voter}/{data.comment}"
