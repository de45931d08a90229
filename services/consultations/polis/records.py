"""One line of each file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

COMMENTS: Final = "comments.csv"
VOTES: Final = "votes.csv"
PARTICIPANTS: Final = "participants-votes.csv"
SUMMARY: Final = "summary.csv"

COMMENT_COLUMNS: Final = (
    "timestamp",
    "datetime",
    "comment-id",
    "author-id",
    "agrees",
    "disagrees",
    "moderated",
    "comment-body",
)
VOTE_COLUMNS: Final = ("timestamp", "datetime", "comment-id", "voter-id", "vote")
PARTICIPANT_COLUMNS: Final = ("participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree")
"""Followed by one column for each comment, named by its id."""


class Moderation(IntEnum):
    """What moderators said of a comment."""

    OUT = -1
    UNSEEN = 0
    IN = 1


@dataclass(frozen=True, slots=True)
class PolisComment:
    """A line of comments.csv. Ids are digits, as polis numbers them; `agrees` and `disagrees` are as counted there."""

    id: str
    author: str
    created: datetime
    agrees: int
    disagrees: int
    moderation: Moderation
    body: str


@dataclass(frozen=True, slots=True)
class PolisVote:
    """A line of votes.csv, or a cell of the matrix, which does not tell when: 1 agrees, -1 disagrees, 0 passes."""

    participant: str
    comment: str
    value: int
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class PolisParticipant:
    """A line of participants-votes.csv: polis's group, `None` for none; `votes` of comment and value as given there."""

    id: str
    group: int | None
    comments: int
    votes: tuple[tuple[str, int], ...]
