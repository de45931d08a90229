"""What the API tells of campaigns, duties and reports."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

PEOPLE: Any = Field(description="How many people they are from; null for a few, who could be recognised.")


class ReplyView(BaseModel):
    """The body's answer to everybody who says the same; `comment` is the one it was given to."""

    comment: str
    outcome: str
    statement: dict[str, str | None]
    at: datetime


class EditView(BaseModel):
    """Words in a row that both texts have, that only the campaign's text has, or that only this one has."""

    kind: Literal["kept", "removed", "added"]
    words: str


class VariationView(BaseModel):
    """One text of a campaign; `edits` lead from the campaign's text to it, `copies` comments are equal to it."""

    comment: str
    copies: int
    edits: list[EditView]


class CampaignView(BaseModel):
    """Comments that say nearly the same. `texts` different ones there are; the commonest are `variations`."""

    id: str
    comments: int
    people: int | None = PEOPLE
    texts: int
    text: str = Field(description="The one that was sent most often.")
    owed: int
    answered: int
    retracted: int
    reply: ReplyView | None
    variations: list[VariationView]


class CampaignList(BaseModel):
    """Campaigns of at least two comments, the greatest first; `after` leads to the next page."""

    campaigns: list[CampaignView]
    after: str | None


class DutyView(BaseModel):
    """One answer that is owed: to `comment`, and to all who say the same. `overdue` of the `owed` are past due."""

    campaign: str
    comment: str
    text: str
    language: str
    comments: int
    owed: int
    overdue: int
    due: datetime


class DutyList(BaseModel):
    """Open duties, the most urgent first; `after` leads to the next page."""

    duties: list[DutyView]
    after: str | None


class ReportView(BaseModel):
    """The results report. It is published once nothing is owed; `conclusions` are there from then on."""

    consultation: str
    title: dict[str, str | None]
    status: str
    published_at: datetime | None
    report_due_at: datetime | None
    conclusions: dict[str, str | None] | None
    versions: int
    comments: int = Field(description="All that were made, also those hidden or taken back.")
    people: int | None = PEOPLE
    answered: int
    owed: int
    overdue: int
    retracted: int
    campaigns: int
    classes: dict[str, int]
    clauses: dict[str, int]
    csv: str = Field(description="Every comment with its answer and its votes.")
