"""What the JSON API answers, as models. They make the OpenAPI document, and tests hold the answers to them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.petitions.v1 import PetitionText, RulePackRef
from services.petitions.domain.petition import Milestone, Status


class View(BaseModel):
    """An answer: nothing in it that is not described."""

    model_config = ConfigDict(extra="forbid")


class SignBody(View):
    """How a person signs."""

    listed: bool = Field(default=False, description="Show first name and initial in the public list of signers.")


class CountView(View):
    """Signatures of one petition. `count` is `accepted` minus `withdrawn`; `version` grows with each counted act."""

    petition: str
    count: int
    accepted: int
    withdrawn: int
    version: int


class ThresholdView(View):
    """What so many signatures bring about."""

    signatures: int
    effect: str


class PetitionView(View):
    """A petition."""

    id: str
    text: PetitionText
    rules: RulePackRef
    status: Status
    created_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    timeline: list[Milestone]
    count: CountView
    regions: dict[str, int] = Field(description="Signatures by ISO 3166-2 code; small numbers are not shown.")
    thresholds: list[ThresholdView]
    addressee: dict[str, str] = Field(description="Who must answer, by language.")
    href: str


class PetitionList(View):
    """A page of petitions. `next` is where it goes on."""

    petitions: list[PetitionView]
    next: str | None = None


class RequestAnswer(View):
    """What became of a request so far. Keep the receipt: it tells the decision at any time, at `href`."""

    receipt: str
    petition: str
    href: str
    status: Literal["pending", "decided"]
    decision: str | None = Field(default=None, description="Event type of the decision.")
    at: datetime | None = None
    event: str | None = Field(default=None, description="Id of the decision event.")


class ReceiptAnswer(View):
    """What became of a request, for whoever holds its receipt."""

    receipt: str
    status: Literal["pending", "decided", "refused"]
    petition: str | None = None
    decision: str | None = None
    code: str | None = Field(default=None, description="Why it was refused.")
    at: datetime | None = None


class MySignature(View):
    """Whether the person's signature on a petition counts."""

    petition: str
    signed: bool


class SignedLine(View):
    """One petition the person signed. `signed` is false once withdrawn."""

    petition: str
    at: datetime
    signed: bool


class MySignatures(View):
    """What the person signed, the latest first."""

    signatures: list[SignedLine]


class RegionCounts(View):
    """Signatures by region."""

    petition: str
    regions: dict[str, int]


class MinuteCount(View):
    """Net signatures of one minute (UTC)."""

    at: datetime
    count: int


class History(View):
    """Signatures by minute."""

    petition: str
    minutes: list[MinuteCount]
