"""What the stream process of the notifications service runs: it decides, and it alone has ways out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kenes.mongo.decision_state import KeyedState
from kenes.service.definition import Clock, Context, Stream
from services.notifications.addresses import Addresses
from services.notifications.following.chats import bot_side
from services.notifications.following.stream_side import follower_side
from services.notifications.publishing.counts import Counts
from services.notifications.publishing.relay import READINGS, Relay
from services.notifications.service import Notifications
from services.notifications.streams.stream_side import sending_side
from services.notifications.ways import ways


@asynccontextmanager
async def stream_of(service: Notifications, context: Context) -> AsyncIterator[Stream]:
    """Deciders, the relays that ask what is told, the sender of streams, and what tells followers."""
    publications, streams, *followed = service.deciding
    relays = [Relay(reading, context.database, context.producer) for reading in READINGS]
    counts = Counts(context.database, context.producer)
    addresses = Addresses(service.settings.sites, service.origin)
    async with (
        sending_side(service, context, streams) as sending,
        ways(service.settings.public_url) as opened,
        follower_side(service, context, followed, addresses, opened.channels) as followers,
        bot_side(context, service.keyring, opened.telegram, followers.owns) as bot,
    ):
        yield Stream(
            deciding=(
                (publications, KeyedState(context.database, publications.rules)),
                (streams, sending.states),
                *followers.deciding,
            ),
            clocks=[Clock(service.settings.counted_every, counts.tick), followers.clock, *bot.clocks],
            workers=[
                *(relay.worker() for relay in relays),
                sending.worker,
                *followers.workers,
                *bot.workers,
            ],
        )
