"""The ways out that this installation has, by kind of channel: what is not set up is not offered."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from kenes.egress.client import Egress
from kenes.egress.settings import EgressSettings
from kenes.mail.pool import PooledSender
from kenes.mail.settings import LinkSettings, MailSettings
from kenes.observe.logs import get_logger
from kenes.setting_files import load_settings
from kenes.web.language import edge_catalogs
from kenes.web.problems import Problem
from schemas.notifications.parts import ChannelKind
from services.notifications.channels.email import EmailChannel
from services.notifications.channels.port import NoticeChannel
from services.notifications.channels.telegram.api import BotApi
from services.notifications.channels.telegram.channel import TelegramChannel
from services.notifications.channels.telegram.messenger import Messenger
from services.notifications.channels.telegram.settings import TelegramSettings
from services.notifications.channels.webpush.channel import WebPushChannel
from services.notifications.channels.webpush.settings import WebPushSettings
from services.notifications.channels.webpush.subscription import SubscriptionError, parse_subscription
from services.notifications.wording.telling import LOCALES, Wording

LIST: Final = "notices"
_log = get_logger(__name__)


@dataclass(frozen=True)
class Offered:
    """By which ways people can be told here, beside the inbox; `None` where a way is not set up.

    `telegram` is the bot's name, `push_key` the public key that browsers ask for, `push_hosts` their push services.
    """

    mail: bool
    telegram: str | None
    push_key: str | None
    push_hosts: tuple[str, ...]

    def subscription(self, text: str) -> str:
        """A browser's subscription, where it can be pushed to; raises 422 `subscription-unusable`."""
        try:
            parse_subscription(text, self.push_hosts)
        except SubscriptionError:
            raise Problem(422, "subscription-unusable") from None
        return text


def check_ways() -> None:
    """Raises `SettingError` for the first setting of a way out that is wrong, whether or not the way is set up."""
    for settings in (MailSettings, LinkSettings, TelegramSettings, WebPushSettings, EgressSettings):
        load_settings(settings)


def offered(mail: bool) -> Offered:
    """What pages offer. Raises `SettingError`."""
    telegram, push = load_settings(TelegramSettings), load_settings(WebPushSettings)
    return Offered(
        mail=mail,
        telegram=telegram.bot if telegram.is_on else None,
        push_key=push.key.public if push.is_on else None,
        push_hosts=push.webpush_hosts if push.is_on else (),
    )


@dataclass(frozen=True)
class Telegram:
    """The bot's way to the Bot API, and the limits that all it says is under."""

    api: BotApi
    messenger: Messenger


@dataclass(frozen=True)
class Ways:
    """What this process tells people by; `telegram` is there where its channel is."""

    channels: Mapping[ChannelKind, NoticeChannel]
    telegram: Telegram | None


@asynccontextmanager
async def ways(public_url: str) -> AsyncIterator[Ways]:
    """Opens the channels. `public_url` is where people reach the site. Raises `SettingError`."""
    wording = Wording(edge_catalogs((LOCALES,)))
    async with AsyncExitStack() as stack:
        telegram = await _telegram(stack)
        opened = {
            ChannelKind.EMAIL: _email(stack, wording, f"{LIST}.{urlsplit(public_url).hostname}"),
            ChannelKind.TELEGRAM: None if telegram is None else TelegramChannel(telegram.messenger, wording),
            ChannelKind.WEBPUSH: await _webpush(stack, wording),
        }
        for kind, channel in opened.items():
            if channel is None:
                _log.info("a channel is off: it is not set up", channel=str(kind))
        yield Ways({kind: channel for kind, channel in opened.items() if channel is not None}, telegram)


def _email(stack: AsyncExitStack, wording: Wording, list_id: str) -> NoticeChannel | None:
    settings = load_settings(MailSettings)
    if settings.smtp_host is None:
        return None
    sender = PooledSender(settings)
    stack.push_async_callback(sender.aclose)
    return EmailChannel(sender, wording, list_id)


async def _telegram(stack: AsyncExitStack) -> Telegram | None:
    settings = load_settings(TelegramSettings)
    if not settings.is_on:
        return None
    api = await stack.enter_async_context(BotApi(settings))
    return Telegram(api, Messenger(api, settings.telegram_per_second))


async def _webpush(stack: AsyncExitStack, wording: Wording) -> NoticeChannel | None:
    settings = load_settings(WebPushSettings)
    if not settings.is_on:
        return None
    egress = await stack.enter_async_context(Egress(load_settings(EgressSettings)))
    return WebPushChannel(egress, settings, wording)
