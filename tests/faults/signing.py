"""Steady signing by a client that keeps its own books and trusts no count."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.wire import NoAnswerError, Wire

PREFIX = "/api/petitions/v1"
WAIT = 5
PAUSE = 0.25
LONGEST_PAUSE = 4.0
"""Whoever got no decision asks again after a pause that doubles up to this, as an honest client does."""
WITHDRAWS = 8
"""Every so manieth signer withdraws after signing, ..."""
DUPLICATES = 7
"""... signs a second time, ..."""
NO_WAIT = 5
"""... or does not wait for the decision and keeps the receipt."""

AT_ONCE = 400
"""People who are at it at once: more would only wait for each other, and the drill is about losing nothing."""
NO_ANSWER = 0
DECIDED = (200, 201, 409)
UNDECIDED = (NO_ANSWER, 202, 429, 503)
"""After these a person asks again: what was asked may or may not be decided."""

TEXT = {
    "language": "en",
    "title": "Safe crossings near every school",
    "text": "Drivers do not see children at the crossings near our schools in winter. " * 2,
    "proposal": "Light every crossing within 300 metres of a school.",
}


@dataclass
class Books:
    """What the client was told. Keys are (petition, person); receipts are as the API gave them."""

    signed: set[tuple[str, int]] = field(default_factory=set)
    withdrawn: set[tuple[str, int]] = field(default_factory=set)
    accepted: list[tuple[str, tuple[str, int]]] = field(default_factory=list)
    """Receipt and key of each 201: nobody may ever get two."""
    pending: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Receipt of each 202."""
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    """When each decision was answered, monotonic seconds."""

    def expected(self, petition: str) -> tuple[int, int]:
        """Accepted and withdrawn signatures that a petition must have."""
        return (
            sum(1 for found, _ in self.signed if found == petition),
            sum(1 for found, _ in self.withdrawn if found == petition),
        )

    def longest_silence(self, since: float, until: float) -> float:
        """The longest time in seconds without a decision."""
        within = [since, *(moment for moment in self.moments if since <= moment <= until), until]
        return max(after - before for before, after in itertools.pairwise(within))

    def first_after(self, moment: float) -> float:
        """Seconds from a moment to the next decision."""
        return min((found - moment for found in self.moments if found > moment), default=float("inf"))


class Signers:
    """People who sign at a steady rate, each until they know what became of it."""

    def __init__(self, url: str, petitions: list[str], tokens: Iterator[str]) -> None:
        self.books = Books()
        self._petitions = petitions
        self._tokens = tokens
        self._stop = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)
        host, _, port = url.removeprefix("http://").partition(":")
        self._wire = Wire(host, int(port), timeout=WAIT + 15)

    async def run(self, rate: float) -> None:
        """Starts `rate` people a second until `stop`, then returns once each has an answer."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as people:
            for number, token in enumerate(self._tokens):
                due = began + number / rate
                if await self._stopped(due - time.monotonic()):
                    break
                await self._room.acquire()
                petition = self._petitions[number % len(self._petitions)]
                people.create_task(self._take_part(petition, number, token))
        self._wire.close()

    async def _stopped(self, seconds: float) -> bool:
        """Waits; whether `stop` was called."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    def stop(self) -> None:
        """Nobody new comes; those who are here finish."""
        self._stop.set()

    async def _take_part(self, petition: str, number: int, token: str) -> None:
        try:
            await self._act((petition, number), token)
        finally:
            self._room.release()

    async def _act(self, who: tuple[str, int], token: str) -> None:
        number = who[1]
        surely = await self._sign(who, token, wait=number % NO_WAIT != 0)
        if number % DUPLICATES == 0:
            surely &= await self._sign(who, token, wait=True, again=True)
        if number % WITHDRAWS == 0 and surely:
            await self._withdraw(who, token)

    async def _sign(self, who: tuple[str, int], token: str, *, wait: bool, again: bool = False) -> bool:
        """Signs until the answer is definite. After an answer that got lost, `already-signed` is a yes.

        Returns whether each request was answered for sure: one that was not may still be under way, and would sign
        anew after a withdrawal.
        """
        path = f"/petitions/{who[0]}/signatures"
        surely, expected = True, again
        for pause in _pauses():
            status, body = await self._ask("POST", path, token, wait=wait)
            if status == 202:
                self.books.pending[body["receipt"]] = who
            if status == 201:
                self.books.accepted.append((body["receipt"], who))
            if status == 201 or (status == 202 and not wait) or (status == 409 and expected and _already(body)):
                self.books.signed.add(who)
                return surely
            if status not in UNDECIDED:
                self.books.wrong.append(f"{who} signs and gets {status}: {body}")
                return False
            surely &= status == 202
            expected = True
            await asyncio.sleep(pause)
        return False

    async def _withdraw(self, who: tuple[str, int], token: str) -> None:
        path = f"/petitions/{who[0]}/signatures/mine"
        expected = False
        for pause in _pauses():
            status, body = await self._ask("DELETE", path, token, wait=True)
            if status == 200 or (status == 409 and body["code"] == "not-signed" and expected):
                self.books.withdrawn.add(who)
                return
            if status == 202:
                self.books.pending[body["receipt"]] = who
            if status not in UNDECIDED:
                self.books.wrong.append(f"{who} withdraws and gets {status}: {body}")
                return
            expected = True
            await asyncio.sleep(pause)

    async def _ask(self, method: str, path: str, token: str, *, wait: bool) -> tuple[int, dict[str, Any]]:
        headers = {"authorization": f"Bearer {token}"} | ({"prefer": f"wait={WAIT}"} if wait else {})
        try:
            answer = await self._wire.ask(method, f"{PREFIX}{path}", headers)
        except NoAnswerError as error:
            self.books.answers[str(error)] += 1
            return NO_ANSWER, {}
        self.books.answers[str(answer.status)] += 1
        if answer.status == 503 and "retry-after" not in answer.headers:
            self.books.wrong.append(f"503 without Retry-After: {answer.body}")
        if answer.status in DECIDED:
            self.books.moments.append(time.monotonic())
        return answer.status, answer.body


def _already(body: dict[str, Any]) -> bool:
    return bool(body["code"] == "already-signed")


def _pauses() -> Iterator[float]:
    pause = PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


def open_petition(url: str, token: str) -> str:
    """Creates and submits a petition, which publishes it here; returns its id."""
    headers = {"authorization": f"Bearer {token}", "prefer": "wait=30"}
    with httpx.Client(base_url=f"{url}{PREFIX}", headers=headers, timeout=60) as client:
        created = client.post("/petitions", json=TEXT)
        petition: str = created.raise_for_status().json()["petition"]
        decided = client.post(f"/petitions/{petition}/submission")
        if decided.status_code != 200:
            raise RuntimeError(f"submission: {decided.status_code} {decided.text}")
    return petition
