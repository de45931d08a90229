"""A rush's own book-keeping: who has signed what, which receipts were given, and how each answer came out."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from kenes.load.api import ACCEPTED, ALREADY_SIGNED, NOT_SIGNED, WITHDRAWN


class Pair(NamedTuple):
    """One person and one petition, as indexes into what the rush was given."""

    person: int
    petition: int


class Expected(NamedTuple):
    """What must be found under a receipt."""

    petition: str
    decision: str


@dataclass
class Book:
    """Mutable notes of one rush. All counts are of answers to this rush alone."""

    petitions: list[str]
    chance: random.Random
    accepted: Counter[str] = field(default_factory=Counter)
    """Signatures accepted, by petition."""
    withdrawn: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    """Refusals that had to come, by code."""
    receipts: dict[str, Expected] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    """Acts given up without an answer, by petition: the count may or may not hold them."""
    unreceipted: int = 0
    """Acts that took effect although the answer was lost: a repetition said so."""
    differences: list[str] = field(default_factory=list)
    """Everything that was not as it must be, in words."""
    signed: list[Pair] = field(default_factory=list)
    """Pairs whose signature counts and on which nothing is under way."""

    def take_signed(self) -> Pair | None:
        """A random signed pair, set aside until it is put back: no two acts on one pair are under way at once."""
        if not self.signed:
            return None
        chosen = self.chance.randrange(len(self.signed))
        self.signed[chosen], self.signed[-1] = self.signed[-1], self.signed[chosen]
        return self.signed.pop()

    def note_signed(self, pair: Pair, receipt: str | None) -> None:
        """A signature was accepted; without `receipt`, the answer that had it was lost."""
        self._note(self.accepted, pair, receipt, ACCEPTED)
        self.signed.append(pair)

    def note_withdrawn(self, pair: Pair, receipt: str | None) -> None:
        """A signature was taken back."""
        self._note(self.withdrawn, pair, receipt, WITHDRAWN)

    def _note(self, counts: Counter[str], pair: Pair, receipt: str | None, decision: str) -> None:
        petition = self.petitions[pair.petition]
        counts[petition] += 1
        if receipt is None:
            self.unreceipted += 1
        elif receipt in self.receipts:
            self.differences.append(f"the receipt {receipt} was given twice")
        else:
            self.receipts[receipt] = Expected(petition, decision)

    def note_unknown(self, pair: Pair) -> None:
        """Nobody said what became of an act."""
        self.unknown[self.petitions[pair.petition]] += 1

    def note_surprise(self, what: str) -> None:
        """Something was not as it must be. The first few hundred are kept in words."""
        if len(self.differences) < 300:
            self.differences.append(what)

    @property
    def decided(self) -> int:
        """Requests whose answer carried a decision."""
        return self.accepted.total() + self.withdrawn.total() + self.refused.total()

    def net(self, petition: str) -> int:
        """Accepted minus withdrawn."""
        return self.accepted[petition] - self.withdrawn[petition]


AFTER_LOSS = {"sign": ALREADY_SIGNED, "withdraw": NOT_SIGNED}
"""The refusal of a repeated act that tells that the lost one took effect."""
