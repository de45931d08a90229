"""Opinion groups of running consultations, in memory while somebody asks for them: stored votes, then those that come.

A consultation is taken in when first asked for, and dropped when nobody has asked for it for a while or others are
asked for more. Groups are made in a thread, one consultation at a time, and no oftener than every two seconds each.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.projection import Version
from kenes.service.following import Load
from schemas.consultations.comments import Hidden, Restored, Retracted
from schemas.consultations.parts import Stakeholder, Vote
from schemas.consultations.votes import Voted
from schemas.envelope import sequence_of
from services.consultations.opinion import OpinionGroups, OpinionState
from services.consultations.opinion import Vote as Side

EVERY: Final = 2.0
"""Seconds between two beginnings of the same consultation's groups."""
PATIENCE: Final = 2.5
"""Seconds somebody who asks is made to wait for newer groups than there are."""
IDLE: Final = 600.0
"""Seconds after which a consultation that nobody asks for is dropped."""
MOST: Final = 32
"""Consultations held at once."""
MOST_VOTES: Final = 4_000_000
"""Votes held at once, nine bytes each; the consultation asked for last is held however large it is."""

SIDES: Final = {Vote.AGREE: Side.AGREE, Vote.DISAGREE: Side.DISAGREE, Vote.PASS: Side.PASS}

Sequences = Mapping[int, int]
"""The last decision read of each partition."""


class Stored(Protocol):
    """What was said before this process read along."""

    def ballots(self, consultation: str, until: Sequences) -> AsyncIterator[Document]:
        """Each voter's votes, with every decision up to `until` in them."""

    def withheld(self, consultation: str, until: Sequences) -> AsyncIterator[str]:
        """Comments that are not shown, with every decision up to `until` in them."""


class StillReadingError(RuntimeError):
    """What is stored is too far behind the topics to be taken over now."""


class Read:
    """How far this process has read a topic."""

    def __init__(self) -> None:
        self._sequences: dict[int, int] = {}

    def after(self, load: Load) -> Load:
        """The same load of a tail, which tells where the tail goes on from."""

        async def told(version: Version) -> Mapping[int, Position]:
            positions = await load(version)
            self._sequences = {partition: position.sequence for partition, position in positions.items()}
            return positions

        return told

    def note(self, decision: Recorded) -> None:
        """Takes a decision as read."""
        self._sequences[decision.partition] = sequence_of(decision.event)

    def now(self) -> Sequences:
        """The sequences at this moment."""
        return dict(self._sequences)


@dataclass(slots=True)
class _Poll:
    """One consultation. `late` are decisions that come while the stored ones are read, `None` afterwards."""

    state: OpinionState
    asked: float
    late: list[Recorded] | None = field(default_factory=list)
    began: float = float("-inf")
    computed: bool = False
    loading: asyncio.Task[None] | None = None
    work: asyncio.Task[None] | None = None


