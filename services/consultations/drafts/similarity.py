"""How alike two texts are, and which texts are worth comparing."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Final

from rapidfuzz.distance import Indel

SHORT: Final = 300
"""Up to so many characters texts are compared letter by letter, longer ones word by word."""
LONGEST: Final = 1_000
"""Words of a text that are compared; what follows them rarely tells two clauses apart."""
COMMON: Final = 24
"""A term in more clauses than this does not make two of them candidates."""
CANDIDATES: Final = 6
RAREST: Final = 40
"""So many of the rarest terms of a clause look for its candidates."""
SOUGHT: Final = 300
"""So many words of a clause make terms."""
FEW: Final = 16
"""A text of fewer words is short."""

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Text:
    """A text in the forms that are compared."""

    full: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words, in lower case, up to `LONGEST`."""
        return tuple(_WORD.findall(self.full.casefold())[:LONGEST])

    @cached_property
    def terms(self) -> tuple[int, ...]:
        """What candidates are found by: pairs of neighbouring words, which are rare where the words are not.

        Of a short text its words too, as one changed word in it breaks two pairs of few. They are kept as hashes: this
        only finds candidates, the words themselves decide among them.
        """
        begin = self.words[:SOUGHT]
        pairs = tuple(map(hash, pairwise(begin)))
        return (*pairs, *map(hash, begin)) if len(begin) < FEW else pairs

    def likeness(self, other: "Text") -> float:
        """From 0 (nothing in common) to 1 (the same), the order of words counting."""
        if self.full == other.full:
            return 1.0
        if max(len(self.full), len(other.full)) <= SHORT:
            return Indel.normalized_similarity(self.full, other.full)
        return Indel.normalized_similarity(self.words, other.words)


def candidates(olds: Sequence[Text], news: Sequence[Text]) -> list[tuple[int, int]]:
    """For each old text those new ones that share most of its rare terms: `CANDIDATES` at most.

    At most `RAREST` terms of a text are looked up, each in at most `COMMON` others, so that the work grows with the
    number of texts and not with its square.
    """
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for at, text in enumerate(news):
        for term in text.terms:
            holders[term].append(at)
    pairs: list[tuple[int, int]] = []
    for at, text in enumerate(olds):
        sought = text.terms[:: len(text.terms) // (2 * RAREST) + 1]
        known = [found for term in sought if 0 < len(found := holders.get(term, ())) <= COMMON]
        shared = Counter(chain.from_iterable(sorted(known, key=len)[:RAREST]))
        pairs += [(at, there) for there, _ in shared.most_common(CANDIDATES)]
    return pairs
