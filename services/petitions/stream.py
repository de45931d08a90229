"""The deciders of petitions: decode, decide, emit. No rule, no HTTP."""

from collections.abc import Callable
from typing import Any

from kenes.kafka.records import Recorded
from kenes.kafka.tail import Tail
from kenes.mongo.client import Database, Document
from kenes.mongo.decision_state import KeyedState, Rules
from kenes.service.seen import DependentState
from schemas.envelope import Event, sequence_of
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Commented,
    CommentHidden,
    CommentRetracted,
    HideCommentRequested,
    PaperCorrected,
    PaperEntered,
    Published,
    Resumed,
    RetractCommentRequested,
    SignatureAccepted,
)
from services.petitions.directory import Directory
from services.petitions.domain import comment as comments
from services.petitions.domain import evolution as life
from services.petitions.domain import lifecycle
from services.petitions.domain import signature as signing
from services.petitions.domain.comment import Comment, Standing
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.signature import NEWCOMER, Signer
from services.petitions.projection import load_petition


def petition_rules(packs: RulePacks) -> Rules[Petition | None]:
    """How life-cycle requests are decided. All petitions of a partition are held in memory, most of them packed."""

    def dump(petition: Petition | None) -> Document:
        return {} if petition is None else petition.model_dump(exclude={"id"})

    return Rules(
        name="petitions",
        initial=None,
        key=_subject,
        decide=lambda petition, request: lifecycle.decide(petition, request.data, request.time, packs),
        evolve=lambda petition, decision: life.evolve(petition, decision.data, decision.time),
        dump=dump,
        load=load_petition,
        resident=True,
        packed=True,
    )


def comment_rules(petition: Callable[[str], Petition | None]) -> Rules[Comment | None]:
    """How requests about comments are decided. Comments are looked up, a batch at a time: there may be any number.

    `petition` finds the petition a comment is on; nothing but deciding needs it.
    """

    def decide(comment: Comment | None, request: Recorded) -> Payload:
        return comments.decide(comment, request.data, petition(request.event.subject))

    def dump(comment: Comment | None) -> Document:
        return {} if comment is None else {"by": comment.by, "on": str(comment.standing)}

    return Rules(
        name="comments",
        initial=None,
        key=_comment,
        decide=decide,
        evolve=lambda comment, decision: comments.evolve(comment, decision.data),
        dump=dump,
        load=lambda document: Comment(document["by"], Standing(document["on"])),
    )


def signer_rules(packs: RulePacks, directory: Directory) -> Rules[Signer]:
    """How signature requests are decided. Signers are looked up, a batch at a time."""

    def decide(signer: Signer, request: Recorded) -> Payload:
        listing = directory.get(request.event.subject)
        window = None if listing is None else listing.known
        return signing.decide(signer, window, request.data, request.time, packs)

    return Rules(
        name="signers",
        initial=NEWCOMER,
        key=_signer,
        decide=decide,
        evolve=lambda signer, decision: signing.evolve(signer, decision.data),
        dump=lambda signer: {"n": signer.acts, "on": signer.signed, "r": signer.region},
        load=lambda document: Signer(acts=document["n"], signed=document["on"], region=document["r"]),
    )


class PetitionState(KeyedState[Petition | None]):
    """Petitions; whoever looks out for goals is told where nobody has to sign for one to be reached."""

    def __init__(self, database: Database, rules: Rules[Petition | None], recount: Callable[[str, int], None]) -> None:
        """`recount` is told of each petition whose signatures may reach a goal by a decision, and by which."""
        super().__init__(database, rules)
        self._recount = recount

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        """Folds a decision, and tells of paper and of collections that begin or go on."""
        super().evolve(partition, decision)
        if isinstance(decision.data, PaperEntered | PaperCorrected | Published | Resumed):
            self._recount(decision.subject, sequence_of(decision))


class SignerState(DependentState[Signer]):
    """Signers, decided by petitions that are never older than what the askers had seen."""

    def __init__(
        self, database: Database, rules: Rules[Signer], petitions: Tail, signed: Callable[[str, int, int], None]
    ) -> None:
        """`signed` is told of each petition whose count grows, and by which decision: partition and sequence."""
        super().__init__(database, rules, petitions)
        self._signed = signed

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        """Folds a decision, and tells of a signature."""
        super().evolve(partition, decision)
        if isinstance(decision.data, SignatureAccepted):
            self._signed(decision.subject, partition, sequence_of(decision))


def _subject(event: Event[Payload]) -> str:
    return event.subject


def _comment(event: Event[Payload]) -> str | None:
    if isinstance(event.data, _ABOUT_COMMENTS):
        return f"{event.subject}/{event.data.number}"
    return None


_ABOUT_COMMENTS = (Commented, CommentHidden, CommentRetracted, HideCommentRequested, RetractCommentRequested)


def _signer(event: Event[Payload]) -> str:
    data: Any = event.data
    signer: str = data.signer
    return signer
