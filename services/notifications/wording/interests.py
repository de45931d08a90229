"""What can be followed, in the words of a reader."""

from dataclasses import dataclass
from typing import Final

from kenes.mongo.client import Database
from kenes.regions import region_name
from kenes.web.i18n import Translator
from schemas.consultations.parts import DraftKind
from schemas.notifications.about import About
from schemas.petitions.v1.parts import Category
from services.notifications.addresses import Addresses
from services.notifications.publishing.relay import SUBJECTS
from services.notifications.publishing.subjects import Subject
from services.notifications.wording.events import title_of

CATEGORIES: Final = frozenset({*map(str, Category), *map(str, DraftKind)})
LEVELS: Final = frozenset({"country", "region", "district", "union"})
_OF_A_SUBJECT: Final = frozenset({"petition", "consultation", "clause", "said", "author", "comment"})


@dataclass(frozen=True)
class InterestNames:
    """Titles come from what is known of petitions and drafts; what nobody knows of is called by its id."""

    database: Database
    addresses: Addresses

    async def name(self, interest: str, t: Translator) -> str:
        """The interest in words: a title, "Region: Astana", "Search: bus village"."""
        kind, _, name = interest.partition(":")
        if kind in _OF_A_SUBJECT:
            about = await self._about(interest)
            title = name if about is None else title_of(about, t.language)
            if kind in ("petition", "consultation"):
                return title
            return t(f"interest.{kind}", clause=name.partition("/")[2], title=title)
        return t(f"interest.{kind}", name=_told(kind, name, t))

    async def address(self, interest: str) -> str:
        """The page of what is followed; that of everything followed, where it has none."""
        kind, _, name = interest.partition(":")
        about = await self._about(interest) if kind in _OF_A_SUBJECT else None
        if about is None:
            return f"{self.addresses.own}/notifications"
        page = self.addresses.subject(about)
        return f"{page}/comments/{name.partition('/')[2]}" if kind == "comment" else page

    async def _about(self, interest: str) -> About | None:
        """The public petition or draft that an interest is of."""
        subject = interest.rpartition(":")[2].partition("/")[0]
        found = await self.database[SUBJECTS].find_one({"_id": subject}, {"_id": 0})
        known = None if found is None else Subject.model_validate(found)
        return known.about if known is not None and known.public else None


def _told(kind: str, name: str, t: Translator) -> str:
    """The name as readers call it; as it stands where it has no other."""
    if kind == "region":
        return region_name(name, t.language)
    if (kind == "category" and name in CATEGORIES) or (kind == "level" and name in LEVELS):
        return t(f"{kind}.{name}")
    return name
