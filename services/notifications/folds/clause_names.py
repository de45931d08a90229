"""What clauses of drafts are called: number and heading as printed, in each language the draft is written in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from kenes.kafka.records import Recorded
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Put
from kenes.mongo.projection import Projection
from schemas.consultations.clauses import Clause, ClauseKind
from schemas.consultations.course import VersionAdded
from schemas.topics import CONSULTATIONS
from services.notifications.wording.plain import line

NAMES: Final = "clause_names"
LONGEST: Final = 120
_BELOW: Final = frozenset(
    {ClauseKind.CLAUSE, ClauseKind.PARAGRAPH, ClauseKind.SUBPARAGRAPH, ClauseKind.POINT, ClauseKind.INDENT}
)
"""Kinds whose number says little without that of what they stand in: point 2 of article 5."""


def name_id(consultation: str, clause: str) -> str:
    """The document of a clause's name."""
    return f"{consultation}/{clause}"


def fold_clause_names(decisions: Sequence[Recorded]) -> Folding:
    """One document per clause, as the newest version that has it calls it: one that is gone keeps its name."""
    for each in decisions:
        if not isinstance(each.data, VersionAdded):
            continue
        names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for text in each.data.texts:
            for clause, name in _named(text.tree.clauses):
                names[clause].setdefault(text.language, name)
        for clause, by_language in names.items():
            yield Put(NAMES, {"_id": name_id(each.data.consultation, clause), "names": by_language})


CLAUSE_NAMES: Final = Projection(
    name="clause-names", topic=CONSULTATIONS, collections={NAMES: ()}, fold=fold_clause_names, pace=2.0
)


def _named(clauses: Sequence[Clause], above: str = "") -> Iterator[tuple[str, str]]:
    """Each clause with its name; `above` is the number of what they stand in."""
    for clause in clauses:
        number = f"{above} {clause.label}".strip() if clause.kind in _BELOW else clause.label
        yield clause.id, line(_in_words(number, clause), LONGEST)
        yield from _named(clause.children, number)


def _in_words(number: str, clause: Clause) -> str:
    words = clause.heading or ("" if number else clause.text)
    stop = "." if words and number[-1:].isalnum() else ""
    return f"{number}{stop} {words}".strip() or clause.id
