"""What people are told of themselves by the JSON API, as models: what they signed, all that is held, and an erasure."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from services.petitions.domain.status import Status
from services.petitions.views import View


class SignedLine(View):
    """One petition the person signed. `signed` is false once withdrawn."""

    petition: str
    at: datetime
    signed: bool


class MySignatures(View):
    """What the person signed, the latest first."""

    signatures: list[SignedLine]


class MyIdentity(View):
    """What the identity provider told of the person."""

    what: str
    issuer: str
    subject: str
    given_name: str
    family_name: str
    birth_date: date | None
    region: str | None
    assurance: str
    citizen: bool
    roles: list[str]


class MyKey(View):
    """Whether the person has a key."""

    what: str
    exists: bool


class DataSignature(View):
    """A signature as it is held. `listed` and `region` are null where the last act was a withdrawal."""

    petition: str
    title: str | None
    pseudonym: str
    at: datetime
    signed: bool
    listed: bool | None
    region: str | None


class DataSignatures(View):
    """All signatures."""

    what: str
    items: list[DataSignature]


class StoredName(View):
    """A name as it is kept under the person's key."""

    given_name: str
    family_name: str


class DataPetition(View):
    """A petition the person started. All but the id is null for a moment after it was written."""

    petition: str
    title: str | None
    pseudonym: str
    status: Status | None
    created_at: datetime | None
    name: StoredName | None


class DataPetitions(View):
    """All petitions the person started."""

    what: str
    items: list[DataPetition]


class DataPart(View):
    """A comment of the person's own, or a petition they stood behind as an organiser."""

    petition: str
    title: str | None
    pseudonym: str
    at: datetime
    what: Literal["comment", "organiser"]
    listed: bool
    text: str | None


class DataParts(View):
    """All comments and petitions stood behind."""

    what: str
    items: list[DataPart]


class DataSession(View):
    """A browser in which the person is signed in."""

    ends_at: datetime = Field(description="If the session is not used until then.")


class DataSessions(View):
    """All sessions."""

    what: str
    items: list[DataSession]


class Elsewhere(View):
    """What is held for moments only."""

    what: str


class MyData(View):
    """Everything held about the person. Each `what` describes its part in the language of the request."""

    made_at: datetime
    what: str
    identity: MyIdentity
    key: MyKey
    signatures: DataSignatures
    petitions: DataPetitions
    took_part: DataParts
    sessions: DataSessions
    elsewhere: Elsewhere


class ErasureAnswer(View):
    """The person is erased. Asked again, the answer is the same with nothing left to end."""

    erased_at: datetime
    sessions_ended: int
    stays: list[str] = Field(description="What is not erased and why, in the language of the request.")
