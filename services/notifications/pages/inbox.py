"""The inbox: what one was told, whether or not by any other way, with what is unread first to see."""

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.i18n import Translator
from kenes.web.site import personal
from services.notifications.following.commands import Who
from services.notifications.following.inbox_api import before_of
from services.notifications.following.reads import PAGE, Told
from services.notifications.pages.acting import WAIT, done, own_form
from services.notifications.pages.site import NotificationSite
from services.notifications.wording.events import event_of, item_of

PATH: Final = "/notifications/inbox"


@dataclass(frozen=True)
class Inbox:
    """`/notifications/inbox`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """A page of it, and the button that marks all as read."""
        return [Route(PATH, self.show, methods=["GET"]), Route(PATH, self.read_all, methods=["POST"])]

    @personal
    async def show(self, request: Request, person: Person) -> Response:
        """A page of it, the latest first."""
        reads, t = self.site.following.reads, self.site.translator(request)
        name = await self.site.following.reader(Who.signed_in(person))
        found = await reads.inbox(name, before_of(request))
        zone = ZoneInfo((await reads.subscriber(name)).preferences.zone)
        context = {
            "items": [self._item(each, t, zone) for each in found if each.news is not None],
            "unread": await self.site.following.badges.unread(name),
            "before": found[-1].delivery["at"].isoformat() if len(found) >= PAGE else None,
            "first": "before" not in request.query_params,
        }
        return await self.site.render(request, "inbox.html", context)

    @personal
    async def read_all(self, request: Request, person: Person) -> Response:
        """Marks all as read."""
        await own_form(request)
        asked = await self.site.following.commands.read_all(Who.signed_in(person), WAIT)
        return done(asked, PATH, "read")

    def _item(self, told: Told, t: Translator, zone: ZoneInfo) -> dict[str, Any]:
        news = told.news or {}
        event = event_of(news["kind"], news["data"])
        url = self.site.addresses.event(event, told.delivery["interest"])
        item = item_of(event, t.language, url=url, at=news["at"])
        unread = told.delivery.get("unread_of") is not None
        return {"told": self.site.wording.item(item, t, zone), "at": news["at"], "unread": unread}
