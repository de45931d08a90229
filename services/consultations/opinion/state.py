"""Votes taken one by one, and groups made of them again whenever asked."""

from __future__ import annotations

from threading import Lock

import numpy as np

from schemas.consultations.parts import Stakeholder
from services.consultations.opinion.arrays import Ints, SmallInts
from services.consultations.opinion.choosing import GroupCount
from services.consultations.opinion.division import divide
from services.consultations.opinion.groups import OpinionGroups, described
from services.consultations.opinion.votes import Names, Vote, VoteLog, VoteMatrix, class_indexes


class OpinionState:
    """The votes of one consultation and its groups.

    `take` and the other changes cost microseconds and may be called while `recompute` runs in a thread of its own
    (`await asyncio.to_thread(state.recompute)`): it holds the lock only to copy the votes and to put the result in
    place. Two recomputes follow one another.
    """

    def __init__(self) -> None:
        self._people, self._comments = Names(), Names()
        self._log = VoteLog()
        self._withheld: set[int] = set()
        self._classes: dict[str, str] = {}
        self._count: GroupCount | None = None
        self._groups = OpinionGroups()
        self._changes = 0
        self._computed = 0
        self._lock, self._computing = Lock(), Lock()

    @property
    def groups(self) -> OpinionGroups:
        """The result of the last recompute, empty before the first."""
        return self._groups

    @property
    def stale(self) -> bool:
        """Whether another recompute may give other groups.

        Anything came since the last one, or another number of groups has won but not often enough to be taken: without
        that, the number of an early run would stay for good once votes stop.
        """
        return self._changes != self._computed or not (self._count is None or self._count.settled)

    @property
    def held(self) -> int:
        """Votes in memory, with those that a later one of the same person replaced since the last recompute."""
        return len(self._log)

    def take(self, participant: str, comment: str, vote: Vote | int) -> None:
        """Notes a vote: the last one of a person on a comment counts.

        Raises:
            ValueError: for a number that is no vote.
        """
        side = Vote(vote)
        with self._lock:
            self._log.append(self._people.index(participant), self._comments.index(comment), side)
            self._changes += 1

    def declare(self, participant: str, stakeholder: Stakeholder) -> None:
        """Notes a person's class: the last one counts."""
        with self._lock:
            self._classes[participant] = stakeholder.value
            self._changes += 1

    def withhold(self, comment: str, *, withheld: bool = True) -> None:
        """Notes that moderation took a comment out, or put it back: votes on it shape nothing while it is out."""
        with self._lock:
            index = self._comments.index(comment)
            (self._withheld.add if withheld else self._withheld.discard)(index)
            self._changes += 1

    def recompute(self) -> OpinionGroups:
        """Makes the groups of the votes taken so far; returns what may be shown."""
        with self._computing:
            with self._lock:
                changes, copy = self._changes, self._log.copy()
                names = self._people.all(), self._comments.all()
                withheld, classes = frozenset(self._withheld), dict(self._classes)
            latest = copy.latest(len(names[1]))
            votes = _matrix(names, latest, withheld, classes)
            division = divide(votes, self._count)
            groups = described(votes, division)
            with self._lock:
                self._log.replace(len(copy.rows), latest)
                self._count, self._groups, self._computed = division.count, groups, changes
        return groups


def _matrix(
    names: tuple[tuple[str, ...], tuple[str, ...]],
    latest: tuple[Ints, Ints, SmallInts],
    withheld: frozenset[int],
    classes: dict[str, str],
) -> VoteMatrix:
    """People and voted comments in the order of their names: in whatever order votes came, they are the same matrix."""
    people, rows = _in_order(names[0], latest[0])
    comments, columns = _in_order(names[1], latest[1])
    order = np.lexsort((columns, rows))
    hidden = {names[1][each] for each in withheld}
    out = np.array([each in hidden for each in comments], dtype=np.bool_)
    of_class, class_names = class_indexes(people, classes)
    values = latest[2][order].astype(np.float64)
    return VoteMatrix(people, comments, rows[order], columns[order], values, out, of_class, class_names)


def _in_order(names: tuple[str, ...], indexes: Ints) -> tuple[tuple[str, ...], Ints]:
    """The names that have votes, sorted, and what was told by the index of a name by its new one."""
    used = sorted(np.unique(indexes).tolist(), key=names.__getitem__)
    place = np.zeros(len(names), dtype=np.int64)
    place[used] = np.arange(len(used))
    return tuple(names[each] for each in used), place[indexes]
