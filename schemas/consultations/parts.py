"""Pieces of the consultations' payloads."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from schemas.consultations.clauses import ClauseTree
from schemas.parts import Language
from schemas.payload import Part
from schemas.prose import Prose

ConsultationId = str
CommentId = str


class DraftKind(StrEnum):
    """What kind of act is drafted."""

    LAW = "law"
    DECREE = "decree"
    ORDER = "order"
    CONCEPT = "concept"


class Stakeholder(StrEnum):
    """For whom somebody speaks. A consultation shows which of these were heard."""

    PUBLIC = "public"
    NGO = "ngo"
    EXPERT = "expert"
    JOURNALIST = "journalist"
    BUSINESS = "business"
    STATE = "state"


class Stage(StrEnum):
    """Where a draft is on its way, after its consultation has ended."""

    GOVERNMENT = "government"
    PARLIAMENT = "parliament"
    ADOPTED = "adopted"
    DROPPED = "dropped"


class Vote(StrEnum):
    """What somebody says to a comment."""

    AGREE = "agree"
    DISAGREE = "disagree"
    PASS = "pass"  # noqa: S105 - no password


class ReplyOutcome(StrEnum):
    """What the body makes of a comment."""

    ACCEPTED = "accepted"
    PARTLY = "partly-accepted"
    DECLINED = "declined"
    NOTED = "noted"


class DutyKind(StrEnum):
    """What a body owes to a consultation."""

    REPORT = "report"


class Title(Part):
    """A short name in the languages it must be read in."""

    kk: Prose = Field(min_length=5, max_length=300)
    ru: Prose = Field(min_length=5, max_length=300)
    en: Prose | None = Field(default=None, min_length=5, max_length=300)


class DraftText(Part):
    """One version of a draft in one of its languages. A clause has the same id in each."""

    language: Language
    tree: ClauseTree


class TextQuote(Part):
    """A passage of a clause, found again by its words (W3C Web Annotation, text quote selector)."""

    exact: str = Field(min_length=1, max_length=1_000)
    prefix: str = Field(default="", max_length=200)
    suffix: str = Field(default="", max_length=200)


class Anchor(Part):
    """What a comment is about: a clause by its stable id, or a passage of it in one language."""

    clause: str = Field(min_length=1, max_length=80)
    quote: TextQuote | None = None


class Member(Part):
    """Somebody in the working group, named in public."""

    id: str = Field(min_length=1, max_length=40)
    name: Prose = Field(min_length=2, max_length=200)
    organisation: Prose = Field(default="", max_length=300)
    stakeholder: Stakeholder


class Meeting(Part):
    """A meeting of the working group."""

    held_on: date
    title: Title
    minutes: Prose = Field(default="", max_length=50_000)


class Duty(Part):
    """Something the body owes by an instant, UTC."""

    kind: DutyKind
    due_at: datetime
    remind_at: datetime
