"""A folder of a polis conversation, read without holding it."""

from __future__ import annotations

import csv
import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from schemas.prose import shows
from services.consultations.polis.errors import PolisError
from services.consultations.polis.records import (
    COMMENTS,
    PARTICIPANT_COLUMNS,
    PARTICIPANTS,
    SUMMARY,
    VOTE_COLUMNS,
    VOTES,
    Moderation,
    PolisComment,
    PolisParticipant,
    PolisVote,
)
from services.consultations.polis.table import Line, is_id, lines, moment, shortened

_COMMENT_NEEDS: Final = ("timestamp", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body")
_VOTE_NEEDS: Final = tuple(column for column in VOTE_COLUMNS if column != "datetime")
_PARTICIPANT_NEEDS: Final = ("participant", "group-id", "n-comments")
_NOT_COMMENTS: Final = frozenset({*PARTICIPANT_COLUMNS, "xid"})
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class PolisCounts:
    """How much there is in a folder; `participants` is 0 where there is no matrix."""

    comments: int
    votes: int
    participants: int


class PolisFolder:
    """Reads a folder. Every method that reads raises `PolisError` at the first thing it cannot read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def dated(self) -> bool:
        """Whether there is a votes.csv, which tells when each vote was given."""
        return (self.path / VOTES).is_file()

    def comments(self, *, longest: int | None = None) -> Iterator[PolisComment]:
        """Comments in the order of the file. More letters than `longest` in one are a fault."""
        seen: set[str] = set()
        for line in lines(self.path / COMMENTS, _COMMENT_NEEDS):
            comment = PolisComment(
                _new(line, "comment-id", seen),
                line.name("author-id"),
                line.moment("timestamp"),
                line.count("agrees"),
                line.count("disagrees"),
                Moderation(line.side("moderated")),
                line.text("comment-body"),
            )
            if not shows(comment.body):
                raise line.fault("comment-body", "the comment is empty")
            if longest is not None and len(comment.body) > longest:
                raise line.fault("comment-body", f"the comment has {len(comment.body)} letters, {longest} fit")
            yield comment

    def participants(self) -> Iterator[PolisParticipant]:
        """People in the order of the file, each with all their votes."""
        seen: set[str] = set()
        columns: list[tuple[str, int]] | None = None
        for line in lines(self.path / PARTICIPANTS, _PARTICIPANT_NEEDS):
            if columns is None:
                columns = _comment_columns(line)
            cells = line.cells
            votes = tuple((comment, line.side(comment)) for comment, at in columns if cells[at])
            group = line.count("group-id") if line.text("group-id") else None
            yield PolisParticipant(_new(line, "participant", seen), group, line.count("n-comments"), votes)

    def votes(self) -> Iterator[PolisVote]:
        """Votes in the order of votes.csv; where there is none, those of the matrix, person by person, without times.

        votes.csv may have several votes of a person on a comment: the latest of them counts.
        """
        if self.dated:
            for _, vote in self._dated_votes():
                yield vote
            return
        for participant in self.participants():
            for comment, value in participant.votes:
                yield PolisVote(participant.id, comment, value)

    def votes_in_time(self) -> Iterator[PolisVote]:
        """All votes, the earliest first, those of one moment as in the file; thirty bytes are held of each."""
        if not self.dated:
            yield from self.votes()
            return
        people: dict[str, int] = {}
        comments: dict[str, int] = {}
        who, what, side, moments = array("q"), array("q"), array("b"), array("q")
        for line, vote in self._dated_votes():
            who.append(people.setdefault(vote.participant, len(people)))
            what.append(comments.setdefault(vote.comment, len(comments)))
            side.append(vote.value)
            moments.append(line.count("timestamp"))
        people_names, comment_names = list(people), list(comments)
        for at in sorted(range(len(moments)), key=moments.__getitem__):
            yield PolisVote(people_names[who[at]], comment_names[what[at]], side[at], moment(moments[at]))

    def latest_votes(self) -> Iterator[PolisVote]:
        """The last vote of each person on each comment, in the order they were given; what they replaced is left out.

        Two dozen bytes are held of each vote.
        """
        keys: dict[str, int] = {}
        pairs = array("q")
        for vote in self.votes_in_time():
            who, what = keys.setdefault(f"p{vote.participant}", len(keys)), keys.setdefault(vote.comment, len(keys))
            pairs.append(who << 32 | what)
        found = np.frombuffer(pairs, dtype=np.int64)
        # Of the votes turned round, the first of each pair is the last.
        _, first = np.unique(found[::-1], return_index=True)
        last = np.zeros(len(found), dtype=np.bool_)
        last[len(found) - 1 - first] = True
        for vote, counts in zip(self.votes_in_time(), last.tolist(), strict=True):
            if counts:
                yield vote

    @property
    def digest(self) -> str:
        """SHA-256 over the files, in hexadecimal: tells one conversation, at one time, from another."""
        found = hashlib.sha256()
        for name in (COMMENTS, VOTES, PARTICIPANTS):
            path = self.path / name
            found.update(f"{name} {path.stat().st_size if path.is_file() else '-'}\n".encode())
            if path.is_file():
                with path.open("rb") as file:
                    for piece in iter(lambda: file.read(_PIECE), b""):
                        found.update(piece)
        return found.hexdigest()

    @property
    def topic(self) -> str:
        """What the conversation is about, as summary.csv tells; empty where nothing does."""
        path = self.path / SUMMARY
        if not path.is_file():
            return ""
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            try:
                told = {row[0]: row[1] for row in csv.reader(file) if len(row) > 1}
            except csv.Error:
                return ""
        return " ".join(told.get("topic", "").split())

    def check(self, *, longest: int | None = None) -> PolisCounts:
        """Reads all there is and keeps none of it but how much it is. No comment may be of more letters than `longest`.

        Raises:
            PolisError: anything cannot be read, there are neither votes nor a matrix, or a vote is on a comment that
                comments.csv does not have.
        """
        known = {comment.id for comment in self.comments(longest=longest)}
        matrix = (self.path / PARTICIPANTS).is_file()
        if not self.dated and not matrix:
            raise PolisError(PARTICIPANTS, 0, "", f"there is no such file, and no {VOTES}")
        votes = people = 0
        for line, vote in self._dated_votes() if self.dated else ():
            votes += 1
            if vote.comment not in known:
                raise line.fault("comment-id", f"{COMMENTS} has no comment {vote.comment}")
        for participant in self.participants() if matrix else ():
            people += 1
            votes += 0 if self.dated else len(participant.votes)
            for comment, _ in participant.votes:
                if comment not in known:
                    raise PolisError(PARTICIPANTS, 1, comment, f"{COMMENTS} has no such comment")
        return PolisCounts(len(known), votes, people)

    def _dated_votes(self) -> Iterator[tuple[Line, PolisVote]]:
        for line in lines(self.path / VOTES, _VOTE_NEEDS):
            created = line.moment("timestamp")
            yield line, PolisVote(line.name("voter-id"), line.name("comment-id"), line.side("vote"), created)


def _new(line: Line, column: str, seen: set[str]) -> str:
    name = line.name(column)
    if name in seen:
        raise line.fault(column, f"{name} was there before")
    seen.add(name)
    return name


def _comment_columns(line: Line) -> list[tuple[str, int]]:
    columns = [(column, at) for column, at in line.index.items() if column not in _NOT_COMMENTS]
    for column, at in columns:
        if not is_id(column):
            raise PolisError(line.file, 1, str(at + 1), f"{shortened(column)} is no comment's id")
    return columns
