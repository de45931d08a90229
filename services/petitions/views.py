"""What the JSON API answers, as models. They make the OpenAPI document, and tests hold the answers to them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kenes.service import answers
from schemas.petitions.v1 import Goal, Language, PetitionText, RulePackRef
from services.petitions.domain.status import Answer, Duty, Finding, Milestone, Reached, Status
from services.petitions.paper.views import PaperBatchView


class View(BaseModel):
    """An answer: nothing in it that is not described."""

    model_config = ConfigDict(extra="forbid")


class SignBody(View):
    """How a person signs."""

    listed: bool = Field(default=False, description="Show first name and initial in the public list of signers.")


class CreateBody(PetitionText):
    """The text of a petition, and the rules it is started under."""

    pack: str = Field(default="kz-republic", max_length=60, description="Id of a rule pack.")
    unit: str | None = Field(default=None, max_length=20, description="Unit of the pack, where it has units.")


class RemarkView(View):
    """Something about a text. With `refused` it cannot be handed in as it is; without, it is a warning."""

    code: str = Field(description="The code a submission would be refused with, or that a warning goes by.")
    refused: bool
    language: Language = Field(description="Which wording it is about.")
    field: Literal["title", "text", "proposal"] | None = Field(description="Which part; null for the whole wording.")
    start: int = Field(description="First character of the place, in Unicode code points from 0.")
    end: int = Field(description="The character after the place.")
    excerpt: str = Field(description="What stands there; hidden characters as a box.")
    detail: str = Field(
        description="The subject's code, the word as it should be, the most that is allowed, or the character."
    )
    message: str = Field(description="What to do, in the language of the request.")
    law: str = Field(description="Where a subject is prohibited; empty for all else.")


class CheckAnswer(View):
    """What would be said of a text if it were handed in now: nothing is kept of it."""

    accepted: bool = Field(description="Whether no remark refuses it.")
    remarks: list[RemarkView]


class CountView(View):
    """Signatures of one petition. `count` is `accepted` minus `withdrawn`; `version` grows with each counted act."""

    petition: str
    count: int
    accepted: int
    withdrawn: int
    version: int


HIDDEN: Final = {
    *("author", "sealed", "owner", "lock", "proposal", "suspended_from", "archive_at", "paper"),
    *("organisers", "discussion", "besides"),
}
"""Of a petition, what clients do not get: who wrote it, stands behind it and works on it, who signed where on paper.

What they do get of some of it is in other words."""


class DiscussionView(View):
    """The public discussion of a petition's text."""

    opened_at: datetime
    ripe_at: datetime = Field(description="From when on the author may hand the text in.")
    until: datetime | None = Field(description="When it ends without that.")
    revision: int = Field(description="The first text that was discussed.")
    comments: int


class PetitionView(View):
    """A petition."""

    id: str
    text: PetitionText
    revision: int = Field(description="Counts the texts; a verdict names the one it is about.")
    rules: RulePackRef
    unit: str | None = Field(description="The region, district or city it is addressed in.")
    goals: list[Goal] = Field(description="What so many signatures bring about, the lowest first.")
    status: Status
    created_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None
    checkpoint: datetime | None = Field(description="When it must have gathered the pack's first number.")
    needed: int | None = Field(description="Supporters it needs before moderation.")
    discussion: DiscussionView | None = Field(description="Where its text was, or is, discussed.")
    finding: Finding | None = Field(description="The last verdict of moderation.")
    reached: list[Reached]
    duties: list[Duty] = Field(description="What is owed to it, by when, and whether it was done.")
    charge: str | None = Field(description="The body that considers it.")
    draft_answer: Answer | None
    answer_drafts: int = Field(description="Drafts of answers that were published; each can be read by its number.")
    answer_comments: int = Field(description="Comments on them.")
    answers: list[Answer]
    suspended_at: datetime | None
    in_favour_of: str | None
    timeline: list[Milestone]
    count: CountView
    on_paper: int = Field(description="Signatures on paper, which `count` does not have.")
    paper: list[PaperBatchView]
    regions: dict[str, int] = Field(
        description="Signatures by ISO 3166-2 code, rounded down to steps of the small group; none below one step."
    )
    addressee: dict[str, str] = Field(description="Who must answer, by language.")
    href: str


class PetitionList(View):
    """A page of petitions. `next` is where it goes on."""

    petitions: list[PetitionView]
    next: str | None = None


class AskedAnswer(View, answers.AskedAnswer):
    """What became of a request so far. Keep the receipt: it tells the decision at any time, at `href`."""

    petition: str


class ReceiptAnswer(View, answers.ReceiptAnswer):
    """What became of a request, for whoever holds its receipt."""

    petition: str | None = None


class MySignature(View):
    """Whether the person's signature on a petition counts."""

    petition: str
    signed: bool


class RegionCounts(View):
    """Signatures by region, rounded down to steps of the small group (5); a region that is not named has fewer."""

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
