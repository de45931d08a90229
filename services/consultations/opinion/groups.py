"""What is shown of a consultation's groups of opinion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Bools, Ints, counted
from services.consultations.opinion.choosing import MOST
from services.consultations.opinion.clustering import means, nearest
from services.consultations.opinion.consensus import Consensus, consensus
from services.consultations.opinion.disclosure import SMALLEST, hidden_cells, large_groups
from services.consultations.opinion.division import Division
from services.consultations.opinion.plot import Plot, plot
from services.consultations.opinion.representative import Representative, representatives
from services.consultations.opinion.votes import VoteMatrix

_LETTERS: Final = "ABCDE"


def letter(group: int) -> str:
    """The name of a group: A … E."""
    return _LETTERS[group]


@dataclass(frozen=True, slots=True)
class Group:
    """One group; `share` is of all people in shown groups, 0 to 1."""

    id: int
    people: int
    share: float
    representatives: tuple[Representative, ...]

    @property
    def letter(self) -> str:
        """Its name: A … E."""
        return letter(self.id)


@dataclass(frozen=True, slots=True)
class OpinionGroups:
    """One run. Empty while there are too few people for a group of five.

    `others` is how many people are in no shown group (too few votes, or a group too small to show): `None` for one to
    four, who then are not among `people` either: the groups could be taken from the whole. `comments` are those with
    votes, `class_names` those of the people. A single group has no representatives; `across_groups` then is what it
    agrees on.

    Not for pages, only for a person's own and for exports: `group_of` is the group of each person in a shown group;
    `leaning_of` is the shown group nearest to everybody else who voted, who is counted in none. Whoever is in a group
    too small to show cannot be told by it from those who voted little.
    """

    groups: tuple[Group, ...] = ()
    others: int | None = 0
    people: int = 0
    votes: int = 0
    comments: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    across_groups: tuple[Consensus, ...] = ()
    across_classes: tuple[Consensus, ...] = ()
    plot: Plot = field(default_factory=Plot)
    group_of: Mapping[str, int] = field(default_factory=dict)
    leaning_of: Mapping[str, int] = field(default_factory=dict)

    def placed(self, participant: str) -> int | None:
        """The group a person is in or leans to; `None` for one who did not vote, and while there are no groups."""
        return self.group_of.get(participant, self.leaning_of.get(participant))


def described(votes: VoteMatrix, division: Division) -> OpinionGroups:
    """What may be shown of a division."""
    votes = votes.without_withheld()
    shown = large_groups(division.groups, MOST)
    index = np.full(MOST + 1, len(shown))
    index[shown] = np.arange(len(shown))
    # The last entry is also that of -1, no group.
    part_of = index[division.groups]
    sizes = counted(part_of, len(shown) + 1)
    voted = votes.given > 0
    found = int(np.count_nonzero(voted & (part_of == len(shown))))
    others = None if 0 < found < SMALLEST else found
    tallies, hidden = _parts(votes, part_of, len(shown) + 1)
    class_tallies, class_hidden = _parts(
        votes, votes.classes % (len(votes.class_names) + 1), len(votes.class_names) + 1
    )
    # What tells a group from the others is nothing where there are no others.
    alone = len(shown) == 1
    chosen = [()] if alone else representatives(tallies[:-1], hidden[:-1], votes.comments)
    grouped = int(sizes[:-1].sum())
    groups = tuple(Group(name, int(sizes[at]), int(sizes[at]) / grouped, chosen[at]) for at, name in enumerate(shown))
    letters = tuple(letter(name) for name in shown)
    return OpinionGroups(
        groups=groups,
        others=others,
        people=grouped + (others or 0),
        votes=len(votes.rows),
        comments=tuple(votes.comments[each] for each in np.flatnonzero(votes.voted_on).tolist()),
        class_names=votes.class_names,
        across_groups=consensus(tallies[:-1], hidden[:-1], votes.comments, letters, heard=max(len(shown), 1)),
        across_classes=consensus(class_tallies[:-1], class_hidden[:-1], votes.comments, votes.class_names, heard=2),
        plot=plot(division.places, division.fine, division.groups, shown),
        group_of=_by_name(votes, division.groups, np.isin(division.groups, shown)),
        leaning_of=_leanings(votes, division, shown),
    )


def _parts(votes: VoteMatrix, part_of: Ints, parts: int) -> tuple[Ints, Bools]:
    tallies = votes.tallies(part_of, parts)
    return tallies, hidden_cells(tallies.sum(axis=2))


def _leanings(votes: VoteMatrix, division: Division, shown: list[int]) -> dict[str, int]:
    if not shown:
        return {}
    inside = np.isin(division.groups, shown)
    middles = means(division.places[inside], np.ones(inside.sum()), np.searchsorted(shown, division.groups[inside]))
    near = np.array(shown)[nearest(division.places, middles)]
    return _by_name(votes, near, (votes.given > 0) & ~inside)


def _by_name(votes: VoteMatrix, groups: Ints, chosen: Bools) -> dict[str, int]:
    return {votes.people[row]: int(groups[row]) for row in np.flatnonzero(chosen).tolist()}
