"""What became of a stream's deliveries, a page at a time: the tries that are kept, and the events given up."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.site import personal
from services.notifications.pages.acting import WAIT, own_form
from services.notifications.pages.own_streams import ONE, back_to, own_stream
from services.notifications.pages.site import NotificationSite
from services.notifications.streams.asked import place_of

TRIES: Final = f"{ONE}/deliveries"
DEAD: Final = f"{ONE}/dead-letters"


@dataclass(frozen=True)
class DeliveryPages:
    """`/streams/{stream}/deliveries`, `/streams/{stream}/dead-letters` and `/streams/{stream}/retry`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """Both lists, and the button that tries an event again."""
        return [
            Route(TRIES, self.tries, methods=["GET"]),
            Route(DEAD, self.dead, methods=["GET"]),
            Route(f"{ONE}/retry", self.retry, methods=["POST"]),
        ]

    @personal
    async def tries(self, request: Request, person: Person) -> Response:
        """Tries to deliver, the newest first."""
        stream, before = own_stream(self.site, request, person), place_of(request, "before")
        found = await self.site.streams.attempts.tries(stream.id, before)
        context = {"stream": stream, "attempts": found.attempts, "before": found.before, "first": before is None}
        return await self.site.render(request, "stream_deliveries.html", context)

    @personal
    async def dead(self, request: Request, person: Person) -> Response:
        """Events that were given up, the oldest first."""
        stream, after = own_stream(self.site, request, person), place_of(request, "after")
        found = await self.site.streams.progress.dead(stream.id, after or 0)
        context = {"stream": stream, "dead": found.letters, "after": found.after, "first": after is None}
        return await self.site.render(request, "stream_dead_letters.html", context)

    @personal
    async def retry(self, request: Request, person: Person) -> Response:
        """Tries an event again that was given up."""
        form, stream = await own_form(request), own_stream(self.site, request, person)
        asked = await self.site.streams.commands.retry(stream, form.text("cursor"), WAIT)
        return back_to(stream, asked, "retry")
