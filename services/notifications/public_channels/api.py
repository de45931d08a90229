"""The part of the JSON API for officials and their bodies' public channels: all that the pages do."""

from dataclasses import asdict, dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.person import Person
from kenes.service.answers import json_response
from kenes.service.callers import Callers
from kenes.web.bodies import read_json
from kenes.web.limits import RateClass
from kenes.web.negotiation import Preference
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from schemas.notifications.parts import Preferences
from services.notifications.domain.refusals import Refusal
from services.notifications.following.askers import subscribed, write
from services.notifications.following.commands import Who
from services.notifications.following.naming import read_follow, read_interest
from services.notifications.following.views import FollowBody, PreferencesBody
from services.notifications.public_channels.access import bot_of, own_channel
from services.notifications.public_channels.commands import ChannelCommands
from services.notifications.public_channels.naming import bodies_of, channel_of
from services.notifications.public_channels.reads import ChannelReads
from services.notifications.public_channels.views import (
    LinkBody,
    PublicChannelDetail,
    PublicChannelList,
    channel_view,
)

_ONE: Final = "/public-channels/{body}/{name}"
_NOT_MINE: Final = ("not-allowed", "channel-name-unusable", "telegram-not-offered")


@dataclass(frozen=True)
class ChannelApi:
    """The handlers and what they need; `bot` is `None` where there is no Telegram."""

    reads: ChannelReads
    commands: ChannelCommands
    callers: Callers
    bot: str | None

    def operations(self) -> list[Operation]:
        """Every operation, for the table of the whole API."""
        follow = (Refusal.INTEREST_UNKNOWN, Refusal.TOO_MANY_FOLLOWS, Refusal.SAME_FOLLOW, *_NOT_MINE)
        return [
            Operation.own(
                "/public-channels", self.list_channels, PublicChannelList, problems=("telegram-not-offered",)
            ),
            Operation.own(_ONE, self.show_channel, PublicChannelDetail, problems=_NOT_MINE),
            write("PUT", _ONE, self.link_channel, body=LinkBody, problems=(Refusal.CHANNEL_LINKED, *_NOT_MINE)),
            write("DELETE", _ONE, self.unlink_channel, problems=(Refusal.CHANNEL_UNKNOWN, *_NOT_MINE)),
            write("POST", f"{_ONE}/follows", self.follow_for_channel, body=FollowBody, problems=follow),
            write(
                "DELETE",
                f"{_ONE}/follows/{{follow}}",
                self.unfollow_for_channel,
                problems=(Refusal.NOT_FOLLOWED, *_NOT_MINE),
            ),
            write(
                "PUT",
                f"{_ONE}/preferences",
                self.prefer_for_channel,
                body=PreferencesBody,
                problems=(Refusal.ZONE_UNKNOWN, *_NOT_MINE),
            ),
        ]

    async def list_channels(self, request: Request) -> Response:
        """The channels of the bodies one is an official of."""
        bot, person = bot_of(self.bot), await self.callers.reader(request)
        found = await self.reads.of(bodies_of(person.roles))
        keyring = self.commands.following.keyring
        items = [channel_view(each, each.public.body, each.public.name, keyring, bot) for each in found if each.public]
        return json_response({"items": items})

    async def show_channel(self, request: Request) -> Response:
        """A channel, what it is told of, and who did what about it; one that was never named has only its code."""
        _, body, name = await self._mine(request, RateClass.READ)
        view = channel_view(
            await self.reads.one(body, name), body, name, self.commands.following.keyring, bot_of(self.bot)
        )
        history = [asdict(each) for each in await self.reads.history(body, name)]
        return json_response({**view, "history": history})

    async def link_channel(self, request: Request) -> Response:
        """Asks that a channel be linked. Whether it is comes after Telegram was asked: `state` tells."""
        person, body, name = await self._mine(request, RateClass.WRITE)
        language, wish = (await read_json(request, LinkBody)).language, self.callers.wish(request)
        return subscribed(await self.commands.ask(person, body, name, language, wish.wait), wish)

    async def unlink_channel(self, request: Request) -> Response:
        """Ends a link."""
        person, body, name = await self._mine(request, RateClass.WRITE)
        found, wish = await self.reads.one(body, name), self.callers.wish(request)
        if not found.channels:
            raise Problem(404, Refusal.CHANNEL_UNKNOWN)
        return subscribed(await self.commands.end(person, body, name, found.channels[0].id, wish.wait), wish)

    async def follow_for_channel(self, request: Request) -> Response:
        """Has a channel told of something, or told otherwise."""
        who, wish = await self._channel(request)
        body = await read_json(request, FollowBody)
        interest = read_interest(body.interest)
        return subscribed(
            await self.commands.following.follow(who, interest, body.cadence, body.channels, wish.wait), wish
        )

    async def unfollow_for_channel(self, request: Request) -> Response:
        """Has a channel told of something no more."""
        who, wish = await self._channel(request)
        interest = read_follow(request.path_params["follow"])
        return subscribed(await self.commands.following.unfollow(who, interest, wish.wait), wish)

    async def prefer_for_channel(self, request: Request) -> Response:
        """Says in which language and when a channel is told."""
        who, wish = await self._channel(request)
        preferences = Preferences.model_validate((await read_json(request, PreferencesBody)).model_dump())
        return subscribed(await self.commands.following.prefer(who, preferences, wish.wait), wish)

    async def _channel(self, request: Request) -> tuple[Who, Preference]:
        _, body, name = await self._mine(request, RateClass.WRITE)
        if (await self.reads.one(body, name)).public is None:
            raise Problem(404, Refusal.CHANNEL_UNKNOWN)
        return channel_of(body, name), self.callers.wish(request)

    async def _mine(self, request: Request, kind: RateClass) -> tuple[Person, str, str]:
        person = await self.callers.known(request, kind)
        bot_of(self.bot)
        return person, *own_channel(person, request.path_params["body"], request.path_params["name"])
