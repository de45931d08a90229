"""What the open data says, as models. They make the OpenAPI document, and the files are written from them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.petitions.v1 import RulePackRef
from services.petitions.paper.views import PaperBatchView


class View(BaseModel):
    """An answer: nothing in it that is not described. Instants are UTC, addresses absolute."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenPetition(View):
    """A petition in a list. `goal` is its highest threshold."""

    id: str
    address: str
    title: str
    proposal: str
    language: str
    category: str
    region: str | None = Field(description="ISO 3166-2 code; none for the whole country.")
    status: str
    opened_at: datetime | None = Field(description="None while the text is discussed, before it may be signed.")
    closes_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime = Field(description="Of the last step in its life; signatures do not move it.")
    signatures: int = Field(description="Made here; those on paper are apart.")
    on_paper: int
    goal: int
    rules: RulePackRef


class OpenPetitions(View):
    """A page of petitions, the newest opened first. `next` is where it goes on."""

    petitions: list[OpenPetition]
    next: str | None


class TimelineEntry(View):
    """A step in a petition's life, or (`signatures-reached`) the minute in which a count was first reached."""

    at: datetime
    what: str
    reason: str | None = None
    signatures: int | None = None


class Timeline(View):
    """What became of a petition so far, the oldest first."""

    petition: str
    address: str
    title: str
    entries: list[TimelineEntry]


class HistoryRow(View):
    """Net signatures of a region in `minutes` from `at`; without a region: of all that cannot be named there."""

    at: datetime
    minutes: Literal[1, 60]
    region: str | None
    count: int


class RegionHistory(View):
    """Signatures by time and region in the hours before `until`; no number about a region is below `small_group`."""

    petition: str
    small_group: int
    until: datetime
    rows: list[HistoryRow]


class OpenPaper(View):
    """Signatures on paper. `counts` says whether the rules count them toward the goals."""

    petition: str
    signatures: int
    counts: bool
    batches: list[PaperBatchView]


class Oembed(View):
    """oEmbed 1.0, type rich."""

    type: Literal["rich"] = "rich"
    version: Literal["1.0"] = "1.0"
    title: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: int
    thumbnail_url: str
    thumbnail_width: int
    thumbnail_height: int
