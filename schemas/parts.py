"""Pieces that the payloads of several services are made of."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.payload import Part
from schemas.prose import Prose

Language = Literal["kk", "ru", "en"]

Pseudonym = str
"""A person within one petition or consultation: a keyed hash that cannot be joined with that of another."""


class Assurance(StrEnum):
    """How surely the person is known: by an identity provider (eIDAS words), or only by a mailbox (`email`)."""

    EMAIL = "email"
    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class PrivateEntry(Part):
    """What lets a person, and only that person, find their own acts again.

    `owner` is the person's index sealed for the service with a fresh nonce, so that two entries of one person look
    unrelated on the topic. `entry` names the act; `note` is sealed under the person's own key.
    """

    owner: str
    entry: str
    note: str


class Eligibility(Part):
    """What the identity provider says of a person, as far as rules need it. `age` is in whole years."""

    age: int | None
    region: str | None
    assurance: Assurance
    citizen: bool


class RulePackRef(Part):
    """The rule pack and version that something is held to for its whole life."""

    id: str
    version: str


class Actor(Part):
    """Who asks, as far as rules need to know."""

    pseudonym: Pseudonym
    roles: tuple[str, ...] = ()


class Statement(Part):
    """An official text in the languages it must be read in."""

    kk: Prose = Field(min_length=20, max_length=20_000)
    ru: Prose = Field(min_length=20, max_length=20_000)
    en: Prose | None = Field(default=None, min_length=20, max_length=20_000)


class Seen(Part):
    """The newest decision on a subject that the asker's side had seen: the decider must have seen it too."""

    partition: int
    sequence: int
