"""What is known of a petition or draft, to tell what its events are about."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.notifications.about import About
from schemas.notifications.petitions import PublicGoal


class Discussed(BaseModel):
    """The terms of a discussion, as `DiscussionBegun` has them."""

    model_config = ConfigDict(frozen=True)

    ripe_at: datetime
    until: datetime | None

    def after(self, since: datetime, to: datetime) -> "Discussed":
        """The terms after a pause, in which no time ran."""
        pause = to - since
        return Discussed(ripe_at=self.ripe_at + pause, until=self.until and self.until + pause)


class Subject(BaseModel):
    """`public` is whether everybody may know of it; `sequence` is the last decision that this was learned from.

    Of a petition, `discussed` are the terms while it is public as a text to discuss, `comments` how many were made on
    it, and `suspended_at` is when a court stopped it. `organisers` have the revision of the text that each of them
    stands behind, by pseudonym; its `author` stands behind every one. `shown` is the revision others could read last.
    """

    model_config = ConfigDict(frozen=True)

    about: About
    goals: tuple[PublicGoal, ...] = ()
    public: bool = False
    discussed: Discussed | None = None
    comments: int = 0
    suspended_at: datetime | None = None
    author: str = ""
    revision: int = 1
    shown: int | None = None
    organisers: Mapping[str, int] = {}
    sequence: int

    @property
    def standing(self) -> int | None:
        """How many stand behind the text as it is; `None` where nobody was asked to."""
        if not self.organisers:
            return None
        return sum(who == self.author or behind == self.revision for who, behind in self.organisers.items())
