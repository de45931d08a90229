"""The pages of officials for their bodies' public channels: link one, choose what it is told, end it."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.bodies import body_name
from kenes.identity.person import Person
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from kenes.web.site import personal_to, see_other
from schemas.notifications.parts import Cadence, Preferences
from services.notifications.domain.public_channel import ChannelState
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.subscriber import Subscriber
from services.notifications.following.answers import ANSWERS
from services.notifications.following.naming import followed_interest, read_interest
from services.notifications.pages.acting import WAIT, decided, done, language_of, own_form, said
from services.notifications.pages.site import CHANNELS as PATH
from services.notifications.pages.site import NotificationSite
from services.notifications.public_channels.access import bot_of, own_channel
from services.notifications.public_channels.naming import bodies_of, channel_of, code_of, read_name
from services.notifications.wording.interests import choices

SAID: Final = ("followed", "unfollowed", "ended", "preferred", "pending")
TAGS: Final = {
    ChannelState.LINKED: "good",
    ChannelState.CHECKING: "neutral",
    ChannelState.DECLINED: "caution",
    ChannelState.ENDED: "bad",
}
officials = personal_to(lambda roles: bool(bodies_of(roles)))


@dataclass(frozen=True)
class PublicChannelPages:
    """`/notifications/public-channels`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """The list, the steps to a new one, one channel, and what its forms do."""
        one = f"{PATH}/{{body}}/{{name}}"
        return [
            Route(PATH, self.show_all, methods=["GET"]),
            Route(f"{PATH}/new", self.prepare, methods=["GET"]),
            Route(f"{PATH}/new", self.link, methods=["POST"]),
            Route(one, self.show, methods=["GET"]),
            Route(f"{one}/follow", self.follow, methods=["POST"]),
            Route(f"{one}/unfollow", self.unfollow, methods=["POST"]),
            Route(f"{one}/language", self.prefer, methods=["POST"]),
            Route(f"{one}/end", self.end, methods=["POST"]),
        ]

    @officials
    async def show_all(self, request: Request, person: Person) -> Response:
        """The channels of one's bodies, and the first step to another."""
        return await self._list(request, person)

    @officials
    async def prepare(self, request: Request, person: Person) -> Response:
        """What to do in Telegram before a channel can be linked."""
        body, name = request.query_params.get("body", ""), request.query_params.get("name", "")
        if read_name(name) is None:
            return await self._list(request, person, name, fault=True)
        body, name = own_channel(person, body, name)
        t = self.site.translator(request)
        context = {**self._steps(body, name, t), "language": language_of(t)}
        return await self.site.render(request, "channel_new.html", context)

    @officials
    async def link(self, request: Request, person: Person) -> Response:
        """Asks that it be linked, and waits a moment for Telegram's answer."""
        form = await own_form(request)
        body, name = own_channel(person, form.text("body"), form.text("name"))
        bot_of(self.site.ways.telegram)
        preferences = _preferences(form, Preferences())
        asked = await self.site.channel_commands.ask(person, body, name, preferences.language, WAIT)
        decided(asked, ANSWERS)
        if form.text("all"):
            await self.site.following.commands.follow(channel_of(body, name), f"body:{body}", Cadence.AT_ONCE, (), WAIT)
        await self.site.channels.checked(body, name, WAIT)
        return see_other(_page(body, name))

    @officials
    async def show(self, request: Request, person: Person) -> Response:
        """How a channel stands, what it is told of, and who did what about it."""
        body, name = self._own(request, person)
        found, t = await self.site.channels.one(body, name), self.site.translator(request)
        if found.public is None:
            raise Problem(404, Refusal.CHANNEL_UNKNOWN)
        names = await self.site.names.all([each.interest for each in found.follows], t)
        context = {
            **choices(t),
            **self._steps(body, name, t),
            "channel": found.public,
            "tag": tag_of(found, t),
            "follows": [(each, names[each.interest]) for each in found.follows],
            "cadences": [(str(each), t(f"cadence.{each}")) for each in Cadence],
            "bodies": [(body, body_name(body, t.language))],
            "language": found.preferences.language,
            "history": await self.site.channels.history(body, name),
            "said": said(request, SAID),
        }
        return await self.site.render(request, "channel.html", context)

    @officials
    async def follow(self, request: Request, person: Person) -> Response:
        """Has it told of something more, or otherwise."""
        form, (body, name) = await own_form(request), self._own(request, person)
        interest = read_interest(f"{form.text('kind')}:{form.text('what').strip()}")
        try:
            cadence = Cadence(form.text("cadence"))
        except ValueError:
            raise Problem(400, "form-malformed") from None
        await self._linkable(body, name)
        asked = await self.site.following.commands.follow(channel_of(body, name), interest, cadence, (), WAIT)
        return done(asked, _page(body, name), "followed", harmless=(Refusal.SAME_FOLLOW,))

    @officials
    async def unfollow(self, request: Request, person: Person) -> Response:
        """Has it told of something no more."""
        form, (body, name) = await own_form(request), self._own(request, person)
        interest = followed_interest(form.text("interest"))
        asked = await self.site.following.commands.unfollow(channel_of(body, name), interest, WAIT)
        return done(asked, _page(body, name), "unfollowed", harmless=(Refusal.NOT_FOLLOWED,))

    @officials
    async def prefer(self, request: Request, person: Person) -> Response:
        """In which language it is told."""
        form, (body, name) = await own_form(request), self._own(request, person)
        known = await self._linkable(body, name)
        preferences = _preferences(form, known.preferences)
        asked = await self.site.following.commands.prefer(channel_of(body, name), preferences, WAIT)
        return done(asked, _page(body, name), "preferred")

    @officials
    async def end(self, request: Request, person: Person) -> Response:
        """Ends the link; what was chosen is kept for when it is linked again."""
        await own_form(request)
        body, name = self._own(request, person)
        channels = (await self._linkable(body, name)).channels
        if not channels:
            return see_other(_page(body, name))
        asked = await self.site.channel_commands.end(person, body, name, channels[0].id, WAIT)
        return done(asked, _page(body, name), "ended", harmless=(Refusal.CHANNEL_UNKNOWN,))

    def _own(self, request: Request, person: Person) -> tuple[str, str]:
        return own_channel(person, request.path_params["body"], request.path_params["name"])

    async def _linkable(self, body: str, name: str) -> Subscriber:
        """A channel that was named before; raises the problem of one that was not."""
        found = await self.site.channels.one(body, name)
        if found.public is None:
            raise Problem(404, Refusal.CHANNEL_UNKNOWN)
        return found

    async def _list(self, request: Request, person: Person, name: str = "", *, fault: bool = False) -> Response:
        t, mine = self.site.translator(request), bodies_of(person.roles)
        context = {
            "channels": [
                (each.public, body_name(each.public.body, t.language), tag_of(each, t))
                for each in await self.site.channels.of(mine)
                if each.public is not None
            ],
            "bodies": [(each, body_name(each, t.language)) for each in mine],
            "bot": self.site.ways.telegram,
            "name": name,
            "fault": t("channels.name_fault") if fault else "",
        }
        return await self.site.render(request, "channels.html", context, status=422 if fault else 200)

    def _steps(self, body: str, name: str, t: Translator) -> dict[str, Any]:
        return {
            "body": body,
            "body_name": body_name(body, t.language),
            "name": name,
            "bot": self.site.ways.telegram,
            "code": code_of(self.site.keyring, body, name),
        }


def tag_of(found: Subscriber, t: Translator) -> tuple[str, str]:
    """The state of a channel in words, and the kind of tag that shows it."""
    state = ChannelState.CHECKING if found.public is None else found.public.state
    return t(f"channels.state.{state}"), TAGS[state]


def _page(body: str, name: str) -> str:
    return f"{PATH}/{body}/{name}"


def _preferences(form: Form, known: Preferences) -> Preferences:
    try:
        return Preferences.model_validate(known.model_dump() | {"language": form.text("language")})
    except ValidationError:
        raise Problem(400, "form-malformed") from None
