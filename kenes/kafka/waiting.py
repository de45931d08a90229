"""Requests that wait for their decision, resolved by the live tail: pushed, not polled."""

import asyncio
from collections import OrderedDict

from kenes.kafka.records import Receipt, Recorded

REMEMBERED = 1024
"""Of signatures about 3 kB each."""


class Decisions:
    """The latest decisions of one topic, by receipt, and who waits for the next ones.

    A decision may come before its asker starts to wait, so the last thousand or so are kept.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._recent: OrderedDict[tuple[int, int], Recorded] = OrderedDict()
        self._waiting: dict[tuple[int, int], set[asyncio.Future[Recorded | None]]] = {}

    def note(self, decision: Recorded) -> None:
        """Takes in a decision and wakes who waits for it."""
        if decision.event.sequence is None:
            return
        key = (decision.partition, decision.event.sequence)
        self._recent[key] = decision
        if len(self._recent) > self._remembered:
            self._recent.popitem(last=False)
        for asker in self._waiting.pop(key, ()):
            _answer(asker, decision)

    def get(self, receipt: Receipt) -> Recorded | None:
        """The decision on a request, if it is among the latest."""
        return self._recent.get((receipt.partition, receipt.offset))

    def latest(self) -> list[Recorded]:
        """The latest decisions, the oldest first."""
        return list(self._recent.values())

    async def wait(self, receipt: Receipt, seconds: float) -> Recorded | None:
        """The decision on a request, or `None` when it does not come within so many seconds."""
        found = self.get(receipt)
        if found is not None or seconds <= 0:
            return found
        key = (receipt.partition, receipt.offset)
        # Everyone has a future of their own: who leaves takes nothing from those who stay, and leaves nothing behind.
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Recorded | None] = loop.create_future()
        self._waiting.setdefault(key, set()).add(mine)
        end = loop.call_later(seconds, _answer, mine, None)
        try:
            return await mine
        finally:
            end.cancel()
            askers = self._waiting.get(key, set())
            askers.discard(mine)
            if not askers:
                self._waiting.pop(key, None)


def _answer(asker: asyncio.Future[Recorded | None], decision: Recorded | None) -> None:
    if not asker.done():
        asker.set_result(decision)
