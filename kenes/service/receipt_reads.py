"""What became of a request, found by its receipt: among the latest decisions, in what is stored, or when it comes."""

from collections.abc import Awaitable, Callable

from kenes.kafka.records import Receipt
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Collection
from kenes.service.answers import ReceiptView
from kenes.service.receipts import receipt_id

Stored = Callable[[Receipt], Awaitable[ReceiptView | None]]


async def stored_receipt(collection: Collection, receipt: Receipt, subject: str = "subject") -> ReceiptView | None:
    """What a projection has kept of the decision on a request. `subject` is the field that names what it is about."""
    found = await collection.find_one({"_id": receipt_id(receipt.partition, receipt.offset)})
    return None if found is None else ReceiptView(found[subject], found["decision"], found["code"], found["at"])


async def awaited_receipt(
    decisions: Decisions, stored: Stored, receipt: Receipt, wait: float = 0.0
) -> ReceiptView | None:
    """What became of a request; `None` while it is undecided. Only what is not known yet is waited for, in seconds."""
    decided = decisions.get(receipt)
    if decided is None:
        known = await stored(receipt)
        if known is not None:
            return known
        decided = await decisions.wait(receipt, wait)
    if decided is not None:
        return ReceiptView.of(decided)
    # The projection may have heard of it where this process has not.
    return await stored(receipt) if wait > 0 else None
