"""The pages of those who own streams: make one, see how it does, pause, rotate, test, end."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from kenes.web.problems import InvalidInput, Problem
from kenes.web.site import personal, see_other
from schemas.notifications.about import Kind
from schemas.notifications.streams import (
    OwnerRequest,
    StreamDeletionRequested,
    StreamPauseRequested,
    StreamResumeRequested,
    StreamTestRequested,
)
from services.notifications.domain.streams import StreamStatus
from services.notifications.domain.streams_deciding import StreamRefusal
from services.notifications.pages.acting import WAIT, decided, own_form, said
from services.notifications.pages.own_streams import ONE, PATH, SAID, back_to, own_stream, shown_body
from services.notifications.pages.site import NotificationSite
from services.notifications.streams.access import owners_of
from services.notifications.streams.answers import ANSWERS
from services.notifications.streams.owner_api import lane_view, order_view
from services.notifications.streams.progress import LIVE
from services.notifications.streams.views import StreamBody
from services.notifications.wording.interests import choices

SHOWN: Final = 20
"""The newest tries, and the oldest events given up, on the page of a stream; others have pages of their own."""
ACTS: Final[dict[str, type[OwnerRequest]]] = {
    "pause": StreamPauseRequested,
    "resumption": StreamResumeRequested,
    "test": StreamTestRequested,
}
_CHOICES: Final = {"kinds": "kind", "regions": "region", "categories": "category", "levels": "level"}
"""Members of the filter with the fields that choose one value of each."""


@dataclass(frozen=True)
class StreamPages:
    """`/streams`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """The list, one stream, and what its forms do."""
        return [
            Route(PATH, self.show_all, methods=["GET"]),
            Route(PATH, self.create, methods=["POST"]),
            Route(ONE, self.show, methods=["GET"]),
            Route(f"{ONE}/act", self.act, methods=["POST"]),
            Route(f"{ONE}/rotation", self.rotate, methods=["POST"]),
            Route(f"{ONE}/end", self.end, methods=["POST"]),
        ]

    @personal
    async def show_all(self, request: Request, person: Person) -> Response:
        """One's streams, and the form for another."""
        return await self._list(request, person)

    @personal
    async def create(self, request: Request, person: Person) -> Response:
        """A new stream. Its signing secret is shown on the page that follows, and never again."""
        form = await own_form(request)
        try:
            body = _body(form)
            owner, *_ = owners_of(self.site.keyring, person)
            asked, secret = await self.site.streams.commands.create(owner, body, WAIT)
        except (ValidationError, InvalidInput) as error:
            return await self._list(request, person, form, fault=_fault(error))
        decided(asked, ANSWERS)
        told = {"secret": secret, "back": f"{PATH}/{asked.subject}"}
        return await self.site.render(request, "stream_secret.html", told)

    @personal
    async def show(self, request: Request, person: Person) -> Response:
        """How far it has come, and what became of each delivery."""
        stream, side = own_stream(self.site, request, person), self.site.streams
        lanes = await side.progress.lanes(stream.id)
        context = {
            "stream": stream,
            "filter": stream.filter.model_dump(mode="json", exclude_defaults=True),
            "live": lane_view(lanes.get(LIVE), stream.start, side.log.cursor),
            "orders": [(each, order_view(lanes, each)) for each in stream.orders],
            "attempts": (await side.attempts.tries(stream.id)).attempts[:SHOWN],
            "dead": (await side.progress.dead(stream.id)).letters[:SHOWN],
            "said": said(request, SAID),
            "state": tag_of(stream.status, self.site.translator(request)),
        }
        return await self.site.render(request, "stream.html", context)

    @personal
    async def act(self, request: Request, person: Person) -> Response:
        """Pauses it, lets it go on, or sends a test event."""
        form, stream = await own_form(request), own_stream(self.site, request, person)
        word = form.text("act")
        if word not in ACTS:
            raise Problem(400, "form-malformed")
        asked = await self.site.streams.commands.ask(ACTS[word](stream=stream.id, owner=stream.owner), WAIT)
        return back_to(stream, asked, word, (StreamRefusal.NOTHING_CHANGES,))

    @personal
    async def rotate(self, request: Request, person: Person) -> Response:
        """A new secret; the one before signs beside it for a day."""
        await own_form(request)
        stream = own_stream(self.site, request, person)
        asked, secret = await self.site.streams.commands.rotate(stream, WAIT)
        decided(asked, ANSWERS)
        return await self.site.render(request, "stream_secret.html", {"secret": secret, "back": f"{PATH}/{stream.id}"})

    @personal
    async def end(self, request: Request, person: Person) -> Response:
        """Ends it, and forgets its deliveries."""
        await own_form(request)
        stream = own_stream(self.site, request, person)
        deletion = StreamDeletionRequested(stream=stream.id, owner=stream.owner)
        asked = await self.site.streams.commands.ask(deletion, WAIT)
        return see_other(f"{PATH}?done={'deleted' if decided(asked, ANSWERS) else 'pending'}")

    async def _list(self, request: Request, person: Person, form: Form | None = None, fault: str = "") -> Response:
        t, side = self.site.translator(request), self.site.streams
        lines = []
        for each in side.commands.owned(*owners_of(self.site.keyring, person)):
            lane = (await side.progress.lanes(each.id)).get(LIVE)
            lines.append(
                (each, shown_body(each.owner, t), tag_of(each.status, t), lane_view(lane, each.start, side.log.cursor))
            )
        context = {
            "streams": lines,
            "values": {} if form is None else form,
            "fault": fault and t(f"streams.fault.{fault}"),
            "fault_field": fault,
            "said": said(request, SAID),
            **choices(t),
            "kinds": [(each, t(f"streams.kind.{each}")) for each in Kind],
        }
        return await self.site.render(request, "streams.html", context, status=422 if fault else 200)


def tag_of(status: StreamStatus, t: Translator) -> tuple[str, str]:
    """A status in words, and the kind of tag that shows it."""
    kinds = {StreamStatus.ACTIVE: "good", StreamStatus.DISABLED: "bad", StreamStatus.PAUSED: "caution"}
    return t(f"streams.status.{status}"), kinds.get(status, "neutral")


def _body(form: Form) -> StreamBody:
    """The stream that a form asks for; raises `ValidationError`."""
    chosen: dict[str, Any] = {member: (form.text(field),) for member, field in _CHOICES.items() if form.text(field)}
    if form.text("threshold") == "goal":
        chosen["threshold"] = "goal"
    started = {"after": "0"} if form.text("begin") == "first" else {}
    return StreamBody.model_validate(
        {"name": form.text("name").strip(), "endpoint": form.text("endpoint").strip(), "filter": chosen, **started}
    )


def _fault(error: ValidationError | InvalidInput) -> str:
    """Which field is to be mended."""
    if isinstance(error, InvalidInput):
        return "endpoint"
    return "name" if "name" in {str(each["loc"][0]) for each in error.errors()} else "endpoint"
