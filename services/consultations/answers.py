"""How the API answers."""

from kenes.service.answers import Answers
from schemas.consultations.comments import Posted
from schemas.consultations.course import Prepared
from schemas.consultations.topics import COMMENTS, CONSULTATIONS, VOTES
from services.consultations.domain.refusals import Refusal

PREFIX = "/api/consultations/v1"

ANSWERS = Answers(
    prefix=PREFIX,
    kinds={"consultation": CONSULTATIONS, "comment": COMMENTS, "vote": VOTES},
    subject="consultation",
    statuses={
        Refusal.CONSULTATION_UNKNOWN: 404,
        Refusal.COMMENT_UNKNOWN: 404,
        Refusal.NOT_ALLOWED: 403,
        Refusal.CLASS_NOT_HELD: 403,
        Refusal.OWN_COMMENT: 403,
        Refusal.UNDER_AGE: 403,
        Refusal.BIRTH_DATE_MISSING: 403,
        Refusal.ASSURANCE_TOO_LOW: 403,
        Refusal.NOT_A_CITIZEN: 403,
        Refusal.PACK_UNKNOWN: 422,
        Refusal.LANGUAGE_MISSING: 422,
        Refusal.TOO_SHORT: 422,
        Refusal.STAGE_IN_FUTURE: 422,
        Refusal.REASON_UNKNOWN: 422,
        Refusal.THREAD_TOO_DEEP: 422,
        Refusal.VERSION_UNKNOWN: 422,
    },
    made={
        Prepared: "/consultations/{consultation}",
        Posted: "/consultations/{consultation}/comments/{comment}",
    },
)
