"""The texts of drafts, kept in memory once read: a version never changes."""

from collections import OrderedDict

from kenes.web.i18n import LANGUAGES
from schemas.consultations.clauses import Clause, ClauseTree
from services.consultations.drafts.tree import walk
from services.consultations.queries import Queries

REMEMBERED = 64


class Text:
    """One version in one language, with its clauses by id."""

    def __init__(self, version: int, language: str, tree: ClauseTree) -> None:
        self.version = version
        self.language = language
        self.tree = tree
        self.places = {place.clause.id: place for place in walk(tree)}

    def clause(self, clause: str) -> Clause | None:
        """The clause of that id."""
        place = self.places.get(clause)
        return None if place is None else place.clause

    def above(self, clause: str) -> list[Clause]:
        """The clauses that a clause stands in, from the top down."""
        found: list[Clause] = []
        place = self.places.get(clause)
        while place is not None and place.parent is not None:
            found.insert(0, place.parent)
            place = self.places[place.parent.id]
        return found


class Texts:
    """Reads texts; the longest unused is dropped first."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._known: OrderedDict[tuple[str, int, str], Text] = OrderedDict()

    async def all(self, consultation: str, version: int) -> list[Text]:
        """The text of a version in every language that it has."""
        found = [await self.get(consultation, version, language) for language in LANGUAGES]
        return [text for text in found if text is not None]

    async def get(self, consultation: str, version: int, language: str) -> Text | None:
        """The text of a version, if there is one in this language."""
        key = consultation, version, language
        known = self._known.get(key)
        if known is None:
            tree = await self._queries.text(*key)
            if tree is None:
                return None
            known = Text(version, language, tree)
        self._known[key] = known
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known
