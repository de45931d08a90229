"""Bodies that the API takes, and what it answers with."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kenes.service import answers
from schemas.consultations.clauses import ClauseTree
from schemas.consultations.parts import Anchor, DraftKind, Stakeholder, Title, Vote
from schemas.parts import Language
from schemas.prose import Prose, seen


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PrepareBody(_Body):
    """A consultation to prepare."""

    body: str = Field(pattern=r"^[a-z][a-z0-9:-]{2,80}$", description="The body whose agents may act.")
    pack: str = "kz-draft-laws"
    kind: DraftKind = DraftKind.LAW
    title: Title


def _readable(anchor: Anchor) -> Anchor:
    if anchor.quote is not None:
        seen(anchor.quote.exact)
    return anchor


ReadableAnchor = Annotated[Anchor, AfterValidator(_readable)]
"""A place whose quotation others can read."""


class CommentBody(_Body):
    """What somebody says, to which version of the draft, where in it, or under which comment."""

    text: Prose = Field(min_length=3, max_length=10_000)
    language: Language
    version: int = Field(ge=1)
    anchor: ReadableAnchor | None = None
    parent: str | None = Field(default=None, max_length=40)
    stakeholder: Stakeholder = Stakeholder.PUBLIC
    verified: bool = False
    listed: bool = True


class VoteBody(_Body):
    """A vote on a comment."""

    vote: Vote
    stakeholder: Stakeholder = Stakeholder.PUBLIC
    verified: bool = False


class ConsultationView(BaseModel):
    """A consultation: its course so far."""

    id: str
    body: str
    pack: str
    kind: str
    status: str
    title: dict[str, str | None]
    summary: dict[str, str | None] | None
    version: int
    opened_at: datetime | None
    closes_at: datetime | None
    comments: int
    votes: int
    path: list[dict[str, str | None]]


class ConsultationList(BaseModel):
    """Consultations, the newest first."""

    consultations: list[ConsultationView]


class TextView(BaseModel):
    """A version of a draft in one language."""

    consultation: str
    version: int
    language: str
    tree: ClauseTree


class CommentView(BaseModel):
    """A comment with the votes on it. Where it is hidden or was taken back, `text` is empty and `quote` null.

    `reply` has outcome, statement and time, and whether it was given to the whole campaign. `replies` is how many
    comments there are in its thread.
    """

    id: str
    consultation: str
    clause: str
    quote: dict[str, str] | None
    version: int
    parent: str | None
    depth: int
    stakeholder: str
    verified: bool
    language: str
    text: str
    at: datetime
    standing: str
    hidden: dict[str, str] | None
    reply: dict[str, object] | None
    replies: int
    votes: dict[str, int]


class CommentList(BaseModel):
    """Comments, the oldest first; `after` leads to the next page. Of a long thread only the first one is among them."""

    comments: list[CommentView]
    after: str | None = None


class MyVotes(BaseModel):
    """What the person said, by comment."""

    votes: dict[str, str]


class AskedAnswer(answers.AskedAnswer):
    """What became of a request so far. Keep the receipt: it tells the decision at any time, at `href`."""

    consultation: str


class ReceiptAnswer(answers.ReceiptAnswer):
    """What became of a request, for whoever holds its receipt."""

    consultation: str | None = None
