"""Tries to deliver to agencies' receivers, counted by hour.

They are facts without a sequence, so no projection can take them: the document of a partition has the offset that it
counted to, and what comes again below it counts no more.
"""

from collections.abc import Sequence
from typing import Final

from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from kenes.mongo.client import Database, Document
from schemas.notifications.streams import DeliveryAttempted, Result
from schemas.topics import DELIVERY_ATTEMPTS, Topic
from services.console.deliveries.hours import Count, counted, first_kept, minute

COLLECTION: Final = "webhook_figures"
WEBHOOK: Final = "webhook"
NOTHING: Final[Document] = {"next": 0, "hours": {}, "again": {}}


class Webhooks:
    """`webhook_figures`: one document per partition of the tries."""

    def __init__(self, database: Database) -> None:
        self._figures = database[COLLECTION]

    @property
    def worker(self) -> Worker:
        """What the stream process runs."""
        return Worker("webhook-figures", (DELIVERY_ATTEMPTS,), self._take)

    async def _take(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        if not events:
            return
        partition = events[0].partition
        stored = await self._figures.find_one({"_id": partition})
        after = tallied(stored or {"_id": partition, **NOTHING}, events)
        if stored is None:
            await self._figures.insert_one(after)
        else:
            # Where another owner has counted on meanwhile, nothing matches, and nothing is lost.
            await self._figures.replace_one({"_id": partition, "next": stored["next"]}, after)


def tallied(document: Document, events: Sequence[Recorded]) -> Document:
    """The figures with the tries of one partition that they do not have yet.

    `again` says by stream, and order beside its live flow, in which minute the try that failed last is made again. A
    stream that is paused or gone makes none: it is forgotten with the hours.
    """
    counts, again, end = list[Count](), dict(document["again"]), document["next"]
    for each in events:
        if each.offset < end or not isinstance(each.data, DeliveryAttempted):
            continue
        data, end = each.data, each.offset + 1
        counts.append((each.event.time, WEBHOOK, str(data.result)))
        flow = f"{data.stream}/{'' if data.order is None else data.order}"
        again.pop(flow, None)
        if data.result is Result.FAILED and data.again_at is not None:
            again[flow] = minute(data.again_at)
    hours = counted(document["hours"], counts)
    first = first_kept(hours)
    kept = {flow: at for flow, at in again.items() if at >= first}
    return {"_id": document["_id"], "next": end, "hours": hours, "again": kept}
