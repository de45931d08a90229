"""The part of the JSON API for those who follow: all that the pages do can be done here with a bearer token."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.sealing import PersonKey
from kenes.service.answers import json_response
from kenes.web.bodies import read_json
from kenes.web.language import translator
from kenes.web.limits import RateClass
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from schemas.notifications.parts import ChannelKind, Preferences
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.subscriber import Channel
from services.notifications.following.answers import ANSWERS
from services.notifications.following.api_side import ApiSide
from services.notifications.following.askers import Askers, subscribed, write
from services.notifications.following.chat_links import ChatLinks
from services.notifications.following.commands import Who
from services.notifications.following.naming import follow_name, read_follow, read_interest
from services.notifications.following.opting_in import OptingIn, Wish
from services.notifications.following.reads import destination_of
from services.notifications.following.views import (
    ChannelBody,
    FollowBody,
    FollowingView,
    LetterAnswer,
    MailFollowBody,
    PreferencesBody,
    ReceiptAnswer,
    TelegramView,
)
from services.notifications.following.writing import mail_of, telegram_token, usable_address, write_letter
from services.notifications.ways import Offered

_FOLLOW: Final = (Refusal.INTEREST_UNKNOWN, Refusal.TOO_MANY_FOLLOWS, Refusal.CHANNEL_UNKNOWN, Refusal.SAME_FOLLOW)
_CHANNEL: Final = (
    Refusal.CHANNEL_CONFIRMED,
    Refusal.TOO_MANY_CHANNELS,
    "address-unusable",
    "by-mail-not-offered",
    "subscription-unusable",
)
_PREFERENCES: Final = (Refusal.ZONE_UNKNOWN, Refusal.QUIET_HOURS_EMPTY)


@dataclass(frozen=True)
class FollowingApi:
    """The handlers and what they need. Without `opting_in` no mail can be sent, and none is offered."""

    side: ApiSide
    opting_in: OptingIn | None
    chat_links: ChatLinks
    askers: Askers
    ways: Offered

    def operations(self) -> list[Operation]:
        """Every operation, for the table of the whole API."""
        return [
            Operation.own("/following", self.show_following, FollowingView),
            write("POST", "/follows", self.follow, body=FollowBody, problems=_FOLLOW),
            write("DELETE", "/follows/{follow}", self.unfollow, problems=(Refusal.NOT_FOLLOWED,)),
            write("POST", "/channels", self.add_channel, body=ChannelBody, problems=_CHANNEL),
            write("DELETE", "/channels/{channel}", self.end_channel, problems=(Refusal.CHANNEL_UNKNOWN,)),
            Operation(
                "POST",
                "/channels/telegram",
                self.telegram,
                {200: TelegramView},
                secured=True,
                problems=("telegram-not-offered",),
            ),
            write("PUT", "/preferences", self.prefer, body=PreferencesBody, problems=_PREFERENCES),
            write("DELETE", "/me", self.erase, problems=(Refusal.NOTHING_TO_ERASE,)),
            Operation(
                "POST",
                "/by-mail/follows",
                self.follow_by_mail,
                {202: LetterAnswer},
                body=MailFollowBody,
                problems=(Refusal.INTEREST_UNKNOWN, "address-unusable", "by-mail-not-offered", "too-many-letters"),
                limit=RateClass.WRITE,
            ),
            Operation(
                "GET",
                "/receipts/{receipt}",
                self.receipt,
                {200: ReceiptAnswer},
                problems=("receipt-unknown",),
                waits=True,
            ),
        ]

    async def show_following(self, request: Request) -> Response:
        """Everything one follows, by which ways one is told, and how much is unread."""
        who = await self.askers.reader(request)
        name = await self.side.reader(who)
        subscriber, key = await self.side.reads.subscriber(name), await self.side.vault.find(who.person)
        follows = [
            {"id": follow_name(each.interest), **each.model_dump(mode="json")}
            for each in sorted(subscriber.follows, key=lambda each: each.since, reverse=True)
        ]
        return json_response(
            {
                "follows": follows,
                "channels": [_channel_view(each, key) for each in subscriber.channels],
                "preferences": subscriber.preferences.model_dump(),
                "unread": await self.side.badges.unread(name),
            }
        )

    async def follow(self, request: Request) -> Response:
        """Follows something, or follows it otherwise."""
        who, wish = await self.askers.writer(request)
        body = await read_json(request, FollowBody)
        interest = read_interest(body.interest)
        return subscribed(await self.side.commands.follow(who, interest, body.cadence, body.channels, wish.wait), wish)

    async def unfollow(self, request: Request) -> Response:
        """Follows something no more."""
        who, wish = await self.askers.writer(request)
        interest = read_follow(request.path_params["follow"])
        return subscribed(await self.side.commands.unfollow(who, interest, wish.wait), wish)

    async def add_channel(self, request: Request) -> Response:
        """Names a destination. An address gets a letter, and is told of nothing else before its reader confirms it."""
        who, wish = await self.askers.writer(request)
        body = await read_json(request, ChannelBody)
        if body.kind is ChannelKind.WEBPUSH:
            # A browser gives such a subscription only to a page whose reader has agreed.
            browser = self.ways.subscription(body.destination)
            added = await self.side.commands.add_channel(who, body.kind, browser, wish.wait, confirmed=True)
            return subscribed(added, wish)
        mail, address, t = mail_of(self.opting_in), usable_address(body.destination), translator(request)
        added = await self.side.commands.add_channel(who, body.kind, address.written, wish.wait, confirmed=False)
        answer = subscribed(added, wish)
        language = (await self.side.reads.subscriber(self.side.commands.subscriber(who))).preferences.language
        await write_letter(mail, Wish(who, address.written, language), request, t)
        return answer

    async def end_channel(self, request: Request) -> Response:
        """Ends a destination."""
        who, wish = await self.askers.writer(request)
        return subscribed(await self.side.commands.end_channel(who, request.path_params["channel"], wish.wait), wish)

    async def telegram(self, request: Request) -> Response:
        """A token with which the bot knows who starts it."""
        who, _ = await self.askers.writer(request)
        if self.ways.telegram is None:
            raise Problem(404, "telegram-not-offered")
        return json_response({"token": await telegram_token(self.chat_links, who, request)})

    async def prefer(self, request: Request) -> Response:
        """Says in which language and when one wants to be told."""
        who, wish = await self.askers.writer(request)
        body = await read_json(request, PreferencesBody)
        preferences = Preferences.model_validate(body.model_dump())
        return subscribed(await self.side.commands.prefer(who, preferences, wish.wait), wish)

    async def erase(self, request: Request) -> Response:
        """Forgets everything one follows, and every way to be told."""
        who, wish = await self.askers.writer(request)
        return subscribed(await self.side.commands.erase(who, wish.wait), wish)

    async def follow_by_mail(self, request: Request) -> Response:
        """Sends a letter whose link follows something. The answer is the same whoever reads the address."""
        body = await read_json(request, MailFollowBody)
        mail, address = mail_of(self.opting_in), usable_address(body.address)
        t = translator(request, body.language)
        interest = read_interest(body.interest)
        await write_letter(
            mail, Wish(Who.at(address), address.written, body.language, interest, body.cadence), request, t
        )
        return json_response({"status": "letter-sent"}, 202)

    async def receipt(self, request: Request) -> Response:
        """What became of a request."""
        text = request.path_params["receipt"]
        kind, receipt = ANSWERS.known_receipt(text)
        wish = self.askers.callers.wish(request)
        return ANSWERS.receipt_answer(text, await self.side.reads.receipt(kind, receipt, wish.wait))


def _channel_view(channel: Channel, key: PersonKey | None) -> dict[str, object]:
    shown = destination_of(channel, key)
    return {"id": channel.id, "kind": channel.kind, "destination": shown, "confirmed": channel.confirmed}
