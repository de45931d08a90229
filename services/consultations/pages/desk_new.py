"""Beginning to prepare a consultation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.bodies import body_name
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.i18n import Translator
from kenes.web.site import see_other
from schemas.consultations.course import PrepareRequested
from schemas.consultations.parts import DraftKind
from services.consultations.pages.deciding import fault_of, refusal_of, status_of
from services.consultations.pages.desk_forms import TITLE, Control, Errors, body_of, checked, typed
from services.consultations.pages.desk_page import DESK, after, bodies_of, for_bodies
from services.consultations.pages.places import in_order
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.views import PrepareBody

PURPOSE: Final = "consultations.prepare"
CONTROLS: Final = (Control("body", "choice"), Control("kind", "choice"), Control("pack", "choice"), *TITLE)


@dataclass(frozen=True)
class DeskNew:
    """`/consultations/desk/new`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """The form, and what it posts to. Stand before the desk's routes with a consultation in them."""
        address = f"{DESK}/new"
        return [Route(address, self.ask, methods=["GET"]), Route(address, self.prepare, methods=["POST"])]

    @for_bodies
    async def ask(self, request: Request, person: Person) -> Response:
        """The form."""
        first = {"kind": str(DraftKind.LAW), "body": bodies_of(person)[0], "pack": "kz-draft-laws"}
        return await self._page(request, person, dict.fromkeys((each.name for each in CONTROLS), "") | first)

    @for_bodies
    async def prepare(self, request: Request, person: Person) -> Response:
        """Prepares it. Whatever hinders it comes back with what was typed."""
        form = await self.site.confirmed(request, PURPOSE)
        values, t = typed(CONTROLS, form), self.site.translator(request)
        body, errors = checked(PrepareBody, CONTROLS, body_of(values), t)
        if body is None:
            return await self._page(request, person, values, errors)
        commands = self.site.commands
        consultation = commands.new_consultation(person, None)
        asked = PrepareRequested(consultation=consultation, actor=commands.actor(consultation, person), **dict(body))
        try:
            outcome = await commands.steer(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, person, values, status=503)
        if (code := refusal_of(outcome)) is not None:
            return await self._page(request, person, values, [("body", fault_of(code, t))], status_of(code))
        address = DESK if outcome.decision is None else f"{DESK}/{consultation}"
        return see_other(after(address, "prepared", "consultation", outcome))

    async def _page(
        self,
        request: Request,
        person: Person,
        values: Mapping[str, str],
        errors: Errors | None = None,
        status: int | None = None,
    ) -> Response:
        t = self.site.translator(request)
        context = {
            "values": values,
            "controls": CONTROLS,
            "options": self._options(person, t),
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": status == 503,
            "tokens": await self.site.tokens(request, PURPOSE),
        }
        return await self.site.render(request, "desk_new.html", context, status=status or (422 if errors else 200))

    def _options(self, person: Person, t: Translator) -> dict[str, list[Any]]:
        mine = bodies_of(person)
        packs = self.site.packs.all_in_force(datetime.now(UTC))
        return {
            "body": in_order({each: body_name(each, t.language) for each in mine}),
            "kind": [(str(each), t(f"kind.{each}")) for each in DraftKind],
            "pack": [
                (pack.id, str(pack.name[t.language]))
                for pack in packs
                if not pack.bodies or any(each in pack.bodies for each in mine)
            ],
        }
