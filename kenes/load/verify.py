"""After a rush: every receipt is looked up, and every count must be what the rush's own books say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from kenes.load.api import NotThereError, PetitionsApi, read_json
from kenes.load.book import Book, Expected
from kenes.load.client import AnswerError, Connection

_READERS: Final = 16
_AGAIN: Final = 0.25
"""Seconds between two looks at what is not told yet: counts are told four times a second."""


class Patience(Protocol):
    """The part of a rush's plan that a verifier needs."""

    @property
    def patience(self) -> float:
        """Seconds until what is stored must have caught up."""

    @property
    def sample(self) -> int | None:
        """How many receipts are looked up, `None` for all."""


class Verifier:
    """Reads through the public API alone. Adds what it finds to the book's differences."""

    def __init__(self, api: PetitionsApi, book: Book, before: Mapping[str, int], plan: Patience) -> None:
        self.receipts_checked = 0
        self.counts_checked = 0
        self.out_of_sight = 0
        self.caught_up = time.perf_counter()
        self._api = api
        self._book = book
        self._before = before
        self._plan = plan
        self._deadline = 0.0

    async def run(self) -> None:
        """Checks counts, then receipts, then what is stored: each by the time patience is over."""
        self._deadline = time.perf_counter() + self._plan.patience
        async with Connection(self._api.address) as connection:
            for petition in self._book.petitions:
                await self._check_count(connection, petition)
        receipts = iter(self._chosen())
        async with asyncio.TaskGroup() as readers:
            for _ in range(_READERS):
                readers.create_task(self._check_receipts(receipts))
        async with Connection(self._api.address) as connection:
            for petition in self._book.petitions:
                try:
                    await self._check_stored(connection, petition)
                except NotThereError:
                    # Its count was read: it went to moderators meanwhile, who alone may read it now.
                    self.out_of_sight += 1
        self.caught_up = time.perf_counter()

    def _chosen(self) -> Iterator[tuple[str, Expected]]:
        given = list(self._book.receipts.items())
        sample = self._plan.sample
        return iter(given if sample is None or sample >= len(given) else self._book.chance.sample(given, sample))

    async def _check_count(self, connection: Connection, petition: str) -> None:
        """The live count is what it was, plus accepted, minus withdrawn."""
        self.counts_checked += 1
        found: int | None = None
        while time.perf_counter() < self._deadline or found is None:
            found = int((await read_json(connection, self._api.count(petition)))["count"])
            if found in self._possible(petition):
                return
            await asyncio.sleep(_AGAIN)
        self._book.note_surprise(f"{petition} counts {found}, must be {self._told(petition)}")

    def _possible(self, petition: str) -> range:
        # An act nobody answered is a signature or a withdrawal that may have taken effect.
        expected, unknown = self._before[petition] + self._book.net(petition), self._book.unknown[petition]
        return range(expected - unknown, expected + unknown + 1)

    def _told(self, petition: str) -> str:
        possible = self._possible(petition)
        return str(possible[0]) if len(possible) == 1 else f"{possible[0]} to {possible[-1]}"

    async def _check_receipts(self, receipts: Iterator[tuple[str, Expected]]) -> None:
        async with Connection(self._api.address) as connection:
            for receipt, expected in receipts:
                told = await self._decided(connection, receipt)
                self.receipts_checked += 1
                if (told.get("petition"), told.get("decision")) != expected:
                    self._book.note_surprise(f"the receipt {receipt} must lead to {expected}, it leads to {told}")

    async def _decided(self, connection: Connection, receipt: str) -> Any:
        """What is found under a receipt; a projection that lags is waited for."""
        while True:
            try:
                told = await read_json(connection, self._api.receipt(receipt))
            except AnswerError as error:
                return {"error": str(error)}
            if told["status"] != "pending" or time.perf_counter() > self._deadline:
                return told
            await asyncio.sleep(_AGAIN)

    async def _check_stored(self, connection: Connection, petition: str) -> None:
        """What the database holds by the minute adds up to the live count, and the petition shows the same."""
        stored, shown = -1, -2
        while time.perf_counter() < self._deadline or stored < 0:
            minutes = (await read_json(connection, self._api.history(petition)))["minutes"]
            stored = sum(minute["count"] for minute in minutes)
            shown = (await read_json(connection, self._api.petition(petition)))["count"]["count"]
            if stored == shown and shown in self._possible(petition):
                return
            await asyncio.sleep(_AGAIN)
        self._book.note_surprise(
            f"{petition}: by the minute {stored}, on its page {shown}, must be {self._told(petition)}"
        )
