"""What operations of the API have in common."""

from typing import Final

from kenes.web.openapi import Writes
from services.petitions.domain.refusals import Refusal
from services.petitions.views import AskedAnswer

ONE: Final = "/petitions/{petition}"
"""The path of a petition."""

WHO_PROBLEMS: Final = (
    Refusal.UNDER_AGE,
    Refusal.BIRTH_DATE_MISSING,
    Refusal.ASSURANCE_TOO_LOW,
    Refusal.NOT_A_CITIZEN,
)
"""Why the rules may refuse a person."""

write: Final = Writes(AskedAnswer, (Refusal.PETITION_UNKNOWN,))
"""What somebody asks to happen to a petition."""
