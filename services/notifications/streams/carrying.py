"""What couriers share: the log, the way out, and the bounds on what flies at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from schemas.notifications.streams import DeliveryAttempted, StreamRequest
from services.notifications.streams.budget import Budget
from services.notifications.streams.log import PublicLog
from services.notifications.streams.progress import Progress
from services.notifications.streams.sending import Sender
from services.notifications.streams.slots import Slots


@dataclass(frozen=True)
class Carrying:
    """What all couriers of a process share. `ask` asks the stream's decider for something.

    `note` keeps a try, with the `traceparent` of the event that was sent.

    `slots` bounds what flies at once in all, `at_once_per_stream` what flies of one stream, of which the live flow may
    have all and the rest half. `budget` bounds the lines in memory.
    """

    log: PublicLog
    progress: Progress
    sender: Sender
    note: Callable[[DeliveryAttempted, str | None], Awaitable[None]]
    ask: Callable[[StreamRequest], Awaitable[None]]
    slots: Slots
    at_once_per_stream: int
    budget: Budget = field(default_factory=Budget)
