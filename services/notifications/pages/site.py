"""What every page of notifications has at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kenes.identity.login import LOGIN, LOGOUT
from kenes.identity.sealing import Keyring
from kenes.mongo.projection import LiveCollections
from kenes.web.pages import NavItem, Shell
from kenes.web.site import Site
from services.notifications.addresses import Addresses
from services.notifications.following.api_side import ApiSide as Followers
from services.notifications.following.chat_links import ChatLinks
from services.notifications.following.opting_in import OptingIn
from services.notifications.following.own_data import OwnData
from services.notifications.public_channels.commands import ChannelCommands
from services.notifications.public_channels.naming import bodies_of
from services.notifications.public_channels.reads import ChannelReads
from services.notifications.streams.api_side import ApiSide as Streams
from services.notifications.ways import Offered
from services.notifications.wording.interests import InterestNames
from services.notifications.wording.telling import Wording

CHANNELS: Final = "/notifications/public-channels"
SHELL: Final = Shell(
    nav=(NavItem("nav.notifications", "/notifications"),),
    footer=(NavItem("nav.notifications", "/notifications"), NavItem("nav.developers", "/developers")),
    home="/notifications",
    account="/notifications",
    sign_in=f"{LOGIN}?next=/notifications",
    sign_out=LOGOUT,
)


def shell_of(sites: Mapping[str, str]) -> Shell:
    """The shell among the sites of other services."""
    return SHELL.among("notifications", sites)


def desks(roles: frozenset[str]) -> tuple[NavItem, ...]:
    """Officials have their body's channels; whoever may own streams is everybody."""
    return (NavItem("nav.channels", CHANNELS),) if bodies_of(roles) else ()


@dataclass(frozen=True, kw_only=True)
class NotificationSite(Site):
    """The parts of the pages. `origin` is where people and programs reach this site."""

    origin: str
    live: LiveCollections
    addresses: Addresses
    wording: Wording
    names: InterestNames
    keyring: Keyring
    following: Followers
    streams: Streams
    own_data: OwnData
    opting_in: OptingIn | None
    chat_links: ChatLinks
    channels: ChannelReads
    channel_commands: ChannelCommands
    ways: Offered
