"""Connections that are kept: how many there are, and what becomes of one that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from kenes.local.ports import free_port
from kenes.mail.message import Mail
from kenes.mail.pool import LETTERS, PooledSender
from kenes.mail.sender import MailRefusedError, Reply
from kenes.mail.settings import MailSettings

MAIL = Mail("aigerim@example.org", "S", "T", "<p>T</p>", "en", reference="one-1")


class Counting:
    """A relay that counts who calls, and refuses some recipients."""

    def __init__(self) -> None:
        self.callers: set[Any] = set()
        self.senders: list[str] = []
        self.message_ids: list[str] = []

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - its name there
        self.callers.add(session.peer)
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name there
        self.senders.append(envelope.mail_from)
        return "250 Kept"


@asynccontextmanager
async def pool(relay: Counting, connections: int, **changes: Any) -> AsyncIterator[PooledSender]:
    port = free_port()
    loop = asyncio.get_running_loop()
    told = {"smtp_host": "127.0.0.1", "smtp_from": "Kenes <no-reply@kenes.test>", "smtp_security": "none"}
    server = await loop.create_server(lambda: SMTP(relay, hostname="localhost", loop=loop), "127.0.0.1", port)
    async with server:
        sender = PooledSender(MailSettings(**(told | changes), smtp_port=port), connections=connections)
        yield sender
        await sender.aclose()


async def test_many_letters_go_over_few_connections() -> None:
    relay = Counting()
    async with pool(relay, 3) as sender:
        await asyncio.gather(*(sender.send(MAIL) for _ in range(30)))
    assert len(relay.senders) == 30
    assert len(relay.callers) <= 3


async def test_a_refusal_leaves_the_connection_for_the_next_letter() -> None:
    relay = Counting()
    nobody = Mail("nobody@example.org", "S", "T", "<p>T</p>", "en")
    async with pool(relay, 1) as sender:
        for _ in range(3):
            with pytest.raises(MailRefusedError) as refused:
                await sender.send(nobody)
            assert refused.value.reply == Reply(550, "5.1.1")
            await sender.send(MAIL)
    assert len(relay.senders) == 3
    assert len(relay.callers) == 1


async def test_a_connection_ends_after_so_many_letters_and_another_follows() -> None:
    relay = Counting()
    async with pool(relay, 1) as sender:
        for _ in range(LETTERS + 1):
            await sender.send(MAIL)
    assert len(relay.callers) == 2


async def test_a_relay_that_hung_up_meanwhile_is_called_again() -> None:
    relay = Counting()
    async with pool(relay, 1) as sender:
        await sender.send(MAIL)
        async with sender.connection() as kept:
            kept.close()
        await sender.send(MAIL)
    assert len(relay.callers) == 2


async def test_bounces_come_back_to_an_address_that_names_the_letter() -> None:
    relay = Counting()
    async with pool(relay, 1, smtp_bounces="bounces@kenes.test") as sender:
        await sender.send(MAIL)
        await sender.send(Mail("aigerim@example.org", "S", "T", "<p>T</p>", "en"))
    assert relay.senders == ["bounces+one-1@kenes.test", "bounces@kenes.test"]
