"""What can be followed, in the words of a reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kenes.bodies import body_name
from kenes.mongo.client import Database
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveCollections
from kenes.regions import regions, unit_name
from kenes.web.i18n import Translator
from schemas.consultations.parts import DraftKind
from schemas.notifications.about import About
from schemas.petitions.v1.parts import Category
from services.notifications.addresses import Addresses
from services.notifications.domain.interests import WHOLE, kind_of
from services.notifications.folds.clause_names import CLAUSE_NAMES, NAMES
from services.notifications.publishing.relay import SUBJECTS
from services.notifications.publishing.subjects import Subject
from services.notifications.wording.events import nearest, title_of

CATEGORIES: Final = frozenset({*map(str, Category), *map(str, DraftKind)})
LEVELS: Final = frozenset({"country", "region", "district", "union"})
_OF_A_CLAUSE: Final = frozenset({"clause", "said"})
_OF_A_SUBJECT: Final = frozenset({"petition", "consultation", "clause", "said", "author", "comment"})


@dataclass(frozen=True, slots=True)
class Named:
    """An interest in words (a title, "Region: Astana", "Search: bus village"), and its page."""

    name: str
    href: str


@dataclass(frozen=True)
class InterestNames:
    """Titles and clauses come from what is known of petitions and drafts; what nobody knows of is called by its id."""

    database: Database
    addresses: Addresses

    async def one(self, interest: str, t: Translator) -> Named:
        """The words and the page of one interest."""
        return (await self.all([interest], t))[interest]

    async def all(self, interests: Collection[str], t: Translator) -> dict[str, Named]:
        """The words and the page of each."""
        subjects = {_subject(each) for each in interests if kind_of(each) in _OF_A_SUBJECT}
        found = await find_in(self.database[SUBJECTS], Lookup(SUBJECTS, "_id", subjects))
        known = {document.pop("_id"): Subject.model_validate(document) for document in found}
        public = {name: subject.about for name, subject in known.items() if subject.public}
        clauses = await self._clauses([each for each in interests if kind_of(each) in _OF_A_CLAUSE], t)
        return {each: self._named(each, public.get(_subject(each)), clauses, t) for each in interests}

    async def _clauses(self, interests: Collection[str], t: Translator) -> dict[str, str]:
        """What the clauses of interests are called, by `CONSULTATION/CLAUSE`."""
        names = {each.partition(":")[2] for each in interests}
        found = await find_in(await self._live.of(NAMES), Lookup(NAMES, "_id", names)) if names else []
        return {each["_id"]: nearest(each["names"], t.language) for each in found}

    def _named(self, interest: str, about: About | None, clauses: Mapping[str, str], t: Translator) -> Named:
        """`about` is the public petition or draft that it is of: a clause of no other is called by its name."""
        kind, _, name = interest.partition(":")
        if kind not in _OF_A_SUBJECT:
            return Named(t(f"interest.{kind}", name=_told(kind, name, t)), self._centre)
        part = name.partition("/")[2]
        title = name if about is None else title_of(about, t.language)
        clause = t("interest.whole") if part == WHOLE else clauses.get(name, part)
        plain = kind in ("petition", "consultation")
        words = title if plain else t(f"interest.{kind}", clause=part if about is None else clause, title=title)
        if about is None:
            return Named(words, self._centre)
        page = self.addresses.comment(about, part) if kind == "comment" else self.addresses.subject(about)
        return Named(words, page)

    @cached_property
    def _live(self) -> LiveCollections:
        return LiveCollections(self.database, (CLAUSE_NAMES,))

    @property
    def _centre(self) -> str:
        """The page of everything followed: for what has none of its own."""
        return f"{self.addresses.own}/notifications"


def choices(t: Translator) -> dict[str, Sequence[tuple[str, str]]]:
    """What forms let people choose from, as values and words: regions, topics and levels."""
    return {
        "regions": regions(t.language),
        "categories": sorted(((each, t(f"category.{each}")) for each in CATEGORIES), key=lambda pair: pair[1]),
        "levels": [(each, t(f"level.{each}")) for each in sorted(LEVELS)],
    }


def _subject(interest: str) -> str:
    """The id of the petition or draft that an interest names."""
    return interest.rpartition(":")[2].partition("/")[0]


def _told(kind: str, name: str, t: Translator) -> str:
    """The name as readers call it; as it stands where it has no other."""
    if kind == "region":
        return unit_name(name, t.language)
    if kind == "body":
        return body_name(name, t.language)
    if (kind == "category" and name in CATEGORIES) or (kind == "level" and name in LEVELS):
        return t(f"{kind}.{name}")
    return name
