"""Streams by webhook: the channel's one try, with the stream's secrets opened and the schedule of its tries."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kenes.identity.sealing import Box
from schemas.notifications.streams import Result
from services.notifications.channels.port import Gone, Sent
from services.notifications.channels.retries import pause
from services.notifications.channels.webhook import Receiver, WebhookChannel, hook_of
from services.notifications.domain.streams import AgencyStream
from services.notifications.streams.line import Line
from services.notifications.streams.sending import Tried

SECRETS: Final = "stream secrets"
"""What signing secrets are sealed for (`Keyring.box`), each together with its stream's id."""


@dataclass(frozen=True)
class WebhookSender:
    """A `Sender`. `events` is the address under which each event can be read whole, by its cursor."""

    channel: WebhookChannel
    box: Box
    events: str

    async def send(self, stream: AgencyStream, line: Line) -> Tried:
        secrets = tuple(self.box.open(each, stream.id) for each in stream.signing(datetime.now(UTC)))
        outcome = await self.channel.send(
            Receiver(stream.endpoint, secrets), hook_of(line.attributes, f"{self.events}/{line.cursor}")
        )
        if isinstance(outcome, Sent):
            return Tried(Result.DELIVERED, outcome.status)
        if isinstance(outcome, Gone):
            return Tried(Result.GONE, outcome.status, outcome.reason)
        return Tried(Result.FAILED, outcome.status, outcome.reason, outcome.after)

    def again_after(self, attempt: int, tried: Tried) -> float | None:
        return pause(attempt, random.random(), tried.after)  # noqa: S311 - spreads tries, protects nothing
