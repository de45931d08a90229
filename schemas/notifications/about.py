"""What a public event is about."""

from enum import StrEnum

from pydantic import Field

from schemas.parts import Language
from schemas.payload import Part, Payload


class Kind(StrEnum):
    """What kind of thing an event is about."""

    PETITION = "petition"
    CONSULTATION = "consultation"


class About(Part):
    """A petition or a draft, with what events are chosen by."""

    kind: Kind
    id: str = Field(description="The subject of the event.")
    title: dict[Language, str] = Field(min_length=1, description="In each language it is written in: kk, ru or en.")
    body: str = Field(description="Who must answer, as in the role of its officials: parliament, akimat:KZ-75.")
    level: str = Field(description="country, region, district or union.")
    category: str = Field(description="Of a petition what it is about; of a draft what kind of act it is to be.")
    unit: str | None = Field(default=None, description="The administrative unit it was raised in.")
    region: str | None = Field(default=None, description="The region that its text is about (ISO 3166-2).")


class Origin(Part):
    """The decision that a public event tells of: where its log has it."""

    topic: str
    partition: int
    sequence: int = Field(description="The offset of the request that was decided.")


class PublicEvent(Payload):
    """Something that everybody may know."""

    about: About
    origin: Origin
