"""The page of API keys: each shown once, when it is made; later only what tells them apart."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from services.notifications.pages.acting import own_form
from services.notifications.pages.own_streams import shown_body
from services.notifications.pages.site import NotificationSite
from services.notifications.streams.access import Scope, owners_of
from services.notifications.streams.keys_api import new_key, owned_keys, revoked, rotated

PATH: Final = "/streams/keys"
LIFETIME: Final = timedelta(days=365)
LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class KeyPages:
    """`/streams/keys`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """Stands before the routes with a stream in the path."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.issue, methods=["POST"]),
            Route(f"{PATH}/rotation", self.rotate, methods=["POST"]),
            Route(f"{PATH}/end", self.revoke, methods=["POST"]),
        ]

    @personal
    async def show(self, request: Request, person: Person) -> Response:
        """One's keys, and the form for another."""
        t, found = self.site.translator(request), owners_of(self.site.keyring, person)
        keys = [(each, shown_body(each.owner, t)) for each in await owned_keys(self.site.streams.keys, found)]
        return await self.site.render(request, "keys.html", {"keys": keys, "scopes": [str(each) for each in Scope]})

    @personal
    async def issue(self, request: Request, person: Person) -> Response:
        """A new key."""
        form, (owner, *_) = await own_form(request), owners_of(self.site.keyring, person)
        name = " ".join(form.text("name").split())
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise Problem(400, "form-malformed")
        side, scopes = self.site.streams, [each for each in Scope if form.text(str(each))]
        text, _ = await new_key(side.keys, side.commands.entitlements, owner, name, scopes, LIFETIME)
        return await self._shown(request, text)

    @personal
    async def rotate(self, request: Request, person: Person) -> Response:
        """A key in place of one, which works for another day."""
        prefix = (await own_form(request)).text("prefix")
        issued = await rotated(self.site.streams.keys, owners_of(self.site.keyring, person), prefix)
        if issued is None:
            raise Problem(404, "key-unknown")
        return await self._shown(request, issued[0])

    @personal
    async def revoke(self, request: Request, person: Person) -> Response:
        """Ends a key at once."""
        prefix = (await own_form(request)).text("prefix")
        if not await revoked(self.site.streams.keys, owners_of(self.site.keyring, person), prefix):
            raise Problem(404, "key-unknown")
        return see_other(PATH)

    async def _shown(self, request: Request, text: str) -> Response:
        return await self.site.render(request, "stream_secret.html", {"secret": text, "back": PATH})
