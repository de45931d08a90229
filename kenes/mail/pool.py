"""Connections to the relay that are kept for the next letter: for those who send many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiosmtplib

from kenes.mail.sender import SmtpSender
from kenes.mail.settings import MailSettings

LETTERS: Final = 100
"""Sent over one connection at most: relays close those that never end."""


class PooledSender(SmtpSender):
    """Sends over at most `connections` at once. One that fails is dropped, and the next letter gets a new one."""

    def __init__(self, settings: MailSettings, *, connections: int = 4) -> None:
        """Raises `ValueError` without a host."""
        super().__init__(settings)
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[tuple[aiosmtplib.SMTP, int]] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection of the pool, for one mail."""
        async with self._turns:
            relay, letters = self._kept() or (self.client(), 0)
            if not relay.is_connected:
                await relay.connect()
            try:
                yield relay
            except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException):
                # An answer, not a fault: the library has reset the dialogue, unless the relay hung up.
                await self._keep(relay, letters + 1)
                raise
            except BaseException:
                relay.close()
                raise
            await self._keep(relay, letters + 1)

    async def aclose(self) -> None:
        """Takes leave of the relay."""
        while kept := self._kept():
            await _leave(kept[0])

    def _kept(self) -> tuple[aiosmtplib.SMTP, int] | None:
        while self._idle:
            relay, letters = self._idle.pop()
            if relay.is_connected:
                return relay, letters
        return None

    async def _keep(self, relay: aiosmtplib.SMTP, letters: int) -> None:
        if letters >= LETTERS:
            await _leave(relay)
        elif relay.is_connected:
            self._idle.append((relay, letters))


async def _leave(relay: aiosmtplib.SMTP) -> None:
    # The letters are delivered; a relay that does not answer the farewell changes nothing.
    with suppress(aiosmtplib.SMTPException, OSError):
        await relay.quit()
    relay.close()
