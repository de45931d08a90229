"""Votes on each comment, exact and in memory: the tallies as they were stored, and every vote since."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.projection import Version
from kenes.web.live import LiveHub
from schemas.consultations.parts import Vote
from schemas.consultations.votes import Voted
from schemas.envelope import sequence_of

TOLD = 50
"""Comments whose votes a frame of a consultation tells: those that were voted on last."""


@dataclass(slots=True)
class Tally:
    """Votes on one comment. `acts` is the number of counted votes: the same in every process, ever growing."""

    agree: int = 0
    disagree: int = 0
    passed: int = 0
    acts: int = 0

    def add(self, vote: Vote, step: int) -> None:
        """Counts a vote, or takes one away."""
        match vote:
            case Vote.AGREE:
                self.agree += step
            case Vote.DISAGREE:
                self.disagree += step
            case Vote.PASS:
                self.passed += step

    def view(self) -> dict[str, int]:
        """As clients get it."""
        return {"agree": self.agree, "disagree": self.disagree, "pass": self.passed}


@dataclass(slots=True)
class Poll:
    """The votes of one consultation, by comment."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    acts: int = 0
    latest: dict[str, Tally] = field(default_factory=dict)

    def moved(self, comment: str, tally: Tally) -> None:
        """Keeps in mind that a comment was voted on just now."""
        self.acts += 1
        self.latest.pop(comment, None)
        self.latest[comment] = tally
        if len(self.latest) > TOLD:
            del self.latest[next(iter(self.latest))]


class LiveVotes:
    """A change is published to the hub under the ids of the consultation and of the comment."""

    def __init__(self, hub: LiveHub) -> None:
        self._hub = hub
        self._polls: dict[str, Poll] = {}
        self._ahead: dict[tuple[str, int], int] = {}

    def of(self, consultation: str, comment: str) -> Tally:
        """The votes on a comment."""
        poll = self._polls.get(consultation)
        return (poll.tallies.get(comment) if poll is not None else None) or Tally()

    def acts(self, consultation: str) -> int:
        """How many votes were counted in a consultation."""
        poll = self._polls.get(consultation)
        return 0 if poll is None else poll.acts

    async def load(self, tallies: Version) -> Mapping[int, Position]:
        """Takes in the stored tallies; returns the positions the tail must go on from."""
        positions = await tallies.positions()
        async for document in tallies.collection("tallies").find({}):
            poll = self._polls.setdefault(document["consultation"], Poll())
            tally = poll.tallies.setdefault(document["comment"], Tally())
            for vote in Vote:
                tally.add(vote, document.get(vote, 0))
            tally.acts += document["acts"]
            poll.acts += document["acts"]
            if document["s"] > positions[document["p"]].sequence:
                # Written after the positions were read: the tail must not count it again.
                self._ahead[document["comment"], document["p"]] = document["s"]
        return positions

    def take(self, decision: Recorded) -> None:
        """Counts a vote and tells the hub."""
        data = decision.data
        if not isinstance(data, Voted):
            return
        if self._ahead and sequence_of(decision.event) <= self._ahead.get((data.comment, decision.partition), -1):
            return
        poll = self._polls.setdefault(data.consultation, Poll())
        tally = poll.tallies.setdefault(data.comment, Tally())
        tally.add(data.vote, 1)
        if data.before is not None:
            tally.add(data.before, -1)
        tally.acts += 1
        poll.moved(data.comment, tally)
        self._hub.publish(data.consultation, poll.acts, lambda: self.frame(data.consultation))
        self._hub.publish(data.comment, tally.acts, lambda: self.comment_frame(data.comment, tally))

    def frame(self, consultation: str) -> bytes:
        """The data of one live event, JSON: how many votes there are, and those on the comments voted on last."""
        poll = self._polls.get(consultation) or Poll()
        moved = {comment: {"version": tally.acts, **tally.view()} for comment, tally in poll.latest.items()}
        return orjson.dumps({"consultation": consultation, "votes": poll.acts, "comments": moved})

    @staticmethod
    def comment_frame(comment: str, tally: Tally) -> bytes:
        """The data of one live event about a comment, JSON."""
        return orjson.dumps({"comment": comment, "version": tally.acts, **tally.view()})
