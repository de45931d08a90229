"""A client that asks until it knows what became of it, keeps its own books and trusts no count."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.wire import Answer, NoAnswerError, Wire

WAIT = 5
PAUSE = 0.25
LONGEST_PAUSE = 4.0
"""Whoever got no decision asks again after a pause that doubles up to this, as an honest client does."""
NO_ANSWER = Answer(0, {}, {})
DECIDED = (200, 201, 409)
UNDECIDED = (NO_ANSWER.status, 202, 429, 503)
"""After these a person asks again: what was asked may or may not be decided."""

Count = tuple[str, str]
"""What something is counted under: the subject's id and the kind of count."""
Counts = Counter[Count]


@dataclass(frozen=True)
class Asked:
    """Something one person asks for; `act` names it among all there are.

    `done` is the status of a yes, `decision` the event behind it, `already` the refusal of what was done before.
    """

    act: str
    token: str
    method: str
    path: str
    done: int
    decision: str
    already: str
    body: dict[str, Any] | None = None
    key: str | None = None
    """Names what is made, so that asking again makes no second one."""


@dataclass(frozen=True)
class Settled:
    """A yes. `surely`: no request for it is still under way; `location` is empty where its own answer was lost."""

    surely: bool
    location: str


@dataclass
class Books:
    """What the client was told. Receipts are as the API gave them."""

    counts: Counts = field(default_factory=Counter)
    """What must be counted, once everything is stored."""
    acts: int = 0
    accepted: list[tuple[str, str, str]] = field(default_factory=list)
    """Receipt, decision and act of each yes: no act may ever get two."""
    pending: dict[str, str] = field(default_factory=dict)
    """Act by the receipt of each 202."""
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    """When each decision was answered, monotonic seconds."""

    def longest_silence(self, since: float, until: float) -> float:
        """The longest time in seconds without a decision."""
        within = [since, *(moment for moment in self.moments if since <= moment <= until), until]
        return max(after - before for before, after in itertools.pairwise(within))

    def first_after(self, moment: float) -> float:
        """Seconds from a moment to the next decision."""
        return min((found - moment for found in self.moments if found > moment), default=float("inf"))


class Client:
    """Requests under one API's prefix."""

    def __init__(self, url: str, prefix: str) -> None:
        self.books = Books()
        self._prefix = prefix
        host, _, port = url.removeprefix("http://").partition(":")
        self._wire = Wire(host, int(port), timeout=WAIT + 15)

    def close(self) -> None:
        """Closes idle connections."""
        self._wire.close()

    async def settle(self, asked: Asked, *, wait: bool = True, again: bool = False) -> Settled | None:
        """Asks until the answer is a yes, or one that must not be (`None`); after a lost answer, `already` is a yes.

        Without `wait` a receipt is enough. `again` is a second request for what was done: it must get `already`.
        """
        surely, expected = True, again
        for pause in _pauses():
            answer = await self._ask(asked, wait=wait)
            if answer.status == 202:
                self.books.pending[answer.body["receipt"]] = asked.act
            if answer.status == asked.done:
                self.books.accepted.append((answer.body["receipt"], asked.decision, asked.act))
            already = answer.status == 409 and expected and answer.body["code"] == asked.already
            if answer.status == asked.done or already or (answer.status == 202 and not wait):
                self.books.acts += not again
                return Settled(surely, "" if already else answer.headers["location"])
            if answer.status not in UNDECIDED:
                self.books.wrong.append(f"{asked.act} gets {answer.status}: {answer.body}")
                return None
            surely &= answer.status == 202
            expected = True
            await asyncio.sleep(pause)
        return None

    async def _ask(self, asked: Asked, *, wait: bool) -> Answer:
        headers = {"authorization": f"Bearer {asked.token}"} | ({"prefer": f"wait={WAIT}"} if wait else {})
        headers |= {} if asked.key is None else {"idempotency-key": asked.key}
        headers |= {} if asked.body is None else {"content-type": "application/json"}
        body = b"" if asked.body is None else json.dumps(asked.body).encode()
        try:
            answer = await self._wire.ask(asked.method, self._prefix + asked.path, headers, body)
        except NoAnswerError as error:
            self.books.answers[str(error)] += 1
            return NO_ANSWER
        self.books.answers[str(answer.status)] += 1
        if answer.status == 503 and "retry-after" not in answer.headers:
            self.books.wrong.append(f"503 without Retry-After: {answer.body}")
        if answer.status in DECIDED:
            self.books.moments.append(time.monotonic())
        return answer


def _pauses() -> Iterator[float]:
    pause = PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)
