"""A rush of people who sign: as fast as they are answered, or at a rate, and everything read is verified.

Each person signs each petition at most once, so that a rush knows what every answer must be:
a first signature is accepted, a repeated one is refused, a withdrawal takes exactly one off.
An answer that was lost is asked for again by repeating the act, which can count only once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kenes.load.api import (
    ACCEPTED,
    ALREADY_SIGNED,
    NOT_NOW,
    WITHDRAWN,
    PetitionsApi,
    each_counted,
    pause_of,
    problem_code,
)
from kenes.load.book import AFTER_LOSS, Book, Pair
from kenes.load.client import Answer, AnswerError, Connection, ConnectionGoneError
from kenes.load.files import allow_connections
from kenes.load.result import RushResult
from kenes.load.verify import Verifier

Act = Literal["sign", "withdraw"]
_DECISION: Final = {"sign": ACCEPTED, "withdraw": WITHDRAWN}
_STATUS: Final = {"sign": 201, "withdraw": 200}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a rush goes. It ends after `count` acts or `seconds`, whichever is first, or when everybody has signed.

    `rate` is acts a second, planned ahead and timed from the plan; without it each of `concurrency` people acts as
    soon as the one before is answered. Shares are of all acts. `patience` is how long, in seconds, an act is repeated
    while it gets no answer, and how long stored counts may take to catch up. `sample` receipts are looked up, all
    where it is `None`.
    """

    concurrency: int = 64
    seconds: float | None = None
    count: int | None = None
    rate: float | None = None
    duplicates_share: float = 0.0
    withdrawals_share: float = 0.0
    patience: float = 30.0
    sample: int | None = None
    seed: int = 1


