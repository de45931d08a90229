"""The votes of one consultation as they come, nine bytes each, and the sparse matrix made of the latest of them."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from services.consultations.opinion.arrays import Bools, Floats, Ints, SmallInts, counted, summed


class Vote(IntEnum):
    """What a person said of a comment."""

    DISAGREE = -1
    PASS = 0
    AGREE = 1


@dataclass(frozen=True, slots=True)
class VoteMatrix:
    """People by comments, only the votes given; ordered by person, one vote for each person and comment.

    `rows`, `columns` and `values` (-1, 0, 1) have one entry a vote. `withheld` marks comments that moderation took
    out: their votes are in the matrix, and count only to tell who took part. `classes[row]` is an index into
    `class_names`, or -1 for a person of no declared class.
    """

    people: tuple[str, ...]
    comments: tuple[str, ...]
    rows: Ints
    columns: Ints
    values: Floats
    withheld: Bools
    classes: Ints
    class_names: tuple[str, ...]

    @property
    def given(self) -> Ints:
        """Votes of each person, on withheld comments too."""
        return counted(self.rows, len(self.people))

    @property
    def voted_on(self) -> Ints:
        """Votes on each comment."""
        return counted(self.columns, len(self.comments))

    def without_withheld(self) -> VoteMatrix:
        """The same people and comments, without the votes on withheld comments; itself where there are none."""
        if not self.withheld.any():
            return self
        kept = ~self.withheld[self.columns]
        return VoteMatrix(
            self.people,
            self.comments,
            self.rows[kept],
            self.columns[kept],
            self.values[kept],
            self.withheld,
            self.classes,
            self.class_names,
        )

    def tallies(self, part_of: Ints, parts: int) -> Ints:
        """Disagree, pass and agree of each comment in each part: shape (parts, comments, 3).

        `part_of[row]` is the part of a person, -1 for none.
        """
        part = part_of[self.rows]
        inside = part >= 0
        side = self.values[inside].astype(np.int64) + 1
        cell = (part[inside] * len(self.comments) + self.columns[inside]) * 3 + side
        return counted(cell, parts * len(self.comments) * 3).reshape(parts, len(self.comments), 3)

    def means(self) -> Floats:
        """The mean vote on each comment, 0 where nobody voted."""
        return summed(self.columns, self.values, len(self.comments)) / np.maximum(self.voted_on, 1)


class Names:
    """Indexes for names in order of arrival; an index is never given twice."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def index(self, name: str) -> int:
        """The index of a name, a new one if it is new."""
        found = self._index.get(name)
        if found is None:
            found = self._index[name] = len(self._names)
            self._names.append(name)
        return found

    def all(self) -> tuple[str, ...]:
        """Names by index."""
        return tuple(self._names)


@dataclass(frozen=True, slots=True)
class LogCopy:
    """The log at one moment."""

    rows: SmallInts
    columns: SmallInts
    values: SmallInts

    def latest(self, comments: int) -> tuple[Ints, Ints, SmallInts]:
        """The last vote of each person on each comment, by person, then comment."""
        key = self.rows.astype(np.int64) * max(comments, 1) + self.columns
        order = np.argsort(key, kind="stable")
        key = key[order]
        last = np.ones(len(key), dtype=np.bool_)
        last[:-1] = key[1:] != key[:-1]
        kept = order[last]
        return self.rows[kept].astype(np.int64), self.columns[kept].astype(np.int64), self.values[kept]


class VoteLog:
    """Votes in order of arrival, made short again whenever the latest of them were found."""

    def __init__(self) -> None:
        self._rows = array("i")
        self._columns = array("i")
        self._values = array("b")

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, row: int, column: int, vote: Vote) -> None:
        """Notes a vote."""
        self._rows.append(row)
        self._columns.append(column)
        self._values.append(vote)

    def copy(self) -> LogCopy:
        """The votes so far, for a thread of its own."""
        return LogCopy(
            np.array(self._rows, dtype=np.int32),
            np.array(self._columns, dtype=np.int32),
            np.array(self._values, dtype=np.int8),
        )

    def replace(self, count: int, latest: tuple[Ints | SmallInts, Ints | SmallInts, SmallInts]) -> None:
        """Puts `latest` in place of the first `count` entries."""
        rows, columns, values = latest
        self._rows = array("i", rows.astype(np.int32).tobytes()) + self._rows[count:]
        self._columns = array("i", columns.astype(np.int32).tobytes()) + self._columns[count:]
        self._values = array("b", values.astype(np.int8).tobytes()) + self._values[count:]


def class_indexes(people: tuple[str, ...], declared: Mapping[str, str]) -> tuple[Ints, tuple[str, ...]]:
    """Each person's class as an index into the names of all declared classes, -1 without one."""
    names = tuple(sorted(set(declared.values())))
    index = {name: number for number, name in enumerate(names)}
    found = (index[declared[person]] if person in declared else -1 for person in people)
    return np.fromiter(found, dtype=np.int64, count=len(people)), names
