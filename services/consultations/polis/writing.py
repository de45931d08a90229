"""Writes the files of a polis conversation, line by line; a file is there whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from services.consultations.polis.records import (
    COMMENT_COLUMNS,
    COMMENTS,
    PARTICIPANT_COLUMNS,
    PARTICIPANTS,
    VOTE_COLUMNS,
    VOTES,
    PolisComment,
    PolisParticipant,
    PolisVote,
)
from services.consultations.polis.table import milliseconds

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_ENDS: Final = "\r\n"

_Row = Callable[[Sequence[Any]], Any]


@contextmanager
def comments_writer(folder: Path) -> Iterator[Callable[[PolisComment], None]]:
    """Opens comments.csv; what is yielded writes one comment."""
    with _file(folder / COMMENTS, COMMENT_COLUMNS) as row:

        def write(comment: PolisComment) -> None:
            row(
                [
                    *_moment(comment.created),
                    comment.id,
                    comment.author,
                    comment.agrees,
                    comment.disagrees,
                    int(comment.moderation),
                    comment.body,
                ]
            )

        yield write


@contextmanager
def votes_writer(folder: Path) -> Iterator[Callable[[PolisVote], None]]:
    """Opens votes.csv; what is yielded writes one vote and raises `ValueError` for one without a time."""
    with _file(folder / VOTES, VOTE_COLUMNS) as row:

        def write(vote: PolisVote) -> None:
            if vote.created is None:
                raise ValueError("a vote in votes.csv has a time")
            row([*_moment(vote.created), vote.comment, vote.participant, vote.value])

        yield write


@contextmanager
def participants_writer(folder: Path, comments: Sequence[str]) -> Iterator[Callable[[PolisParticipant], None]]:
    """Opens participants-votes.csv with a column for each of `comments`; what is yielded writes one person.

    It raises `KeyError` for a vote on another comment.
    """
    index = {comment: at for at, comment in enumerate(comments)}
    with _file(folder / PARTICIPANTS, [*PARTICIPANT_COLUMNS, *comments]) as row:

        def write(participant: PolisParticipant) -> None:
            cells: list[Any] = [""] * len(comments)
            sides = [value for _, value in participant.votes]
            for comment, value in participant.votes:
                cells[index[comment]] = value
            group = "" if participant.group is None else participant.group
            counts = [participant.comments, len(sides), sides.count(1), sides.count(-1)]
            row([participant.id, group, *counts, *cells])

        yield write


@contextmanager
def _file(path: Path, header: Sequence[str]) -> Iterator[_Row]:
    """Written beside its place and put there when whole."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(_PlainEnds(lines), lineterminator=_ENDS)
            writer.writerow(header)
            yield writer.writerow
            lines.flush()
            os.fsync(lines.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class _PlainEnds:
    """Ends lines as polis does. The writer itself has to know both signs, to quote a text that has one of them."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines

    def write(self, line: str) -> None:
        """Writes one line."""
        self._lines.write(line.removesuffix(_ENDS) + "\n")


def _moment(moment: datetime) -> tuple[int, str]:
    """Milliseconds since 1970, and the same as polis writes it for people, in UTC."""
    at = moment.astimezone(UTC)
    told = f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day:02} {at:%H:%M:%S} UTC {at.year:04}"
    return milliseconds(at), told
