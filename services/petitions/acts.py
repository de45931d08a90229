"""Everything people may ask to happen to a petition, as a table: the API's addresses and the pages' forms follow it."""

from typing import Final

from kenes.service.acts import Act, act
from schemas.petitions.v1 import (
    AnswerRequested,
    ChargeRequested,
    CloseRequested,
    DraftAnswerRequested,
    HideCommentRequested,
    InviteRequested,
    LifecycleRequest,
    LockRequested,
    ModerateRequested,
    PaperCorrectionRequested,
    PaperRequested,
    ResumeRequested,
    RetireRequested,
    RetractCommentRequested,
    SubmitRequested,
    SuspendRequested,
    UndoRequested,
    WithdrawalRequested,
)
from services.petitions.domain.refusals import TEXT_REFUSALS, Refusal

_MODERATION = (Refusal.NOT_IN_MODERATION, Refusal.LOCKED)
_HANDED_IN = (Refusal.NOT_A_DRAFT, Refusal.DISCUSSION_TOO_SHORT, Refusal.ORGANISERS_MISSING)
_OWED = (Refusal.NOTHING_OWED,)


def _act(name: str, request: type[LifecycleRequest], says: str, *refusals: Refusal) -> Act:
    """`refusals` are the reasons of its own, beside `not-allowed` and `petition-unknown`."""
    return act(name, request, says, refusals, known=("petition", "actor"))


ACTS: Final[dict[str, Act]] = {
    act.name: act
    for act in (
        _act("submission", SubmitRequested, "Hands a draft in.", *_HANDED_IN, *TEXT_REFUSALS),
        _act(
            "comment-hiding",
            HideCommentRequested,
            "Hides a comment of the discussion.",
            Refusal.COMMENT_UNKNOWN,
            Refusal.COMMENT_HIDDEN,
            Refusal.COMMENT_RETRACTED,
            Refusal.REASON_UNKNOWN,
            Refusal.EXPLANATION_MISSING,
        ),
        _act(
            "comment-retraction",
            RetractCommentRequested,
            "Takes one's own comment of the discussion back.",
            Refusal.COMMENT_UNKNOWN,
            Refusal.COMMENT_RETRACTED,
        ),
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
        _act("undo", UndoRequested, "Takes the last verdict back.", Refusal.NOTHING_TO_UNDO, Refusal.STALE_VERDICT),
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
        _act(
            "paper",
            PaperRequested,
            "Enters a batch of sheets of paper.",
            Refusal.PAPER_NOT_TAKEN,
            Refusal.PETITION_NOT_OPEN,
            Refusal.PETITION_CLOSED,
            Refusal.SHEET_ENTERED,
        ),
        _act(
            "paper-correction",
            PaperCorrectionRequested,
            "Puts other sheets in the place of those of a batch.",
            Refusal.TOO_LATE,
            Refusal.BATCH_UNKNOWN,
            Refusal.STALE_BATCH,
            Refusal.SHEET_ENTERED,
        ),
    )
}
"""By name, which is also the last part of the address."""