class Rush:
    """One rush. `run` once, or `act` and then `verify`; `stop` ends it early, with everything verified as usual."""

    def __init__(self, base_url: str, tokens: Sequence[str], petitions: Sequence[str], plan: Plan) -> None:
        if not tokens or not petitions:
            raise ValueError("a rush needs at least one token and one petition")
        self.plan = plan
        self.book = Book(list(petitions), random.Random(plan.seed))  # noqa: S311 - a repeatable choice, not a secret
        self.latencies: list[float] = []
        self._tokens = tokens
        self._api = PetitionsApi(base_url)
        self._pairs = self._newcomers()
        self._stopping = False
        self._left = plan.count if plan.count is not None else 1 << 62
        self.began = 0.0
        """When the first act was due, as `time.perf_counter()`; with a rate, act n was due n / rate later."""
        self._ended = 0.0
        self.before: dict[str, int] = {}
        """Each petition's count before the first act."""
        self._planned = 0

    def stop(self) -> None:
        """No further acts."""
        self._stopping = True

    async def run(self) -> RushResult:
        """Acts, then verifies. Raises `OSError` or `AnswerError` where not even the counts can be read."""
        await self.act()
        return await self.verify()

    async def act(self) -> RushResult:
        """The rush itself. The result says nothing yet about what was stored."""
        allow_connections(self.plan.concurrency)
        self.before = {petition: count async for petition, count in each_counted(self._api, self.book.petitions)}
        self.began = time.perf_counter()
        async with asyncio.TaskGroup() as people:
            for _ in range(self.plan.concurrency):
                people.create_task(self._person())
        self._ended = time.perf_counter()
        self.latencies.sort()
        return self._result(None)

    async def verify(self) -> RushResult:
        """Looks up every receipt and count; the result has what was different."""
        verifier = Verifier(self._api, self.book, self.before, self.plan)
        await verifier.run()
        return self._result(verifier)

    def _result(self, verifier: Verifier | None) -> RushResult:
        return RushResult(
            seconds=self._ended - self.began,
            accepted=self.book.accepted.total(),
            withdrawn=self.book.withdrawn.total(),
            refused=dict(self.book.refused),
            unknown=self.book.unknown.total(),
            unreceipted=self.book.unreceipted,
            latencies=self.latencies,
            receipts_given=len(self.book.receipts),
            receipts_checked=0 if verifier is None else verifier.receipts_checked,
            counts_checked=0 if verifier is None else verifier.counts_checked,
            out_of_sight=0 if verifier is None else verifier.out_of_sight,
            caught_up_after=0.0 if verifier is None else verifier.caught_up - self._ended,
            differences=tuple(self.book.differences),
        )

    def _newcomers(self) -> Iterator[Pair]:
        """Every person once on each petition; one person's acts far apart, neighbours on different petitions."""
        people, petitions = len(self._tokens), len(self.book.petitions)
        for round_ in range(petitions):
            for person in range(people):
                yield Pair(person, (person + round_) % petitions)

    async def _person(self) -> None:
        """Acts again and again on one connection, as one person after another."""
        async with Connection(self._api.address) as connection:
            while await self._turn(connection):
                pass

    async def _turn(self, connection: Connection) -> bool:
        """One act; false when there is nothing left to do."""
        if self._stopping or self._left <= 0:
            return False
        self._left -= 1
        clicked = await self._next_click()
        if self.plan.seconds is not None and clicked - self.began >= self.plan.seconds:
            return False
        kind = self.book.chance.random()
        if kind < self.plan.duplicates_share and (pair := self.book.take_signed()):
            await self._sign_again(connection, pair, clicked)
        elif 1 - kind < self.plan.withdrawals_share and (pair := self.book.take_signed()):
            if await self._act(connection, "withdraw", pair, clicked) is None:
                self.book.note_unknown(pair)
        elif newcomer := next(self._pairs, None):
            if await self._act(connection, "sign", newcomer, clicked) is None:
                self.book.note_unknown(newcomer)
        else:
            return False
        return True

    async def _next_click(self) -> float:
        """When this act was clicked: now, or when the plan says."""
        if self.plan.rate is None:
            return time.perf_counter()
        clicked = self.began + self._planned / self.plan.rate
        self._planned += 1
        await asyncio.sleep(max(0.0, clicked - time.perf_counter()))
        return clicked

    async def _sign_again(self, connection: Connection, pair: Pair, clicked: float) -> None:
        request = self._api.sign(self.book.petitions[pair.petition], self._tokens[pair.person])
        answer, _ = await self._ask(connection, request)
        if answer is None:
            return  # whether it was refused in time or not, it changed nothing; the count tells
        self.latencies.append(time.perf_counter() - clicked)
        code = problem_code(answer)
        if answer.status == 409 and code == ALREADY_SIGNED:
            self.book.refused[code] += 1
        else:
            self.book.note_surprise(f"a second signature was answered {answer.status}: {answer.body[:200]!r}")
        self.book.signed.append(pair)

    async def _act(self, connection: Connection, act: Act, pair: Pair, clicked: float) -> bool | None:
        """An act that must take effect: whether it did, `None` when nobody says."""
        petition = self.book.petitions[pair.petition]
        make = self._api.sign if act == "sign" else self._api.withdraw
        note = self.book.note_signed if act == "sign" else self.book.note_withdrawn
        answer, repeated = await self._ask(connection, make(petition, self._tokens[pair.person]))
        if answer is None:
            return None
        self.latencies.append(time.perf_counter() - clicked)
        if answer.status == _STATUS[act]:
            told = answer.json()
            if told["decision"] != _DECISION[act] or told["petition"] != petition:
                self.book.note_surprise(f"{act} on {petition} was answered {told!r}")
            note(pair, told["receipt"])
            return True
        if repeated and answer.status == 409 and problem_code(answer) == AFTER_LOSS[act]:
            note(pair, None)
            return True
        self.book.note_surprise(f"{act} on {petition} was answered {answer.status}: {answer.body[:200]!r}")
        return False

    async def _ask(self, connection: Connection, request: bytes) -> tuple[Answer | None, bool]:
        """The decision, and whether the request was repeated; no answer when none comes in spite of patience."""
        gives_up = time.perf_counter() + self.plan.patience
        repeated = False
        while True:
            pause = 0.1
            try:
                answer = await connection.request(request)
            except (ConnectionGoneError, OSError):
                repeated = True
            except AnswerError as error:
                self.book.note_surprise(str(error))
                return None, repeated
            else:
                if answer.status not in NOT_NOW and answer.status != 202:
                    return answer, repeated
                # 202: not decided within `Prefer: wait`. 503: it may be on the topic all the same.
                repeated = repeated or answer.status != 429
                pause = pause_of(answer)
            if time.perf_counter() > gives_up:
                return None, repeated
            await asyncio.sleep(pause)


async def rush(  # noqa: PLR0913 - all but three are named and have defaults
    base_url: str,
    tokens: Sequence[str],
    petitions: Sequence[str],
    *,
    concurrency: int = 64,
    seconds: float | None = None,
    count: int | None = None,
    duplicates_share: float = 0.0,
    rate: float | None = None,
    sample: int | None = None,
) -> RushResult:
    """Rushes petitions (ids) of the site at `base_url` with the people `tokens` speak for. See `Plan`."""
    plan = Plan(
        concurrency=concurrency,
        seconds=seconds,
        count=count,
        rate=rate,
        duplicates_share=duplicates_share,
        sample=sample,
    )
    return await Rush(base_url, tokens, petitions, plan).run()
