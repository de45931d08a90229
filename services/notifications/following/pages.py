"""Where links in letters lead: a page that says what its button does. Opening it changes nothing."""

from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.sealing import Keyring
from kenes.web.csrf import TokenRoute
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import Site
from services.notifications.delivering.unsubscribing import PATH as UNSUBSCRIBE
from services.notifications.delivering.unsubscribing import Ending, open_ending, seal_ending
from services.notifications.following.commands import Commands
from services.notifications.following.opting_in import PATH as CONFIRM
from services.notifications.following.opting_in import OptingIn
from services.notifications.following.reads import FollowReads
from services.notifications.following.writing import mail_of
from services.notifications.wording.interests import InterestNames

WAIT: Final = 5.0
"""Seconds a page waits for a decision: whoever came from a letter has no other page to look at it."""


@dataclass(frozen=True)
class LetterPages:
    """`/notifications/confirm/{token}` and `/notifications/unsubscribe/{token}`."""

    site: Site
    keyring: Keyring
    commands: Commands
    reads: FollowReads
    names: InterestNames
    opting_in: OptingIn | None

    def routes(self) -> list[BaseRoute]:
        """Each page, and the post of its button. Mail programs post to the second one by themselves (RFC 8058)."""
        read, write = limited(RateClass.READ), limited(RateClass.WRITE)
        return [
            Route(f"{CONFIRM}/{{token}}", read(self.open), methods=["GET"]),
            Route(f"{CONFIRM}/{{token}}", write(self.confirm), methods=["POST"]),
            Route(f"{UNSUBSCRIBE}/{{token}}", read(self.ask), methods=["GET"]),
            # Counted as a read: a mail provider posts for many of its readers from one address. A mail program in a
            # browser posts from its own site.
            TokenRoute(f"{UNSUBSCRIBE}/{{token}}", read(self.unsubscribe), methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """What the link of a letter would do."""
        wish = await mail_of(self.opting_in).look(request.path_params["token"])
        t = self.site.translator(request)
        what = None if wish.interest is None else (await self.names.one(wish.interest, t)).name
        return await self._button(request, act="confirm", what=what, address=wish.address, follows=[])

    async def confirm(self, request: Request) -> Response:
        """Does it, once. The token in the address is what proves that the post comes from the letter's page."""
        await mail_of(self.opting_in).confirm(request.path_params["token"], self.reads, WAIT)
        return await self.site.render(request, "letter.html", {"act": "confirm", "done": True})

    async def ask(self, request: Request) -> Response:
        """What the link of a letter would end."""
        ending = self._ending(request)
        t = self.site.translator(request)
        what = None if ending.interest is None else (await self.names.one(ending.interest, t)).name
        follows = await self._follows(ending, t) if ending.interest is None else []
        return await self._button(request, act="unsubscribe", what=what, address=None, follows=follows)

    async def unsubscribe(self, request: Request) -> Response:
        """Ends it. Posted again it is the same: what was ended already stays so."""
        await self.commands.end(self._ending(request), WAIT)
        return await self.site.render(request, "letter.html", {"act": "unsubscribe", "done": True})

    async def _button(self, request: Request, **said: Any) -> Response:
        """The page that says what the button does."""
        return await self.site.render(request, "letter.html", {"done": False, "to": request.url.path, **said})

    async def _follows(self, everything: Ending, t: Translator) -> list[dict[str, str]]:
        """What somebody without an account follows, and where each of it ends by itself."""
        known = await self.reads.subscriber(everything.subscriber)
        if known.account or known.channel(everything.channel) is None:
            return []
        names = await self.names.all([each.interest for each in known.follows], t)
        return [
            {
                "name": names[each.interest].name,
                "to": f"{UNSUBSCRIBE}/{seal_ending(self.keyring, replace(everything, interest=each.interest))}",
            }
            for each in known.follows
        ]

    def _ending(self, request: Request) -> Ending:
        ending = open_ending(self.keyring, request.path_params["token"])
        if ending is None:
            raise Problem(404, "link-unknown")
        return ending
