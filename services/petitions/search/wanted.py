"""What a list of petitions is narrowed to, and in which states a petition is listed at all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from kenes.words import fold
from services.petitions.domain.status import LISTED, Status


class Sort(StrEnum):
    """Orders of a list. The usual one is by relevance where words are searched for, else the newest opened first."""

    USUAL = ""
    NEWEST = "newest"
    SIGNED = "signed"
    CLOSING = "closing"


@dataclass(frozen=True)
class Filter:
    """What a list of petitions is narrowed to.

    A list without words goes on after `before`: (opened_at, id) of the last petition seen. One with words, which
    is ordered by relevance, goes on after `skip` petitions.
    """

    status: tuple[Status, ...] = LISTED
    search: str = ""
    category: str | None = None
    language: str | None = None
    region: str | None = None
    before: tuple[datetime, str] | None = None
    skip: int = 0
    limit: int = 20

    @cached_property
    def words(self) -> list[str]:
        """The words searched for in their one form; without any, everything else in the filter lists petitions."""
        return fold(self.search)
