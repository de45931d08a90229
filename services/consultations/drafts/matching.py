"""Which clause of the new version is which of the old one.

Among clauses that may be one another, in this order: the same words under the same number (where a number is repeated,
the first with the first before any other); the same words under another number, where they are too long to be the same
by chance; the most alike, a little weight given to the same number; and what then remains under one number, rewritten
or repealed as it may be.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas.consultations.clauses import Clause
from services.consultations.drafts.similarity import Text, candidates
from services.consultations.drafts.tree import words

TELLING: Final = 40
"""Characters that hardly two clauses of a law share by chance."""
ALIKE: Final = 0.6
"""The least likeness of two clauses that have different numbers."""
SAME_NUMBER: Final = 0.1
"""What the same number adds to the likeness: about as much as a sentence changed in ten."""
MOST_REPEATED: Final = 8
"""Clauses of one number that are compared with one another; a law that repeats a number more often has none."""


@dataclass
class Matches:
    """Pairs of ids, each old and each new one in one pair at most."""

    new_of: dict[str, str] = field(default_factory=dict)
    old_of: dict[str, str] = field(default_factory=dict)

    def add(self, old: Clause, new: Clause) -> None:
        """Pairs them, unless one of them is paired already."""
        if old.id not in self.new_of and new.id not in self.old_of:
            self.new_of[old.id] = new.id
            self.old_of[new.id] = old.id

    def open_olds(self, clauses: Iterable[Clause]) -> list[Clause]:
        """Those without a pair."""
        return [clause for clause in clauses if clause.id not in self.new_of]

    def open_news(self, clauses: Iterable[Clause]) -> list[Clause]:
        """Those without a pair."""
        return [clause for clause in clauses if clause.id not in self.old_of]


class Matcher:
    """Pairs clauses, each text looked at once however often it is compared."""

    def __init__(self) -> None:
        self.matches = Matches()
        self._texts: dict[int, Text] = {}

    def pair(self, olds: Sequence[Clause], news: Sequence[Clause], *, by_number: bool = True) -> None:
        """Pairs those of `olds` and `news` that are one another; without `by_number`, by their words only."""
        if not olds or not news:
            return
        if by_number:
            bearers = _bearers(olds) | _bearers(news)
            self._by(olds, news, lambda clause: (bearers[id(clause)], self.text(clause).full))
            self._by(olds, news, lambda clause: (clause.kind, clause.number, self.text(clause).full))
        self._by(olds, news, self._telling)
        self._by_likeness(olds, news, by_number=by_number)
        if by_number:
            self._by(
                olds, news, lambda clause: (clause.kind, clause.number or clause.heading) if _named(clause) else None
            )

    def text(self, clause: Clause) -> Text:
        """The heading and all text of a clause and what is below it."""
        if id(clause) not in self._texts:
            self._texts[id(clause)] = Text(words(clause))
        return self._texts[id(clause)]

    def _telling(self, clause: Clause) -> Hashable:
        full = self.text(clause).full
        return full if len(full) >= TELLING else None

    def _by(self, olds: Sequence[Clause], news: Sequence[Clause], key: Callable[[Clause], Hashable]) -> None:
        """Pairs in order those that have the same key; None is nobody's."""
        waiting: defaultdict[Hashable, list[Clause]] = defaultdict(list)
        for new in self.matches.open_news(news):
            waiting[key(new)].append(new)
        for old in self.matches.open_olds(olds):
            if (own := key(old)) is not None and waiting[own]:
                self.matches.add(old, waiting[own].pop(0))

    def _by_likeness(self, olds: Sequence[Clause], news: Sequence[Clause], *, by_number: bool) -> None:
        """The most alike first, so that a good pair is never broken for a worse one."""
        open_olds, open_news = self.matches.open_olds(olds), self.matches.open_news(news)
        scored: list[tuple[float, int, int]] = []
        for at, there in set(self._comparable(open_olds, open_news)):
            old, new = open_olds[at], open_news[there]
            likeness = self.text(old).likeness(self.text(new))
            same = by_number and (old.kind, old.number) == (new.kind, new.number)
            long_enough = by_number or min(len(self.text(each).full) for each in (old, new)) >= TELLING
            if likeness >= ALIKE and long_enough:
                scored.append((likeness + SAME_NUMBER * same, at, there))
        for _, at, there in sorted(scored, key=lambda each: (-each[0], abs(each[1] - each[2]), each[1], each[2])):
            self.matches.add(open_olds[at], open_news[there])

    def _comparable(self, olds: list[Clause], news: list[Clause]) -> list[tuple[int, int]]:
        by_number: defaultdict[Hashable, list[int]] = defaultdict(list)
        for there, new in enumerate(news):
            by_number[new.kind, new.number].append(there)
        numbered = [
            (at, there)
            for at, old in enumerate(olds)
            if old.number
            for there in by_number[old.kind, old.number][:MOST_REPEATED]
        ]
        return numbered + candidates([self.text(old) for old in olds], [self.text(new) for new in news])


def _bearers(clauses: Iterable[Clause]) -> dict[int, Hashable]:
    """What each clause is, with its number and the how-manieth it is to have that number."""
    seen: Counter[Hashable] = Counter()
    bearers: dict[int, Hashable] = {}
    for clause in clauses:
        named = (clause.kind, clause.number)
        seen[named] += 1
        bearers[id(clause)] = (*named, seen[named])
    return bearers


def _named(clause: Clause) -> bool:
    return bool(clause.number or clause.heading)
