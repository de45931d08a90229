"""What is to be delivered to one receiver, in the order of each subject. No I/O: whoever runs it sends and reads.

A subject whose event failed is parked: what comes of it waits behind the one that failed, and everything else goes on.
Of what waits only so much is noted; the rest is looked for in the log again when its turn comes.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

from services.notifications.streams.line import Line

MOST_WAITING: Final = 1_000
"""Lines of a lane held in memory, where its process has room for so many."""
MOST_PARKED: Final = 20_000
"""Events noted behind failures; no more is read then."""
MOST_OF_ONE: Final = 100
"""The same of one subject, of which more can come: a busy one must not stop all others."""


@dataclass(slots=True)
class Queue:
    """Undelivered events of one subject by offset, the oldest first. `since` is when the first try failed (epoch).

    `beyond` is from where on events of it are not noted here, if there are any.
    """

    offsets: deque[int] = field(default_factory=deque)
    parked: bool = False
    attempts: int = 0
    since: float = 0.0
    at: float = 0.0
    beyond: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The next thing to send. `line` is `None` where it must be read again; `attempt` counts from 1."""

    subject: str
    offset: int
    attempt: int
    line: Line | None


class Lane:
    """A cursor over the log up to `end`, if there is one, and what was read and is not delivered yet."""

    def __init__(self, cursor: int, end: int | None = None) -> None:
        self.cursor = cursor
        self.end = end
        self.delivered_at = 0.0
        self._queues: dict[str, Queue] = {}
        self._lines: dict[int, Line] = {}
        self._ready: deque[str] = deque()
        self._later: list[tuple[float, str]] = []
        self._short: deque[str] = deque()
        self._parked = 0

    @property
    def room(self) -> int:
        """How many lines may be read now."""
        if self._parked >= MOST_PARKED:
            return 0
        left = MOST_WAITING - len(self._lines)
        return left if self.end is None else min(left, self.end - self.cursor)

    @property
    def held(self) -> int:
        """Lines in memory."""
        return len(self._lines)

    @property
    def parked(self) -> int:
        """Events noted behind failures."""
        return self._parked

    @property
    def done(self) -> bool:
        """All up to the end was delivered, or given up."""
        return self.end is not None and self.cursor >= self.end and not self._queues

    @property
    def next_try(self) -> float | None:
        """When the next parked event is due (epoch seconds)."""
        return self._later[0][0] if self._later else None

    def take(self, lines: Iterable[Line], cursor: int) -> None:
        """Lines that are wanted, out of all up to `cursor`."""
        for line in lines:
            queue = self._queues.get(line.subject)
            if queue is None:
                queue = self._queues[line.subject] = Queue()
                self._ready.append(line.subject)
            if queue.parked:
                self._park(queue, line.offset)
            else:
                self._lines[line.offset] = line
                queue.offsets.append(line.offset)
        self.cursor = cursor

    def _park(self, queue: Queue, offset: int) -> None:
        if queue.beyond is not None or (queue.offsets and offset <= queue.offsets[-1]):
            return  # waits already, or was delivered and is read again after a restart
        if len(queue.offsets) >= MOST_OF_ONE:
            queue.beyond = offset
            return
        queue.offsets.append(offset)
        self._parked += 1

    @property
    def missing(self) -> tuple[str, int] | None:
        """A subject of which the next events must be looked for in the log, and from where; `found` must follow."""
        return (self._short[0], self._queues[self._short[0]].beyond or 0) if self._short else None

    def found(self, offsets: Sequence[int], cursor: int) -> None:
        """These are the events of the `missing` subject up to `cursor`."""
        subject = self._short[0]
        queue = self._queues[subject]
        queue.offsets.extend(offsets)
        self._parked += len(offsets)
        queue.beyond = cursor if cursor < self.cursor else None
        if offsets or queue.beyond is None:
            self._short.popleft()
            self._go_on(subject, queue)

    def next(self, now: float) -> Delivery | None:
        """Something to send now, one at a time of each subject; `done` or `failed` must follow."""
        while self._later and self._later[0][0] <= now:
            self._ready.append(heappop(self._later)[1])
        if not self._ready:
            return None
        subject = self._ready.popleft()
        queue = self._queues[subject]
        offset = queue.offsets[0]
        return Delivery(subject, offset, queue.attempts + 1, self._lines.get(offset))

    def settled(self, subject: str, *, delivered_at: float | None = None) -> None:
        """The event in hand of a subject was delivered at this time, or given up: the next one is ready."""
        queue = self._queues[subject]
        self._lines.pop(queue.offsets.popleft(), None)
        self._parked -= queue.parked
        queue.attempts, queue.since = 0, 0.0
        if delivered_at is not None:
            self.delivered_at = delivered_at
        self._go_on(subject, queue)

    def _go_on(self, subject: str, queue: Queue) -> None:
        if queue.offsets:
            self._ready.append(subject)
        elif queue.beyond is not None:
            self._short.append(subject)
        else:
            del self._queues[subject]

    def failed(self, subject: str, now: float, again_at: float) -> None:
        """The event in hand of a subject could not be delivered: its subject waits."""
        queue = self._queues[subject]
        if not queue.parked:
            queue.parked = True
            self._parked += len(queue.offsets)
            for offset in queue.offsets:
                self._lines.pop(offset, None)
        queue.attempts += 1
        queue.since = queue.since or now
        queue.at = again_at
        heappush(self._later, (again_at, subject))

    def failing_since(self, subject: str) -> float:
        """When the event in hand of a subject failed first; 0.0 where it has not."""
        return self._queues[subject].since

    def hurry(self, now: float) -> None:
        """Whatever waits for its next try is due now, and has all its tries again: the receiver may be another."""
        self._later = sorted((now, subject) for _, subject in self._later)
        for _, subject in self._later:
            queue = self._queues[subject]
            queue.attempts, queue.since, queue.at = 0, 0.0, now

    def cut(self, last: int) -> None:
        """The log ends at the cursor `last`: there is nothing beyond it, and nothing waits there. Nothing may fly."""
        self.cursor = min(self.cursor, last)
        self.end = None if self.end is None else min(self.end, last)
        for subject, queue in list(self._queues.items()):
            kept = deque(offset for offset in queue.offsets if offset < last)
            self._parked -= queue.parked * (len(queue.offsets) - len(kept))
            queue.offsets = kept
            queue.beyond = None if queue.beyond is None or queue.beyond >= last else queue.beyond
            if not kept and queue.beyond is None:
                del self._queues[subject]
        self._later = sorted((at, subject) for at, subject in self._later if subject in self._queues)
        self._short = deque(subject for subject in self._short if subject in self._queues)

    def document(self) -> dict[str, Any]:
        """What must be kept: from where to read again, and what is parked. Reading again repeats what came after it."""
        parked = {subject: queue for subject, queue in self._queues.items() if queue.parked}
        waiting = [queue.offsets[0] for queue in self._queues.values() if not queue.parked]
        return {
            "next": min([self.cursor, *waiting]),
            "delivered_at": self.delivered_at,
            "parked": [
                {
                    "subject": subject,
                    "offsets": list(queue.offsets),
                    "attempts": queue.attempts,
                    "since": queue.since,
                    "at": queue.at,
                    "beyond": queue.beyond,
                }
                for subject, queue in parked.items()
            ],
        }

    @classmethod
    def restored(cls, document: Mapping[str, Any], end: int | None = None) -> "Lane":
        """The lane that was kept as this document."""
        lane = cls(document["next"], end)
        lane.delivered_at = document["delivered_at"]
        for kept in document["parked"]:
            offsets = deque(kept["offsets"])
            queue = lane._queues[kept["subject"]] = Queue(
                offsets, True, kept["attempts"], kept["since"], kept["at"], kept.get("beyond")
            )
            lane._parked += len(offsets)
            if queue.offsets:
                heappush(lane._later, (queue.at, kept["subject"]))
            else:
                lane._short.append(kept["subject"])
        return lane
