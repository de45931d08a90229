"""What the local relay took, read before older letters give way to newer ones."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

EVERY = 3.0

Told = tuple[str, str, str]
"""An address, a title and the headline above it: one thing that somebody was told."""


@dataclass
class Mailbox:
    """Letters by their number at the relay, counted from 1."""

    url: str
    letters: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def missed(self) -> int:
        """Letters that gave way before they were read."""
        return max(self.letters, default=0) - len(self.letters)

    async def first_link(self, address: str) -> str:
        """Where the first letter to an address leads, once there is one."""
        while True:
            for letter in self.letters.values():
                if letter["to"] == [address]:
                    return str(letter["links"][0])
            await asyncio.sleep(EVERY)

    def told(self, titles: str) -> Counter[Told]:
        """How often each thing was told whose title begins like this."""
        counts: Counter[Told] = Counter()
        for letter in self.letters.values():
            lines = letter["text"].splitlines()
            for before, line in itertools.pairwise(lines):
                if line.startswith(titles):
                    counts[letter["to"][0], line, before] += 1
        return counts

    async def read(self) -> None:
        """Takes in what has come."""
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
            for letter in (await client.get("/letters.json")).json():
                self.letters.setdefault(letter["number"], letter)

    async def watch(self) -> None:
        """Reads again and again, until cancelled."""
        while True:
            await self.read()
            await asyncio.sleep(EVERY)


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Mailbox]:
    """The letters of the relay whose page is there."""
    mailbox = Mailbox(url)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(mailbox.watch())
        yield mailbox
        watching.cancel()
