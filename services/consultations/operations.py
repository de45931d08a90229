"""What operations of the API have in common."""

from typing import Final

from kenes.web.openapi import Parameter, Writes
from services.consultations.views import AskedAnswer

ONE: Final = "/consultations/{consultation}"
"""The path of a consultation."""
AFTER: Final = Parameter("after", "As the page before gave it.")
write: Final = Writes(AskedAnswer)
"""What somebody asks for."""
