"""Votes taken one by one, and groups made of them again whenever asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from schemas.consultations.parts import Stakeholder
from services.consultations.opinion.arrays import Ints, SmallInts
from services.consultations.opinion.choosing import GroupCount
from services.consultations.opinion.division import NONE, Division, divide
from services.consultations.opinion.groups import OpinionGroups, described
from services.consultations.opinion.votes import Names, Vote, VoteLog, VoteMatrix, class_indexes


@dataclass(frozen=True, slots=True)
class Memory:
    """What a new process needs to name the groups as the old one did: each person's group, and the count in use."""

    group_of: dict[str, int] = field(default_factory=dict)
    count: GroupCount | None = None


class OpinionState:
    """The votes of one consultation and its groups.

    `take` and the other changes cost microseconds and may be called while `recompute` runs in a thread of its own
    (`await asyncio.to_thread(state.recompute)`): it holds the lock only to copy the votes and to put the result in
    place. Two recomputes follow one another.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        self._people, self._comments = Names(), Names()
        self._log = VoteLog()
        self._withheld: set[int] = set()
        self._classes: dict[str, str] = {}
        self._memory = memory
        self._division: Division | None = None
        self._groups = OpinionGroups()
        self._changes = 0
        self._computed = 0
        self._forgotten = 0
        self._lock, self._computing = Lock(), Lock()

    @property
    def groups(self) -> OpinionGroups:
        """The result of the last recompute, empty before the first."""
        return self._groups

    @property
    def stale(self) -> bool:
        """Whether anything came since the last recompute."""
        return self._changes != self._computed

    @property
    def held(self) -> int:
        """Votes in memory, with those that a later one of the same person replaced since the last recompute."""
        return len(self._log)

    def take(self, participant: str, comment: str, vote: Vote | int | None) -> None:
        """Notes a vote: the last one of a person on a comment counts, `None` takes it back.

        Raises:
            ValueError: for a number that is no vote.
        """
        side = None if vote is None else Vote(vote)
        with self._lock:
            self._log.append(self._people.index(participant), self._comments.index(comment), side)
            self._changes += 1

    def declare(self, participant: str, stakeholder: Stakeholder | None) -> None:
        """Notes a person's class, the last one counts; `None` for none any more."""
        with self._lock:
            if stakeholder is None:
                self._classes.pop(participant, None)
            else:
                self._classes[participant] = stakeholder.value
            self._changes += 1

    def withhold(self, comment: str, *, withheld: bool = True) -> None:
        """Notes that moderation took a comment out, or put it back: votes on it shape nothing while it is out."""
        with self._lock:
            index = self._comments.index(comment)
            (self._withheld.add if withheld else self._withheld.discard)(index)
            self._changes += 1

    def forget(self, participant: str) -> None:
        """Drops a person's votes, class and name; the groups tell of it at the next recompute."""
        with self._lock:
            self._classes.pop(participant, None)
            row = self._people.forget(participant)
            if row is not None:
                self._log.drop_row(row)
                self._forgotten += 1
            self._changes += 1

    def recompute(self) -> OpinionGroups:
        """Makes the groups of the votes taken so far, starting from the former ones; returns what may be shown."""
        with self._computing:
            with self._lock:
                changes, forgotten, copy = self._changes, self._forgotten, self._log.copy()
                names = self._people.all(), self._comments.all()
                withheld, classes = frozenset(self._withheld), dict(self._classes)
            latest = copy.latest(len(names[1]))
            votes = _matrix(names, latest, withheld, classes)
            division = divide(votes, self._former(votes))
            groups = described(votes, division)
            with self._lock:
                if forgotten == self._forgotten:
                    self._log.replace(len(copy.rows), latest)
                self._division, self._groups, self._computed = division, groups, changes
                self._memory = None
        return groups

    def remember(self) -> Memory:
        """What to keep beside the votes for the next process, which takes the same votes again."""
        with self._lock:
            division = self._division
            if division is None:
                return self._memory or Memory()
            named = zip(self._people.all(), division.groups.tolist(), strict=False)
            return Memory({name: group for name, group in named if name and group != NONE}, division.count)

    def _former(self, votes: VoteMatrix) -> Division | None:
        """The last division, or as much of it as was remembered."""
        if self._division is not None or self._memory is None:
            return self._division
        group_of = self._memory.group_of
        groups = np.array([group_of.get(person, NONE) for person in votes.people], dtype=np.int64)
        count = self._memory.count
        nobody = np.full(len(votes.people), NONE)
        empty = np.zeros((0, 2))
        return Division(empty, empty, nobody, groups, {} if count is None else {count.chosen: groups}, count)


def _matrix(
    names: tuple[tuple[str, ...], tuple[str, ...]],
    latest: tuple[Ints, Ints, SmallInts],
    withheld: frozenset[int],
    classes: dict[str, str],
) -> VoteMatrix:
    people, comments = names
    rows, columns, values = latest
    out = np.zeros(len(comments), dtype=np.bool_)
    out[list(withheld)] = True
    of_class, class_names = class_indexes(people, classes)
    return VoteMatrix(people, comments, rows, columns, values.astype(np.float64), out, of_class, class_names)
