"""Chapters and their like between versions: they are known by what they hold, and by number and name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from schemas.consultations.clauses import Clause
from services.consultations.drafts.matching import Matches

HEADING: Final = 0.6
"""The weight of the same name, where holding all the same articles weighs 1."""
NUMBER: Final = 0.4
"""The weight of the same number: less, for numbers move where something is put in before them."""


def match_holders(matches: Matches, olds: Mapping[str, Clause], news: Mapping[str, Clause]) -> None:
    """Pairs the chapters, the best first; `matches` has the articles already."""
    held_before = {clause.id: _inside(clause) for clause in olds.values()}
    held_now = {clause.id: _inside(clause) for clause in news.values()}
    scores: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (old, new), shared in _shared(matches, held_before, held_now).items():
        scores[old, new] += 2 * shared / (len(held_before[old]) + len(held_now[new]))
    for old, new in _pairs_by(olds.values(), news.values(), "heading"):
        scores[old, new] += HEADING
    for old, new in _pairs_by(olds.values(), news.values(), "number"):
        scores[old, new] += NUMBER * (olds[old].kind is news[new].kind)
    for old, new in sorted((pair for pair in scores if scores[pair] > 0), key=lambda pair: (-scores[pair], pair)):
        matches.add(olds[old], news[new])


def _shared(
    matches: Matches, held_before: Mapping[str, list[str]], held_now: Mapping[str, list[str]]
) -> Counter[tuple[str, str]]:
    """How many clauses an old and a new chapter both hold."""
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for new, inside in held_now.items():
        for inner in inside:
            homes[inner].append(new)
    return Counter(
        (old, home)
        for old, inside in held_before.items()
        for inner in inside
        for home in homes.get(matches.new_of.get(inner, ""), ())
    )


def _inside(clause: Clause) -> list[str]:
    found: list[str] = []
    stack = list(clause.children)
    while stack:
        inner = stack.pop()
        found.append(inner.id)
        stack.extend(inner.children)
    return found


def _pairs_by(olds: Iterable[Clause], news: Iterable[Clause], member: str) -> Iterator[tuple[str, str]]:
    having: defaultdict[str, list[str]] = defaultdict(list)
    for new in news:
        having[getattr(new, member)].append(new.id)
    for old in olds:
        if value := getattr(old, member):
            yield from ((old.id, there) for there in having[value])
