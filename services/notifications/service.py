"""The notifications service as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final

from kenes.identity.sealing import Keyring
from kenes.identity.settings import SettingError
from kenes.identity.settings import load as load_settings
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveCollections, Projection
from kenes.service.callers import Callers
from kenes.service.definition import Clock, Context, Deciding, Service, Site, Stream
from kenes.service.website import Folders, website
from schemas.topics import (
    COMMENTS,
    CONSULTATIONS,
    PETITIONS,
    PUBLIC_EVENTS,
    PUBLICATION_REQUESTS,
    SIGNATURES,
    Topic,
)
from services.notifications.addresses import Addresses
from services.notifications.api import json_api
from services.notifications.following import running as followers
from services.notifications.following.api import FollowingApi
from services.notifications.following.askers import Askers
from services.notifications.following.bounces import Bounces, BounceSettings
from services.notifications.following.chat_links import ChatLinks
from services.notifications.following.chats import bot_side
from services.notifications.following.inbox_api import InboxApi
from services.notifications.following.links import links_of
from services.notifications.following.opting_in import opting_in
from services.notifications.following.pages import LetterPages
from services.notifications.pages import page_routes, shell_of
from services.notifications.pages.site import NotificationSite, desks
from services.notifications.projection import projections
from services.notifications.public_channels.api import ChannelApi
from services.notifications.public_channels.commands import ChannelCommands
from services.notifications.public_channels.reads import ChannelReads
from services.notifications.publishing.counts import Counts
from services.notifications.publishing.relay import READINGS, Relay
from services.notifications.settings import Settings
from services.notifications.stream import publication_rules
from services.notifications.streams import running as streams
from services.notifications.streams.entitlements import EntitlementsError, read_entitlements
from services.notifications.ways import offered, ways
from services.notifications.wording import telling
from services.notifications.wording.interests import InterestNames

FOLDERS: Final = Folders.of(Path(__file__).parent, telling.LOCALES)


class Notifications(Service):
    """What everybody may know, and who is told of it."""

    name: ClassVar[str] = "notifications"
    topics: ClassVar[tuple[Topic, ...]] = (PUBLICATION_REQUESTS, PUBLIC_EVENTS, *streams.TOPICS, *followers.TOPICS)
    reads: ClassVar[tuple[Topic, ...]] = (PETITIONS, SIGNATURES, CONSULTATIONS, COMMENTS)

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.keyring = Keyring(settings.master_key.get_secret_value())
        try:
            self.entitlements = read_entitlements(settings.stream_entitlements)
        except EntitlementsError as error:
            raise SettingError(f"KENES_STREAM_ENTITLEMENTS: {error}") from error

    @property
    def database(self) -> str:
        """The name of the service's database."""
        return self.settings.notifications_database

    @cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What the service keeps for readers."""
        return projections()

    @cached_property
    def deciding(self) -> tuple[Deciding, ...]:
        """What the service decides."""
        publications = Deciding(PUBLICATION_REQUESTS, PUBLIC_EVENTS, publication_rules())
        return (publications, streams.deciding(), *followers.deciding())

    @asynccontextmanager
    async def stream(self, context: Context) -> AsyncIterator[Stream]:
        """The decider of what is told, and the relays that ask it."""
        publications, agency_streams, *_ = self.deciding
        relays = [Relay(reading, context.database, context.producer) for reading in READINGS]
        counts = Counts(context.database, context.producer)
        settings = self.settings
        addresses = Addresses(settings.sites, settings.public_url.rstrip("/"))
        async with (
            streams.stream_side(
                self,
                context,
                self.keyring,
                agency_streams,
                in_flight=settings.streams_in_flight,
                at_once=settings.stream_in_flight,
            ) as sending,
            ways(settings.public_url) as opened,
            followers.stream_side(self, context, self.keyring, addresses, opened.channels) as telling_followers,
            bot_side(context, self.keyring, settings, opened.telegram, telling_followers.owns) as bot,
        ):
            yield Stream(
                deciding=(
                    (publications, KeyedState(context.database, publications.rules)),
                    (agency_streams, sending.states),
                    *telling_followers.deciding,
                ),
                clocks=[Clock(settings.counted_every, counts.tick), telling_followers.clock, *bot.clocks],
                workers=[
                    *(relay.worker() for relay in relays),
                    sending.worker,
                    *telling_followers.workers,
                    *bot.workers,
                ],
            )

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Site]:
        """The JSON API and the pages."""
        async with AsyncExitStack() as stack:
            shell = shell_of(self.settings.sites)
            site = await stack.enter_async_context(website(self.settings, context, self.keyring, FOLDERS, shell))
            origin = self.settings.public_url.rstrip("/")
            addresses = Addresses(self.settings.sites, origin)
            callers = Callers(site.authenticator.bearer_person, self.settings.wait_limit)
            reading = await stack.enter_async_context(
                streams.api_side(self, context, self.keyring, callers, self.entitlements)
            )
            following = await stack.enter_async_context(followers.api_side(self, context, self.keyring))
            mail = await opting_in(context, self.keyring, following.commands, self.settings)
            pages = NotificationSite(
                pages=site.pages,
                confirmations=site.confirmations,
                folder="notifications",
                shell=shell,
                desks=desks,
                origin=origin,
                live=LiveCollections(context.database, self.projections),
                addresses=addresses,
                wording=telling.Wording(site.catalogs),
                names=InterestNames(context.database, addresses),
                keyring=self.keyring,
                following=following,
                streams=reading,
                opting_in=mail,
                chat_links=ChatLinks(await links_of(context, self.settings), self.keyring, following.commands),
                channels=ChannelReads(following),
                channel_commands=ChannelCommands(following.commands),
                ways=offered(mail is not None),
            )
            askers, watchers = Askers(callers), Askers(replace(callers, authenticate=site.authenticator.person))
            follow = FollowingApi(following, mail, pages.chat_links, askers, pages.ways)
            channels = ChannelApi(pages.channels, pages.channel_commands, callers, pages.ways.telegram)
            inbox = InboxApi(following, askers, watchers)
            letters = LetterPages(pages, self.keyring, following.commands, following.reads, pages.names, mail)
            bounces = Bounces(load_settings(BounceSettings), pages.live, following.commands)
            api = json_api([*reading.operations, *follow.operations(), *inbox.operations(), *channels.operations()])

            def close() -> None:
                reading.close()
                following.hub.close()

            yield Site(site.app([*letters.routes(), *bounces.routes(), *page_routes(pages), *api.routes()], {}), close)
