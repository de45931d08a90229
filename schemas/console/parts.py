"""Pieces that the payloads of operators' acts are made of."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.payload import Part, Payload

Reason = str
"""Why an operator acts, in their own words; rules ask for it where an act cannot be taken back."""


class Operator(Part):
    """Who acts. Operators act in office: unlike a citizen's, their names stand readable in the trail, for good."""

    id: str = Field(description="The identity provider's word for the person.")
    name: str


class ActRefused(Payload):
    """An act changed nothing. `code` is a stable word of `Refusal`; `by` and `at` tell who came first, and when."""

    TYPE: ClassVar[str] = "console.act.refused.v1"
    request: str = Field(description="The type of the request that was refused.")
    code: str
    by: Operator | None = None
    at: datetime | None = None
