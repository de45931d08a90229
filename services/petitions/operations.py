"""What operations of the API have in common."""

from typing import Final

from kenes.web.openapi import Writes
from services.petitions.domain.refusals import Refusal
from services.petitions.views import AskedAnswer

ONE: Final = "/petitions/{petition}"
"""The path of a petition."""

UNKNOWN: Final = (Refusal.PETITION_UNKNOWN,)
"""Why nothing is said of a petition: there is none, or it is not for this reader."""

WHO_PROBLEMS: Final = (
    Refusal.UNDER_AGE,
    Refusal.BIRTH_DATE_MISSING,
    Refusal.ASSURANCE_TOO_LOW,
    Refusal.NOT_A_CITIZEN,
)
"""Why the rules may refuse a person."""

write: Final = Writes(AskedAnswer, UNKNOWN)
"""What somebody asks to happen to a petition."""

begin: Final = Writes(AskedAnswer, (Refusal.PETITION_EXISTS,))
"""What somebody asks before there is a petition."""
