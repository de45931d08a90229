"""How the API answers."""

from typing import Final

from kenes.service.answers import Answers
from schemas.petitions.topics import PETITIONS, SIGNATURES
from schemas.petitions.v1 import Commented, Created, SignatureAccepted
from services.petitions.domain.refusals import TEXT_REFUSALS, Refusal

PREFIX: Final = "/api/petitions/v1"

ANSWERS: Final = Answers(
    prefix=PREFIX,
    kinds={"petition": PETITIONS, "signature": SIGNATURES},
    subject="petition",
    statuses={
        Refusal.PETITION_UNKNOWN: 404,
        Refusal.NOT_ALLOWED: 403,
        Refusal.COMMENT_UNKNOWN: 404,
        Refusal.PLACE_NOT_COUNTED: 403,
        Refusal.PACK_UNKNOWN: 422,
        Refusal.UNIT_UNKNOWN: 422,
        Refusal.REASON_MISSING: 422,
        Refusal.REASON_UNKNOWN: 422,
        Refusal.EXPLANATION_MISSING: 422,
        **dict.fromkeys(TEXT_REFUSALS, 422),
        Refusal.UNDER_AGE: 403,
        Refusal.BIRTH_DATE_MISSING: 403,
        Refusal.REGION_MISSING: 403,
        Refusal.ASSURANCE_TOO_LOW: 403,
        Refusal.NOT_A_CITIZEN: 403,
    },
    made={Created: "/petitions/{petition}", SignatureAccepted: "", Commented: ""},
)
