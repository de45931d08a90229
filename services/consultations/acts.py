"""What a body, moderators and authors may do to a consultation and to a comment."""

from typing import Final

from kenes.service.acts import Act, act
from schemas.consultations.comments import (
    CampaignReplyRequested,
    HideRequested,
    ReplyRequested,
    RestoreRequested,
    RetractRequested,
)
from schemas.consultations.course import (
    DescribeRequested,
    DismissRequested,
    EnrolRequested,
    ExtendRequested,
    MeetingRequested,
    OpenRequested,
    ReportRequested,
    StageRequested,
    WithdrawalRequested,
)
from schemas.payload import Payload
from services.consultations.domain.refusals import Refusal

_COURSE: Final = ("consultation", "actor")
_COMMENT: Final = ("consultation", "comment", "seen", "actor")


def _steer(name: str, request: type[Payload], says: str, *refusals: Refusal) -> Act:
    return act(name, request, says, (Refusal.CONSULTATION_UNKNOWN, Refusal.NOT_ALLOWED, *refusals), _COURSE)


def _about(name: str, request: type[Payload], says: str, *refusals: Refusal) -> Act:
    usual = (Refusal.COMMENT_UNKNOWN, Refusal.COMMENT_RETRACTED, Refusal.NOT_ALLOWED)
    return act(name, request, says, (*usual, *refusals), _COMMENT)


COURSE_ACTS: Final = {
    each.name: each
    for each in (
        _steer("description", DescribeRequested, "Explains the draft in plain language.", Refusal.NOT_IN_PREPARATION),
        _steer(
            "opening",
            OpenRequested,
            "Opens the draft to comments.",
            Refusal.NOT_IN_PREPARATION,
            Refusal.VERSION_MISSING,
            Refusal.DESCRIPTION_MISSING,
            Refusal.TOO_SHORT,
        ),
        _steer("extension", ExtendRequested, "Gives people more time.", Refusal.TOO_LATE),
        _steer("members", EnrolRequested, "Names a member of the working group.", Refusal.TOO_LATE),
        _steer("dismissal", DismissRequested, "A member leaves the working group.", Refusal.MEMBER_UNKNOWN),
        _steer("meetings", MeetingRequested, "Publishes a meeting of the working group.", Refusal.TOO_LATE),
        _steer("report", ReportRequested, "Hands in the report.", Refusal.NOT_CLOSED),
        _steer(
            "stages",
            StageRequested,
            "Tells what became of the draft.",
            Refusal.NOT_REPORTED,
            Refusal.STAGE_OUT_OF_ORDER,
            Refusal.STAGE_IN_FUTURE,
        ),
        _steer("withdrawal", WithdrawalRequested, "Takes the draft back.", Refusal.TOO_LATE),
    )
}
"""By name, which is also the last part of the address."""

COMMENT_ACTS: Final = {
    each.name: each
    for each in (
        _about("retraction", RetractRequested, "Takes one's own comment back.", Refusal.CONSULTATION_CLOSED),
        _about(
            "hiding",
            HideRequested,
            "Hides a comment for a public reason.",
            Refusal.COMMENT_HIDDEN,
            Refusal.REASON_UNKNOWN,
        ),
        _about("restoration", RestoreRequested, "Shows a hidden comment again.", Refusal.COMMENT_NOT_HIDDEN),
        _about("reply", ReplyRequested, "Answers a comment.", Refusal.TOO_LATE),
        _about("campaign-reply", CampaignReplyRequested, "Answers everybody who says the same.", Refusal.TOO_LATE),
    )
}
"""By name, which is also the last part of the address."""
