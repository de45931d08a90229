"""What operations of the API have in common."""

from typing import Final

from kenes.web.openapi import Parameter, Writes
from services.consultations.views import AskedAnswer

ONE: Final = "/consultations/{consultation}"
"""The path of a consultation."""
IDEMPOTENCY: Final = Parameter(
    "Idempotency-Key", "The same key of the same person names the same thing.", where="header"
)
AFTER: Final = Parameter("after", "As the page before gave it.")
write: Final = Writes(AskedAnswer)
"""What somebody asks for."""
