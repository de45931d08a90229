"""A receipt is looked up before anything is waited for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.waiting import Decisions
from kenes.service.answers import ReceiptView
from kenes.service.receipt_reads import awaited_receipt
from schemas.envelope import Event
from tests.example.v1 import LoanRefused

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
RECEIPT: Final = Receipt(3, 17)
STORED: Final = ReceiptView("book", "stored", None, AT)
LATE: Final = ReceiptView("book", LoanRefused.TYPE, "lent", AT)


def decision() -> Recorded:
    """The decision on the request, from the live tail."""
    data = LoanRefused(book="book", code="lent")
    event = Event(id="i", source="/s", subject="book", time=AT, data=data, sequence=17)
    return Recorded(3, 5, AT, None, event)


async def stored(_receipt: Receipt) -> ReceiptView | None:
    """The projection has it."""
    return STORED


async def missing(_receipt: Receipt) -> ReceiptView | None:
    """The projection does not have it."""
    return None


async def test_a_recent_decision_needs_no_database() -> None:
    decisions = Decisions()
    decisions.note(decision())
    assert await awaited_receipt(decisions, stored, RECEIPT, 60) == LATE


async def test_what_is_stored_is_not_waited_for() -> None:
    async with asyncio.timeout(30):
        assert await awaited_receipt(Decisions(), stored, RECEIPT, 3_600) == STORED


async def test_what_nobody_knows_yet_is_waited_for() -> None:
    decisions = Decisions()
    asked = asyncio.create_task(awaited_receipt(decisions, missing, RECEIPT, 60))
    await asyncio.sleep(0)
    decisions.note(decision())
    assert await asked == LATE
    assert await awaited_receipt(Decisions(), missing, RECEIPT) is None
