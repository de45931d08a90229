"""The polis conversations some tests and the bench read, and how well two groupings of people agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb
from pathlib import Path
from typing import Final

from services.consultations.opinion import OpinionGroups, OpinionState
from services.consultations.polis import Moderation, PolisFolder
from tests.processes import ROOT

FOLDERS: Final = ROOT.parent / "shared" / "data" / "polis"
BREXIT: Final = FOLDERS / "brexit-consensus"
BOWLING_GREEN: Final = FOLDERS / "american-assembly.bowling-green"


def filled(folder: Path) -> OpinionState:
    """All votes of a folder, and its moderation."""
    conversation = PolisFolder(folder)
    state = OpinionState()
    for vote in conversation.votes_in_time():
        state.take(vote.participant, vote.comment, vote.value)
    for comment in conversation.comments():
        if comment.moderation is Moderation.OUT:
            state.withhold(comment.id)
    return state


def agreement(folder: Path, groups: OpinionGroups) -> float:
    """The adjusted Rand index of our groups against polis's, over all people who have one of polis's."""
    theirs = {person.id: person.group for person in PolisFolder(folder).participants() if person.group is not None}
    return adjusted_rand(list(theirs.values()), [groups.placed(person) for person in theirs])


def adjusted_rand(one: Sequence[Hashable], two: Sequence[Hashable]) -> float:
    """1 for the same grouping, about 0 for a chance one (Hubert and Arabie, 1985)."""
    together = _pairs(Counter(zip(one, two, strict=True)))
    first, second = _pairs(Counter(one)), _pairs(Counter(two))
    expected = first * second / max(comb(len(one), 2), 1)
    greatest = (first + second) / 2
    return 1.0 if greatest == expected else (together - expected) / (greatest - expected)


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(comb(size, 2) for size in sizes.values())
