"""What became of requests about streams."""

from dataclasses import dataclass

from kenes.kafka.records import Receipt
from kenes.kafka.waiting import Decisions
from kenes.mongo.projection import LiveCollections
from kenes.service.answers import ReceiptView
from kenes.service.receipts import receipt_id


@dataclass(frozen=True)
class StreamReceipts:
    """Looks among the latest decisions first, then in the projection."""

    recent: Decisions
    live: LiveCollections

    async def awaited(self, receipt: Receipt, wait: float) -> ReceiptView | None:
        """The decision on a request, waited for so many seconds; `None` while there is none."""
        decision = self.recent.get(receipt)
        if decision is not None:
            return ReceiptView.of(decision)
        key = receipt_id(receipt.partition, receipt.offset)
        found = await (await self.live.of("stream_receipts")).find_one({"_id": key})
        if found is not None:
            return ReceiptView(found["subject"], found["decision"], found["code"], found["at"])
        decision = await self.recent.wait(receipt, wait)
        return None if decision is None else ReceiptView.of(decision)
