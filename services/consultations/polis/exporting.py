"""A consultation written as a polis conversation: its comments, its votes, and everybody's votes with our group.

Numbers of an imported conversation are those it came with. Everybody else gets the next free ones: no name and no
pseudonym leaves. Comments taken back are left out, with the votes on them.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kenes.kafka.reader import ends, read_to_end
from kenes.kafka.records import counts, read
from kenes.mongo.client import Database, Document
from kenes.mongo.projection import Projection, Version, live_version
from schemas.consultations.parts import Vote
from schemas.consultations.votes import Voted
from schemas.envelope import UnreadableEventError, sequence_of
from schemas.topics import VOTES
from services.consultations.domain.comment import Standing
from services.consultations.opinion import OpinionGroups, OpinionState
from services.consultations.opinion.live import SIDES
from services.consultations.opinion.stored import AT_ONCE
from services.consultations.polis import (
    Moderation,
    PolisComment,
    PolisNames,
    PolisParticipant,
    PolisVote,
    comments_writer,
    participants_writer,
    votes_writer,
)

Say = Callable[[str], None]
STALLED: Final = 30.0
"""Seconds without any progress after which the project process is taken for stopped."""
_ASK_AGAIN: Final = 0.5
"""Seconds between two looks at how far the projection is."""


class StalledError(RuntimeError):
    """What is stored does not come up to what was decided."""


class UnknownError(LookupError):
    """There is no such consultation."""


@dataclass(frozen=True)
class Exported:
    """How much was written; `groups` is how many groups of opinion there are."""

    comments: int
    votes: int
    participants: int
    groups: int


@dataclass
class Numbered:
    """Numbers for names: the one a name came with, or the next free one."""

    known: Callable[[str], str | None]
    free: int = 0
    given: dict[str, str] = field(default_factory=dict)

    def keep(self, name: str) -> None:
        """Makes sure that the number a name came with is given to no other."""
        number = self.known(name)
        if number is not None:
            self.free = max(self.free, int(number) + 1)

    def of(self, name: str) -> str:
        """The number of a name. Every name there is must have been kept before."""
        number = self.known(name) or self.given.get(name)
        if number is None:
            number = self.given[name] = str(self.free)
            self.free += 1
        return number


@dataclass
class _Seen:
    """What one look at everything tells: numbers, what each comment got, who wrote how many, and the groups."""

    comments: Numbered
    people: Numbered
    got: dict[str, Counter[str]] = field(default_factory=dict)
    wrote: Counter[str] = field(default_factory=Counter)
    shown: set[str] = field(default_factory=set)
    groups: OpinionGroups = field(default_factory=OpinionGroups)


@dataclass(frozen=True)
class Exporter:
    """Reads the projections of `comments` and `ballots` and the topic of votes. One vote is held in nine bytes."""

    bootstrap: str
    database: Database = field(repr=False)
    of_comments: Projection
    of_ballots: Projection
    say: Say

    async def run(self, consultation: str, folder: Path) -> Exported:
        """Writes the three files into a folder that is there; each is there whole or not at all.

        Raises `StalledError`, `UnknownError`, `OSError`, `DatabaseError`, `BrokerError`.
        """
        comments = (await self._folded(self.of_comments)).collection("comments")
        ballots = (await self._folded(self.of_ballots)).collection("ballots")
        query: Document = {"consultation": consultation, "standing": {"$ne": str(Standing.RETRACTED)}}
        of_it: Document = {"consultation": consultation}
        seen = await _looked_at(consultation, comments.find(query), ballots.find(of_it, batch_size=AT_ONCE))
        written = set()
        with comments_writer(folder) as write:
            async for document in comments.find(query):
                if document["_id"] in seen.shown:
                    write(_comment(document, seen))
                    written.add(document["_id"])
        seen.shown = written  # what was taken back since the look has no line, so no vote on it may have one
        self.say(f"comments.csv: {len(seen.shown):,} comments")
        cast = 0
        with votes_writer(folder) as write_vote:
            async for vote in self._votes(consultation, seen):
                write_vote(vote)
                cast += 1
        self.say(f"votes.csv: {cast:,} votes")
        columns = sorted((seen.comments.of(each) for each in seen.shown), key=int)
        voters = 0
        with participants_writer(folder, columns) as write_participant:
            async for document in ballots.find(of_it, batch_size=AT_ONCE):
                write_participant(_participant(document, seen))
                voters += 1
        self.say(f"participants-votes.csv: {voters:,} people in {len(seen.groups.groups)} groups")
        return Exported(len(seen.shown), cast, voters, len(seen.groups.groups))

    async def _votes(self, consultation: str, seen: _Seen) -> AsyncIterator[PolisVote]:
        """Every vote that counted when it was given, with its time, from the topic."""
        sequences = dict.fromkeys(range(VOTES.partitions), -1)
        async for records in read_to_end(self.bootstrap, VOTES, dict.fromkeys(sequences, 0)):
            for record in records:
                try:
                    decision = read(VOTES, record)
                    if not counts(decision, sequences[record.partition]):
                        continue
                except UnreadableEventError:
                    # Set aside by the projection as well: it is in no file, as it is on no page.
                    continue
                sequences[record.partition] = sequence_of(decision.event)
                data = decision.data
                if isinstance(data, Voted) and data.consultation == consultation and data.comment in seen.shown:
                    number = seen.comments.of(data.comment)
                    yield PolisVote(seen.people.of(data.voter), number, SIDES[data.vote], decision.event.time)

    async def _folded(self, projection: Projection) -> Version:
        """The live version, once everything that is in the topic now is in it."""
        until = await ends(self.bootstrap, projection.topic)
        least, since = -1, time.monotonic()
        while True:
            version = await live_version(self.database, projection)
            positions = await version.positions()
            behind = sum(max(end - positions[at].next_offset, 0) for at, end in until.items())
            if not behind:
                return version
            if least < 0 or behind < least:
                least, since = behind, time.monotonic()
                self.say(f"waiting for {projection.name}: {behind:,} decisions behind")
            elif time.monotonic() - since > STALLED:
                raise StalledError(f"{projection.name} stays {behind:,} decisions behind its topic")
            await asyncio.sleep(_ASK_AGAIN)


async def _looked_at(consultation: str, comments: Any, ballots: Any) -> _Seen:
    names = PolisNames(consultation)
    seen = _Seen(Numbered(names.number_of_comment), Numbered(names.number_of_person))
    state = OpinionState()
    async for document in comments:
        seen.shown.add(document["_id"])
        seen.comments.keep(document["_id"])
        seen.people.keep(document["author"])
        seen.wrote[document["author"]] += 1
        if document["standing"] == Standing.HIDDEN:
            state.withhold(document["_id"])
    if not seen.shown:
        raise UnknownError(consultation)
    async for document in ballots:
        seen.people.keep(document["_id"])
        for comment, vote in _votes_in(document, seen):
            seen.got.setdefault(comment, Counter())[vote] += 1
            state.take(document["_id"], comment, SIDES[vote])
    seen.groups = await asyncio.to_thread(state.recompute)
    return seen


def _votes_in(ballot: Document, seen: _Seen) -> Iterator[tuple[str, Vote]]:
    return ((comment, Vote(vote)) for comment, vote in ballot["votes"].items() if comment in seen.shown)


def _comment(document: Document, seen: _Seen) -> PolisComment:
    got = seen.got.get(document["_id"], Counter())
    return PolisComment(
        id=seen.comments.of(document["_id"]),
        author=seen.people.of(document["author"]),
        created=document["at"],
        agrees=got[Vote.AGREE],
        disagrees=got[Vote.DISAGREE],
        moderation=Moderation.OUT if document["standing"] == Standing.HIDDEN else Moderation.IN,
        body=document["text"],
    )


def _participant(ballot: Document, seen: _Seen) -> PolisParticipant:
    votes = tuple((seen.comments.of(comment), int(SIDES[vote])) for comment, vote in _votes_in(ballot, seen))
    voter = ballot["_id"]
    return PolisParticipant(seen.people.of(voter), seen.groups.placed(voter), seen.wrote[voter], votes)