class LiveOpinions:
    """The groups of any consultation, as current as the topics. Decisions on votes and comments are handed to it."""

    def __init__(self, stored: Stored, *, most: int = MOST, most_votes: int = MOST_VOTES) -> None:
        self.votes, self.comments = Read(), Read()
        self._stored = stored
        self._most, self._most_votes = most, most_votes
        self._polls: OrderedDict[str, _Poll] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        # One thread for good: each new one would keep memory of its own for what it takes and gives back.
        self._thread = ThreadPoolExecutor(1, "opinion-groups")

    def take(self, decision: Recorded) -> None:
        """Notes a decision on a vote."""
        self.votes.note(decision)
        if isinstance(decision.data, Voted):
            self._take(decision.data.consultation, decision)

    def take_comment(self, decision: Recorded) -> None:
        """Notes a decision on a comment."""
        self.comments.note(decision)
        if isinstance(decision.data, Hidden | Restored | Retracted):
            self._take(decision.data.consultation, decision)

    async def groups(self, consultation: str) -> OpinionGroups:
        """The groups now; whoever asks waits for newer ones a moment, and for the first as long as it takes.

        Raises `StillReadingError`, `DatabaseUnavailableError`.
        """
        poll = self._asked(consultation)
        if poll.loading is not None:
            await asyncio.shield(poll.loading)
        if poll.work is None and poll.state.stale and time.monotonic() - poll.began >= EVERY:
            poll.work = _begun(self._recompute(poll), f"groups of {consultation}")
        if poll.work is not None:
            done, _ = await asyncio.wait({poll.work}, timeout=PATIENCE if poll.computed else None)
            for work in done:
                work.result()
        return poll.state.groups

    async def aclose(self) -> None:
        """Stops whatever is under way."""
        tasks = [task for poll in self._polls.values() for task in (poll.loading, poll.work) if task is not None]
        self._polls.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._thread.shutdown(wait=False)

    def __len__(self) -> int:
        """Consultations held."""
        return len(self._polls)

    def _asked(self, consultation: str) -> _Poll:
        now = time.monotonic()
        poll = self._polls.get(consultation)
        if poll is None:
            poll = self._polls[consultation] = _Poll(OpinionState(), now)
            poll.loading = _begun(self._load(consultation, poll), f"votes of {consultation}")
        poll.asked = now
        self._polls.move_to_end(consultation)
        self._make_room(now)
        return poll

    def _make_room(self, now: float) -> None:
        """Drops those not asked for, the longest first; the one just asked for is the last."""
        held = sum(poll.state.held for poll in self._polls.values())
        while len(self._polls) > 1:
            consultation, poll = next(iter(self._polls.items()))
            if len(self._polls) <= self._most and held <= self._most_votes and now - poll.asked <= IDLE:
                return
            held -= poll.state.held
            del self._polls[consultation]

    async def _load(self, consultation: str, poll: _Poll) -> None:
        votes, comments = self.votes.now(), self.comments.now()
        try:
            async for document in self._stored.ballots(consultation, votes):
                _ballot(poll.state, document)
            async for comment in self._stored.withheld(consultation, comments):
                poll.state.withhold(comment)
        except BaseException:
            # What was read in part is nobody's: the next who asks begins anew.
            if self._polls.get(consultation) is poll:
                del self._polls[consultation]
            raise
        late, poll.late, poll.loading = poll.late, None, None
        # Those that were stored already come again, in their order: the last one of each counts.
        for decision in late or ():
            _note(poll.state, decision.data)

    async def _recompute(self, poll: _Poll) -> None:
        try:
            async with self._one_at_a_time:
                poll.began = time.monotonic()
                await asyncio.get_running_loop().run_in_executor(self._thread, poll.state.recompute)
                poll.computed = True
        finally:
            poll.work = None

    def _take(self, consultation: str, decision: Recorded) -> None:
        poll = self._polls.get(consultation)
        if poll is None:
            return
        if poll.late is not None:
            poll.late.append(decision)
        elif time.monotonic() - poll.asked > IDLE:
            del self._polls[consultation]
        else:
            _note(poll.state, decision.data)


def _begun(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """A task whose error is told to those who wait for it, and to nobody once they have all gone."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
    return task


def _ballot(state: OpinionState, document: Document) -> None:
    voter = document["_id"]
    state.declare(voter, Stakeholder(document["stakeholder"]))
    for comment, vote in document["votes"].items():
        state.take(voter, comment, SIDES[Vote(vote)])


def _note(state: OpinionState, data: Any) -> None:
    _NOTES[type(data)](state, data)


def _voted(state: OpinionState, data: Voted) -> None:
    state.declare(data.voter, data.stakeholder)
    state.take(data.voter, data.comment, SIDES[data.vote])


_NOTES: Final[dict[type[Any], Callable[[OpinionState, Any], None]]] = {
    Voted: _voted,
    Hidden: lambda state, data: state.withhold(data.comment),
    Retracted: lambda state, data: state.withhold(data.comment),
    Restored: lambda state, data: state.withhold(data.comment, withheld=False),
}
