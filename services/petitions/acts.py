"""Everything people may ask to happen to a petition, as a table: the API's addresses and the pages' forms follow it."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model

from schemas.petitions.v1 import (
    Actor,
    AnswerRequested,
    ChargeRequested,
    CloseRequested,
    DraftAnswerRequested,
    InviteRequested,
    LifecycleRequest,
    LockRequested,
    ModerateRequested,
    ResumeRequested,
    RetireRequested,
    SubmitRequested,
    SuspendRequested,
    UndoRequested,
    WithdrawalRequested,
)
from services.petitions.domain.refusals import Refusal

_WHO = frozenset({"petition", "actor"})
_MODERATION = (Refusal.NOT_IN_MODERATION, Refusal.LOCKED)
_OWED = (Refusal.NOTHING_OWED,)


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `body` has what the request needs beside the petition and who asks; it is `None` where that is nothing.

    `refusals` are the reasons of its own, beside `not-allowed` and `petition-unknown`.
    """

    name: str
    request: type[LifecycleRequest]
    refusals: tuple[Refusal, ...]
    body: type[BaseModel] | None
    says: str

    def ask(self, petition: str, actor: Actor, body: BaseModel | None = None) -> LifecycleRequest:
        """The request; raises `ValidationError` when the body does not fit."""
        told = {} if body is None else {name: getattr(body, name) for name in type(body).model_fields}
        return self.request.model_validate({"petition": petition, "actor": actor, **told})


def _act(name: str, request: type[LifecycleRequest], says: str, *refusals: Refusal) -> Act:
    fields: dict[str, Any] = {
        field: (info.annotation, info) for field, info in request.model_fields.items() if field not in _WHO
    }
    body = (
        create_model(
            request.__name__.removesuffix("Requested") + "Body",
            __config__=ConfigDict(extra="forbid"),
            __doc__=says,
            **fields,
        )
        if fields
        else None
    )
    return Act(name, request, refusals, body, says)


ACTS: Final[dict[str, Act]] = {
    act.name: act
    for act in (
        _act("submission", SubmitRequested, "Hands a draft in.", Refusal.NOT_A_DRAFT),
        _act("lock", LockRequested, "Takes the petition on the desk for a quarter of an hour.", *_MODERATION),
        _act(
            "verdict",
            ModerateRequested,
            "Publishes, gives back or rejects what was handed in.",
            *_MODERATION,
            Refusal.STALE_REVISION,
            Refusal.SECOND_PERSON_NEEDED,
            Refusal.REASON_MISSING,
            Refusal.REASON_UNKNOWN,
            Refusal.EXPLANATION_MISSING,
        ),
        _act("undo", UndoRequested, "Takes the last verdict back.", Refusal.NOTHING_TO_UNDO),
        _act("closure", CloseRequested, "Ends the collection.", Refusal.NOT_COLLECTING),
        _act("withdrawal", WithdrawalRequested, "Takes the whole petition back.", Refusal.TOO_LATE),
        _act("suspension", SuspendRequested, "Stops the petition by a court's act.", Refusal.TOO_LATE),
        _act("resumption", ResumeRequested, "Lets it go on by a court's act.", Refusal.NOT_SUSPENDED),
        _act(
            "retirement",
            RetireRequested,
            "Ends the petition in favour of another.",
            Refusal.TOO_LATE,
            Refusal.SAME_PETITION,
        ),
        _act("charge", ChargeRequested, "Takes the petition in charge.", *_OWED),
        _act("invitation", InviteRequested, "Invites the author to be heard.", *_OWED),
        _act("draft-answer", DraftAnswerRequested, "Publishes what the body means to decide.", *_OWED),
        _act("answer", AnswerRequested, "Answers the petition.", *_OWED),
    )
}
"""By name, which is also the last part of the address."""
