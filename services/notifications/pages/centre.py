"""The subscription centre: everything one follows, by which ways one is told, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.service.answers import json_response
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, sign_in_address
from schemas.notifications.parts import ChannelKind, Preferences
from services.notifications.channels.telegram.bot import deep_link
from services.notifications.domain.interests import FOLLOWABLE, SEARCH, kind_of
from services.notifications.domain.public_channel import PublicChannel
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.subscriber import Follow, Subscriber
from services.notifications.following.commands import Who
from services.notifications.following.naming import followed_interest
from services.notifications.following.opting_in import Wish
from services.notifications.following.reads import destination_of
from services.notifications.following.writing import mail_of, telegram_token, usable_address, write_letter
from services.notifications.pages.acting import WAIT, done, language_of, own_form, said
from services.notifications.pages.site import NotificationSite
from services.notifications.public_channels.naming import bodies_of
from services.notifications.wording.interests import Named, choices

PATH: Final = "/notifications"
SAID: Final = ("followed", "unfollowed", "channel", "letter", "ended", "preferred", "pending")
NO_QUIET: Final = "none"


@dataclass(frozen=True)
class Centre:
    """`/notifications`, `/notifications/data`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """One page, the download, and what the page's forms do."""
        return [
            Route(PATH, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(f"{PATH}/data", self.data, methods=["GET"]),
            Route(f"{PATH}/unfollow", self.unfollow, methods=["POST"]),
            Route(f"{PATH}/channels", self.add_channel, methods=["POST"]),
            Route(f"{PATH}/channels/end", self.end_channel, methods=["POST"]),
            Route(f"{PATH}/telegram", self.telegram, methods=["POST"]),
            Route(f"{PATH}/preferences", self.prefer, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Everything in one page; without an account what can be followed, by mail."""
        person, t = await current_person(request), self.site.translator(request)
        context: dict[str, Any] = {
            **choices(t),
            "sign_in": sign_in_address(request),
            "said": said(request, SAID),
            "signed_in": person is not None,
            "dropped": (),
        }
        if person is not None:
            context |= await self._own(person, t)
        return await self.site.render(request, "centre.html", context)

    @personal
    async def data(self, request: Request, person: Person) -> Response:
        """Everything held about the person, as a file."""
        told = await self.site.own_data.told(person, self.site.translator(request))
        headers = {"content-disposition": 'attachment; filename="my-data-notifications.json"'}
        return json_response(told.model_dump(mode="json"), headers=headers)

    @personal
    async def unfollow(self, request: Request, person: Person) -> Response:
        """Follows something no more."""
        interest = followed_interest((await own_form(request)).text("interest"))
        asked = await self.site.following.commands.unfollow(Who.signed_in(person), interest, WAIT)
        return done(asked, PATH, "unfollowed", harmless=(Refusal.NOT_FOLLOWED,))

    @personal
    async def add_channel(self, request: Request, person: Person) -> Response:
        """An address, which gets a letter first; or this browser, which its reader has just allowed."""
        form, who, commands = await own_form(request), Who.signed_in(person), self.site.following.commands
        t = self.site.translator(request)
        language = language_of(t)
        if subscription := form.text("subscription"):
            browser = self.site.ways.subscription(subscription)
            asked = await commands.add_channel(
                who, ChannelKind.WEBPUSH, browser, WAIT, confirmed=True, language=language
            )
            return done(asked, PATH, "channel", harmless=(Refusal.CHANNEL_CONFIRMED,))
        mail, address = mail_of(self.site.opting_in), usable_address(form.text("address"))
        asked = await commands.add_channel(
            who, ChannelKind.EMAIL, address.written, WAIT, confirmed=False, language=language
        )
        answer = done(asked, PATH, "letter")
        await write_letter(mail, Wish(who, address.written, language), request, t)
        return answer

    @personal
    async def end_channel(self, request: Request, person: Person) -> Response:
        """Ends a destination."""
        channel = (await own_form(request)).text("channel")
        asked = await self.site.following.commands.end_channel(Who.signed_in(person), channel, WAIT)
        return done(asked, PATH, "ended", harmless=(Refusal.CHANNEL_UNKNOWN,))

    @personal
    async def telegram(self, request: Request, person: Person) -> Response:
        """The link that starts the bot, for this person alone."""
        await own_form(request)
        bot = self.site.ways.telegram
        if bot is None:
            raise Problem(404, "telegram-not-offered")
        language = language_of(self.site.translator(request))
        token = await telegram_token(self.site.chat_links, Who.signed_in(person), request, language)
        return await self.site.render(request, "telegram.html", {"link": deep_link(bot, token), "bot": bot})

    @personal
    async def prefer(self, request: Request, person: Person) -> Response:
        """In which language and when one wants to be told."""
        form, who, following = await own_form(request), Who.signed_in(person), self.site.following
        known = await following.reads.subscriber(await following.reader(who))
        asked = await following.commands.prefer(who, _preferences(form, known.preferences), WAIT)
        return done(asked, PATH, "preferred")

    async def _own(self, person: Person, t: Translator) -> dict[str, Any]:
        following, who = self.site.following, Who.signed_in(person)
        name = await following.reader(who)
        known = await following.reads.subscriber(name)
        names = await self.site.names.all([each.interest for each in known.follows], t)
        newest = sorted(known.follows, key=_newest, reverse=True)
        lines = [(each, _line(each, names[each.interest])) for each in newest]
        return {
            "dropped": await self._dropped(person),
            "follows": [line for each, line in lines if not each.acted],
            "acted": [line for each, line in lines if each.acted],
            "channels": await self._channels(who, known),
            "preferences": known.preferences,
            "unread": await following.badges.unread(name),
            "ways": self.site.ways,
        }

    async def _dropped(self, person: Person) -> list[PublicChannel]:
        """The public channels of an official's bodies that have put the bot out."""
        found = await self.site.channels.of(bodies_of(person.roles))
        return [each.public for each in found if each.public is not None and each.public.was_dropped]

    async def _channels(self, who: Who, known: Subscriber) -> list[dict[str, Any]]:
        key = await self.site.following.vault.find(who.person)
        return [
            {
                "id": each.id,
                "kind": str(each.kind),
                "address": destination_of(each, key),
                "confirmed": each.confirmed,
            }
            for each in known.channels
        ]


def _line(follow: Follow, named: Named) -> dict[str, Any]:
    kind = kind_of(follow.interest)
    return {
        "interest": follow.interest,
        "name": named.name,
        "href": named.href,
        "cadence": str(follow.cadence),
        "since": follow.since,
        "own": kind in FOLLOWABLE,
        "feed": f"/feeds/{follow.interest}.atom" if kind in FOLLOWABLE - {SEARCH} else None,
    }


def _newest(follow: Follow) -> datetime:
    return follow.since


def _preferences(form: Form, known: Preferences) -> Preferences:
    """What the form says, in the time zone that is known. Raises the problem of quiet hours without a begin or end."""
    begin, end = form.text("quiet_begin"), form.text("quiet_end")
    if (begin == NO_QUIET) != (end == NO_QUIET):
        raise Problem(422, "quiet-hours-open")
    quiet = None if begin == NO_QUIET else {"begin": begin, "end": end}
    try:
        return Preferences.model_validate(
            {
                "zone": known.zone,
                "language": form.text("language"),
                "quiet": quiet,
                "digest_hour": form.text("digest_hour"),
                "digest_weekday": form.text("digest_weekday"),
            }
        )
    except ValidationError:
        raise Problem(400, "form-malformed") from None
