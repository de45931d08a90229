"""The part of the JSON API for what one was told: the inbox with its live badge, and what became of each delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.service.answers import json_response
from kenes.web.live import LAST_EVENT_ID, LIVE_PROBLEMS, LiveResponse, last_event_id
from kenes.web.openapi import Operation, Parameter
from kenes.web.problems import Problem
from services.notifications.domain.refusals import Refusal
from services.notifications.following.api_side import ApiSide
from services.notifications.following.askers import Askers, delivered, write
from services.notifications.following.commands import Who
from services.notifications.following.reads import Told
from services.notifications.following.views import ToldList

BEFORE: Final = Parameter("before", "As the page before gave it.")


@dataclass(frozen=True)
class InboxApi:
    """The handlers and what they need. `watchers` come by token or session: browsers watch the badge, too."""

    side: ApiSide
    askers: Askers
    watchers: Askers

    def operations(self) -> list[Operation]:
        """Every operation, for the table of the whole API."""
        return [
            Operation.own("/inbox", self.inbox, ToldList, parameters=(BEFORE,)),
            Operation(
                "GET",
                "/inbox/live",
                self.live,
                {200: None},
                problems=LIVE_PROBLEMS,
                parameters=(LAST_EVENT_ID,),
                secured=True,
                session=True,
                media_type="text/event-stream",
            ),
            write("POST", "/inbox/read", self.read_all),
            write("POST", "/inbox/{delivery}/read", self.read, problems=(Refusal.NOT_UNREAD,)),
            Operation.own("/deliveries", self.deliveries, ToldList, parameters=(BEFORE,)),
            write("POST", "/deliveries/{delivery}/retry", self.retry, problems=(Refusal.NOT_GIVEN_UP,)),
        ]

    async def inbox(self, request: Request) -> Response:
        """What lies in one's inbox, the latest first."""
        who = await self.askers.reader(request)
        return _told_list(await self.side.reads.inbox(await self.side.reader(who), before_of(request)))

    async def live(self, request: Request) -> Response:
        """How much is unread, as it changes, by server-sent events."""
        name = await self.side.reader(await self.watchers.reader(request))
        return LiveResponse(self.side.hub, name, last_event_id(request), lambda: self.side.badges.snapshot(name))

    async def read_all(self, request: Request) -> Response:
        """Marks all that lies in one's inbox as read."""
        who, wish = await self.askers.writer(request)
        return delivered(await self.side.commands.read_all(who, wish.wait), wish)

    async def read(self, request: Request) -> Response:
        """Marks one thing as read."""
        who, wish = await self.askers.writer(request)
        delivery = await self._own(who, request)
        return delivered(await self.side.commands.read(who, delivery, wish.wait), wish)

    async def deliveries(self, request: Request) -> Response:
        """What one was told by one's channels, and what became of it; the latest first."""
        who = await self.askers.reader(request)
        return _told_list(await self.side.reads.told(await self.side.reader(who), before_of(request)))

    async def retry(self, request: Request) -> Response:
        """Has what was given up tried again."""
        who, wish = await self.askers.writer(request)
        delivery = await self._own(who, request)
        return delivered(await self.side.commands.retry(who, delivery, wish.wait), wish)

    async def _own(self, who: Who, request: Request) -> str:
        """The delivery of the address, where it is one's own."""
        delivery: str = request.path_params["delivery"]
        if not await self.side.reads.owns(await self.side.reader(who), delivery):
            raise Problem(404, Refusal.DELIVERY_UNKNOWN)
        return delivery


def _told_list(told: Sequence[Told]) -> Response:
    before = told[-1].delivery["at"].isoformat() if told else None
    return json_response({"items": [_told_view(each) for each in told], "before": before})


def _told_view(told: Told) -> dict[str, object]:
    delivery, news = told.delivery, told.news
    return {
        "id": delivery["_id"],
        "phase": delivery["phase"],
        "channel": delivery["channel"],
        "interest": delivery["interest"],
        "at": delivery["at"].isoformat(),
        "tries": delivery.get("tries", 0),
        "reason": delivery.get("reason", ""),
        "event": None if news is None else news["kind"],
        "data": None if news is None else news["data"],
    }


def before_of(request: Request) -> datetime | None:
    """Where a page begins, as the page before gave it; raises 400 for what no page gave."""
    text = request.query_params.get("before")
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no instant, or none that there is in UTC
    raise Problem(400, "request-malformed")
