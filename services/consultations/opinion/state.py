"""Votes taken one by one, and groups made of them again whenever asked."""

from __future__ import annotations

from threading import Lock

import numpy as np

from schemas.consultations.parts import Stakeholder
from services.consultations.opinion.arrays import Ints, SmallInts
from services.consultations.opinion.division import Division, divide
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
        self._division: Division | None = None
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
        count = self._division.count if self._division else None
        return self._changes != self._computed or not (count is None or count.settled)

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
        """Makes the groups of the votes taken so far, starting from the former ones; returns what may be shown."""
        with self._computing:
            with self._lock:
                changes, copy = self._changes, self._log.copy()
                names = self._people.all(), self._comments.all()
                withheld, classes = frozenset(self._withheld), dict(self._classes)
            latest = copy.latest(len(names[1]))
            votes = _matrix(names, latest, withheld, classes)
            division = divide(votes, self._division)
            groups = described(votes, division)
            with self._lock:
                self._log.replace(len(copy.rows), latest)
                self._division, self._groups, self._computed = division, groups, changes
        return groups


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
