"""What the api process of the notifications service serves: the JSON API, the pages and what is live of both."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from starlette.routing import BaseRoute

from kenes.mail.settings import LinkSettings
from kenes.mongo.projection import LiveCollections
from kenes.service.callers import Callers
from kenes.service.definition import Context, Served
from kenes.service.own_data import OwnDataApi
from kenes.service.website import Folders, Website, website
from kenes.setting_files import load_settings
from kenes.web.openapi import Operation
from services.notifications.addresses import Addresses
from services.notifications.api import json_api
from services.notifications.following.api import FollowingApi
from services.notifications.following.api_side import ApiSide as Followers
from services.notifications.following.api_side import api_side as follower_side
from services.notifications.following.askers import Askers
from services.notifications.following.bounces import Bounces, BounceSettings
from services.notifications.following.chat_links import ChatLinks
from services.notifications.following.inbox_api import InboxApi
from services.notifications.following.links import links_of
from services.notifications.following.opting_in import opting_in
from services.notifications.following.own_data import MyData, OwnData
from services.notifications.following.pages import LetterPages
from services.notifications.pages import page_routes
from services.notifications.pages.site import NotificationSite, desks, shell_of
from services.notifications.public_channels.api import ChannelApi
from services.notifications.public_channels.commands import ChannelCommands
from services.notifications.public_channels.reads import ChannelReads
from services.notifications.service import Notifications
from services.notifications.streams.api_side import ApiSide as Streams
from services.notifications.streams.api_side import api_side as stream_side
from services.notifications.ways import offered
from services.notifications.wording.interests import InterestNames
from services.notifications.wording.telling import LOCALES, Wording

FOLDERS: Final = Folders.of(Path(__file__).parent, LOCALES)


@asynccontextmanager
async def site_of(service: Notifications, context: Context) -> AsyncIterator[Served]:
    """The JSON API, the pages and what is live of both."""
    async with AsyncExitStack() as stack:
        enter, shell = stack.enter_async_context, shell_of(service.settings.sites)
        site = await enter(website(service.settings, context, service.keyring, FOLDERS, shell))
        callers = Callers(site.authenticator.bearer_person, service.settings.wait_limit)
        streams = await enter(stream_side(service, context, callers))
        followers = await enter(follower_side(service, context))
        pages = await _pages(service, context, site, streams, followers)

        def close() -> None:
            streams.close()
            followers.hub.close()

        api = json_api(_operations(pages, callers, replace(callers, authenticate=site.authenticator.person)))
        yield Served(site.app([*_of_letters(pages), *page_routes(pages), *api.routes()], {}), close)


async def _pages(
    service: Notifications, context: Context, site: Website, streams: Streams, followers: Followers
) -> NotificationSite:
    """What every page has at hand."""
    addresses = Addresses(service.settings.sites, service.origin)
    mail = await opting_in(context, service.keyring, followers.commands, service.settings)
    links = await links_of(context, load_settings(LinkSettings).limits)
    return NotificationSite(
        pages=site.pages,
        confirmations=site.confirmations,
        folder="notifications",
        shell=shell_of(service.settings.sites),
        desks=desks,
        origin=service.origin,
        live=LiveCollections(context.database, service.projections),
        addresses=addresses,
        wording=Wording(site.catalogs),
        names=InterestNames(context.database, addresses),
        keyring=service.keyring,
        following=followers,
        streams=streams,
        own_data=OwnData(followers, streams.commands, streams.keys),
        opting_in=mail,
        chat_links=ChatLinks(links, service.keyring, followers.commands),
        channels=ChannelReads(followers),
        channel_commands=ChannelCommands(followers.commands),
        ways=offered(mail is not None),
    )


def _operations(pages: NotificationSite, callers: Callers, watchers: Callers) -> Sequence[Operation]:
    """What the API offers. `watchers` are known by session too: browsers watch the badge."""
    askers = Askers(callers)
    return [
        *pages.streams.operations,
        *FollowingApi(pages.following, pages.opting_in, pages.chat_links, askers, pages.ways).operations(),
        *InboxApi(pages.following, askers, Askers(watchers)).operations(),
        *OwnDataApi(callers, pages.own_data.told, MyData).operations(),
        *ChannelApi(pages.channels, pages.channel_commands, callers, pages.ways.telegram).operations(),
    ]


def _of_letters(pages: NotificationSite) -> Sequence[BaseRoute]:
    """Where links in letters lead, and where letters go that come back."""
    commands, reads = pages.following.commands, pages.following.reads
    letters = LetterPages(pages, pages.keyring, commands, reads, pages.names, pages.opting_in)
    return [*letters.routes(), *Bounces(load_settings(BounceSettings), pages.live, commands).routes()]
