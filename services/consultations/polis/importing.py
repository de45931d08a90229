"""A polis conversation made a consultation: real requests on the topics, decided like anybody's.

Names follow from what the files hold, so an import that broke off goes on where it was, and one that is run again
changes nothing.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.reader import ends
from kenes.kafka.tail import Tail
from kenes.kafka.waiting import Decisions
from kenes.service.asking import Asking, Outcome
from schemas.consultations.comments import HideRequested, PostRequested
from schemas.consultations.parts import Stakeholder, Vote
from schemas.consultations.votes import VoteRequested
from schemas.envelope import sequence_of
from schemas.parts import Actor, Assurance, Eligibility, PrivateEntry, Seen
from schemas.payload import Payload
from schemas.prose import without_hidden
from schemas.topics import (
    COMMENT_REQUESTS,
    COMMENTS,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    VOTE_REQUESTS,
    VOTES,
    Topic,
)
from services.consultations.commands import SOURCE
from services.consultations.domain.refusals import Refusal
from services.consultations.polis import Moderation, PolisComment, PolisVote
from services.consultations.polis.plan import ACTOR, Plan, course

IN_FLIGHT: Final = 1_000
"""Requests that are written and not yet decided."""
DECIDED_WITHIN: Final = 60.0
"""Seconds after which the stream process is taken for stopped."""

_ELIGIBLE: Final = Eligibility(age=None, region=None, assurance=Assurance.LOW, citizen=False)
_VOTES: Final = {1: Vote.AGREE, -1: Vote.DISAGREE, 0: Vote.PASS}
_HIDDEN_FOR: Final = "moderated-elsewhere"
_WHY_HIDDEN: Final = "A moderator of the original conversation took this comment out."

Say = Callable[[str, int, int], None]
"""Told now and then: what is being brought in, how much of it is done, and how much there is."""


class UndecidedError(RuntimeError):
    """Requests were written, and nobody decides them."""


class RefusedError(RuntimeError):
    """A request was refused, for a reason that an import run again does not explain."""


@dataclass(frozen=True)
class Imported:
    """How many requests of each kind changed something; the others had been decided by an import before."""

    comments: int
    hidden: int
    votes: int


class Importer:
    """Asks for everything in a plan. All methods raise `BrokerUnavailableError`, `UndecidedError`, `RefusedError`."""

    def __init__(self, plan: Plan, keyring: Keyring, course: Asking, comments: Asking, votes: Asking, say: Say) -> None:
        self._plan = plan
        self._names = plan.names
        self._keyring = keyring
        self._course, self._comments, self._votes = course, comments, votes
        self._say = say

    async def run(self) -> Imported:
        """Everything in its order: the course up to its opening, the comments, the hidden ones, the votes."""
        seen = await self._opened()
        plan, names = self._plan, self._names
        authors = {comment.id: names.person(comment.author) for comment in plan.folder.comments()}
        out = [comment.id for comment in plan.folder.comments() if comment.moderation is Moderation.OUT]
        key = plan.consultation
        posts = ((key, self._post(comment, seen)) for comment in plan.folder.comments())
        hiding = ((key, self._hide(number, seen)) for number in out)
        votes = (self._vote(vote, authors[vote.comment], seen) for vote in plan.folder.latest_votes())
        return Imported(
            comments=await self._ask_all("comments", self._comments, posts, len(authors), Refusal.COMMENT_EXISTS),
            hidden=await self._ask_all("hidden comments", self._comments, hiding, len(out), Refusal.COMMENT_HIDDEN),
            votes=await self._ask_all("votes", self._votes, votes, plan.counts.votes, Refusal.SAME_VOTE),
        )

    async def _opened(self) -> Seen:
        """Prepares, describes and opens the consultation, unless that is done; the last decision on it."""
        # A text is too late where the draft was taken back, or reported on, since the import before.
        done = (Refusal.CONSULTATION_EXISTS, Refusal.NOT_IN_PREPARATION, Refusal.VERSION_STALE, Refusal.TOO_LATE)
        seen = Seen(partition=0, sequence=-1)
        for request in course(self._plan):
            outcome = await self._course.ask(request.consultation, request.consultation, request, DECIDED_WITHIN)
            _changed(outcome, done)
            if outcome.decision is not None:
                seen = Seen(partition=outcome.decision.partition, sequence=sequence_of(outcome.decision.event))
        return seen

    async def _ask_all(
        self, what: str, asking: Asking, requests: Iterator[tuple[str, Payload]], total: int, *done: Refusal
    ) -> int:
        """Writes requests, so many ahead of their decisions; how many of them changed something."""
        room = asyncio.Semaphore(IN_FLIGHT)
        found: Counter[bool] = Counter()

        async def one(key: str, request: Payload) -> None:
            try:
                outcome = await asking.ask(key, self._plan.consultation, request, DECIDED_WITHIN)
                found[_changed(outcome, done)] += 1
                self._say(what, found.total(), total)
            finally:
                room.release()

        try:
            async with asyncio.TaskGroup() as tasks:
                for key, request in requests:
                    await room.acquire()
                    tasks.create_task(one(key, request))
        except* (BrokerUnavailableError, UndecidedError, RefusedError) as errors:
            raise errors.exceptions[0] from None
        return found[True]

    def _post(self, comment: PolisComment, seen: Seen) -> PostRequested:
        plan, names = self._plan, self._names
        author = names.person(comment.author)
        # polis tells no names: what is sealed is nothing, under a key that is kept nowhere.
        key = PersonKey(PersonKey.generate())
        name = names.comment(comment.id)
        return PostRequested(
            consultation=plan.consultation,
            comment=name,
            seen=seen,
            actor=Actor(pseudonym=author),
            eligibility=_ELIGIBLE,
            version=1,
            stakeholder=Stakeholder.PUBLIC,
            verified=False,
            language=plan.language,
            # What nobody sees is no part of what was said, and would be refused.
            text=without_hidden(comment.body),
            listed=False,
            sealed=key.seal("{}", plan.consultation),
            mine=PrivateEntry(
                owner=self._keyring.seal_owner(self._keyring.index(f"polis|{plan.consultation}|{author}")),
                entry=key.entry(name),
                note=key.seal("{}"),
            ),
        )

    def _hide(self, number: str, seen: Seen) -> HideRequested:
        return HideRequested(
            consultation=self._plan.consultation,
            comment=self._names.comment(number),
            seen=seen,
            actor=ACTOR,
            reason=_HIDDEN_FOR,
            explanation=_WHY_HIDDEN,
        )

    def _vote(self, vote: PolisVote, author: str, seen: Seen) -> tuple[str, VoteRequested]:
        voter = self._names.person(vote.participant)
        return voter, VoteRequested(
            consultation=self._plan.consultation,
            comment=self._names.comment(vote.comment),
            author=author,
            actor=Actor(pseudonym=voter),
            stakeholder=Stakeholder.PUBLIC,
            verified=False,
            eligibility=_ELIGIBLE,
            vote=_VOTES[vote.value],
            seen=seen,
        )


def _changed(outcome: Outcome, done: tuple[Refusal, ...]) -> bool:
    """Whether a request changed something; not, where an import before this one had asked for the same."""
    if outcome.decision is None:
        raise UndecidedError(f"no decision within {DECIDED_WITHIN:.0f} s")
    code = getattr(outcome.decision.data, "code", None)
    if code is None:
        return True
    if code in done:
        return False
    raise RefusedError(f"{outcome.decision.event.data.TYPE}: {code}")


@asynccontextmanager
async def importer(
    plan: Plan, keyring: Keyring, bootstrap: str, producer: Producer, say: Say
) -> AsyncIterator[Importer]:
    """An importer that hears the decisions from now on. Raises `BrokerUnavailableError`."""
    tails: list[asyncio.Task[None]] = []

    async def asking(requests: Topic, decisions: Topic) -> Asking:
        heard = Decisions(4 * IN_FLIGHT)
        tail = Tail(bootstrap, decisions, heard.note)
        starts = {at: Position(end, -1) for at, end in (await ends(bootstrap, decisions)).items()}
        tails.append(asyncio.create_task(tail.follow(starts)))
        await tail.caught_up.wait()
        return Asking(SOURCE, requests, producer, heard)

    try:
        course = await asking(CONSULTATION_REQUESTS, CONSULTATIONS)
        comments = await asking(COMMENT_REQUESTS, COMMENTS)
        votes = await asking(VOTE_REQUESTS, VOTES)
        yield Importer(plan, keyring, course, comments, votes, say)
    finally:
        for tail in tails:
            tail.cancel()
        await asyncio.gather(*tails, return_exceptions=True)
