"""Looks at channels that officials have named, from the process that has a way out."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kenes.identity.sealing import Keyring
from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from schemas.notifications.parts import ChannelKind
from schemas.notifications.public_channels import PublicChannelAsked, PublicChannelReported
from schemas.topics import SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS, Topic
from services.notifications.channels.telegram.api import BotApi
from services.notifications.channels.telegram.publicity import Seen, look_at
from services.notifications.delivering.unsubscribing import Ending
from services.notifications.domain.public_channel import ChannelFault
from services.notifications.following.commands import Commands
from services.notifications.matching.requests import follow_up
from services.notifications.public_channels.naming import channel_of, code_of


@dataclass(frozen=True)
class ChannelChecks:
    """Reads what was asked, and reports. Whatever it reports twice is refused.

    `note` keeps what ends what is told in a chat, for when the bot is put out of it.
    """

    api: BotApi
    keyring: Keyring
    commands: Commands
    producer: Producer
    note: Callable[[str, Ending], Awaitable[None]]

    def worker(self) -> Worker:
        """The worker on the topic."""
        return Worker("channel-checks", (SUBSCRIPTIONS,), self.handle)

    async def handle(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        """Looks at each channel of a batch."""
        for each in events:
            if isinstance(each.data, PublicChannelAsked) and each.event.offset in (None, each.offset):
                report = await self._look(each.data)
                event = follow_up(report, report.subscriber, each.event.id, datetime.now(UTC), each.event.traceparent)
                await self.producer.send(SUBSCRIPTION_REQUESTS, report.subscriber.encode(), event)

    async def _look(self, asked: PublicChannelAsked) -> PublicChannelReported:
        seen = await look_at(self.api, asked.name, code_of(self.keyring, asked.body, asked.name))
        if isinstance(seen, ChannelFault):
            return PublicChannelReported(subscriber=asked.subscriber, check=asked.check, fault=seen)
        return await self._linkable(asked, seen)

    async def _linkable(self, asked: PublicChannelAsked, seen: Seen) -> PublicChannelReported:
        who = channel_of(asked.body, asked.name)
        channel = await self.commands.channel_id(who, ChannelKind.TELEGRAM, seen.chat)
        await self.note(seen.chat, Ending(asked.subscriber, channel, None))
        sealed = (await self.commands.vault.key_of(who.person)).seal(seen.chat, channel)
        return PublicChannelReported(
            subscriber=asked.subscriber, check=asked.check, title=seen.title, channel=channel, sealed=sealed
        )
