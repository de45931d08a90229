"""Sending events of a stream once more: the form that begins a replay, and the page that ends one early."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.site import personal, see_other
from schemas.notifications.streams import Work
from services.notifications.domain.streams_deciding import StreamRefusal
from services.notifications.pages.acting import WAIT, own_form
from services.notifications.pages.own_streams import ONE, PATH, back_to, own_stream
from services.notifications.pages.site import NotificationSite
from services.notifications.streams.answers import ANSWERS
from services.notifications.streams.commands import replay_number
from services.notifications.streams.owner_api import order_view
from services.notifications.streams.views import ReplayBody

CANCELLATION: Final = f"{ONE}/replays/{{replay}}/cancellation"


@dataclass(frozen=True)
class ReplayPages:
    """`/streams/{stream}/replay` and `/streams/{stream}/replays/{replay}/cancellation`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """A replay is begun by a form of the stream's page, and cancelled on a page that asks first."""
        return [
            Route(f"{ONE}/replay", self.replay, methods=["POST"]),
            Route(CANCELLATION, self.ask, methods=["GET"]),
            Route(CANCELLATION, self.cancel, methods=["POST"]),
        ]

    @personal
    async def replay(self, request: Request, person: Person) -> Response:
        """Sends everything since a day once more, beside the live flow."""
        form, stream = await own_form(request), own_stream(self.site, request, person)
        body = ReplayBody(since=form.text("since") or None, after=None if form.text("since") else "0")
        asked = await self.site.streams.commands.replay(stream, body, WAIT)
        return back_to(stream, asked, "replay")

    @personal
    async def ask(self, request: Request, person: Person) -> Response:
        """How far a replay has come, and whether it is to end there."""
        stream, side = own_stream(self.site, request, person), self.site.streams
        number = replay_number(request.path_params["replay"])
        if number in stream.cancelled:
            return see_other(f"{PATH}/{stream.id}?done=cancelled")
        order = next((each for each in stream.orders if each.number == number), None)
        if order is None and number <= stream.ordered:
            raise ANSWERS.refusal_problem(StreamRefusal.REPLAY_ENDED)
        if order is None or order.work is not Work.REPLAY:
            raise ANSWERS.refusal_problem(StreamRefusal.REPLAY_UNKNOWN)
        lane = order_view(await side.progress.lanes(stream.id), order)
        return await self.site.render(request, "stream_cancel.html", {"stream": stream, "order": order, "lane": lane})

    @personal
    async def cancel(self, request: Request, person: Person) -> Response:
        """Ends it. Where it ended by itself meanwhile, the reader is told so."""
        await own_form(request)
        stream = own_stream(self.site, request, person)
        asked = await self.site.streams.commands.cancel(stream, request.path_params["replay"], WAIT)
        return back_to(stream, asked, "cancelled")
