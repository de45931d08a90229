"""What the dispatcher needs of whoever carries an event to a receiver, and what it is told of each try."""

from dataclasses import dataclass
from typing import Protocol

from schemas.notifications.streams import Result
from services.notifications.domain.streams import AgencyStream
from services.notifications.streams.line import Line


@dataclass(frozen=True, slots=True)
class Tried:
    """How one try ended: delivered, failed or gone. `status` is the receiver's, where it answered at all.

    `after` is the least number of seconds until the next try, where the receiver named one; `reason` is a code.
    """

    result: Result
    status: int | None = None
    reason: str | None = None
    after: float | None = None


class Sender(Protocol):
    """One try, which raises nothing for what a receiver does."""

    async def send(self, stream: AgencyStream, line: Line) -> Tried:
        """Sends one event to the stream's address, signed with its secrets."""

    def again_after(self, attempt: int, tried: Tried) -> float | None:
        """Seconds from a failed try, counted from 1, to the next one; `None` where it was the last one."""
