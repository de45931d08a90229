"""Everything a body does to one of its drafts by a form: each act has its page, and the pages are alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.home import home_day
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.readability import Readability, readability
from kenes.web.i18n import Translator
from kenes.web.site import see_other
from schemas.terms import Term
from services.consultations.acts import COURSE_ACTS
from services.consultations.domain.consultation import Consultation
from services.consultations.pages.deciding import fault_of, refusal_of, status_of
from services.consultations.pages.desk_forms import FORMS, Control, Errors, body_of, checked, label, typed, values_of
from services.consultations.pages.desk_page import DESK, after, desk_of, for_bodies, on_desk
from services.consultations.pages.presenting import present
from services.consultations.pages.site import WAIT, ConsultationSite

PURPOSE: Final = "consultations.desk.{}/{}"
ACTS: Final = tuple(name for name in FORMS if name in COURSE_ACTS)
CHECKED: Final = ("summary.kk", "summary.ru", "summary.en")
"""Texts whose plainness the page of the description looks at."""


@dataclass(frozen=True)
class DeskActs:
    """`/consultations/desk/{consultation}/{act}`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """A form for each act, and what it posts to."""
        base = f"{DESK}/{{consultation}}"
        return [
            *(Route(f"{base}/{act}", self.ask, methods=["GET"]) for act in ACTS),
            *(Route(f"{base}/{act}", self.do, methods=["POST"]) for act in ACTS),
        ]

    @for_bodies
    async def ask(self, request: Request, person: Person) -> Response:
        """The form, filled in with what is there."""
        consultation = await on_desk(self.site, request, person)
        name = _name(request)
        values = self._begun(consultation, name) | {
            each.name: request.query_params.get(each.name, "") for each in FORMS[name] if each.kind == "hidden"
        }
        return await self._page(request, consultation, name, values)

    @for_bodies
    async def do(self, request: Request, person: Person) -> Response:
        """Asks for it, and returns to the desk. Whatever hinders it comes back with what was typed."""
        consultation = await on_desk(self.site, request, person)
        name, t = _name(request), self.site.translator(request)
        form = await self.site.confirmed(request, PURPOSE.format(name, consultation.id))
        values = typed(FORMS[name], form)
        if "check" in form:
            return await self._page(request, consultation, name, values, found=plainness(values))
        body, errors = self._body(name, values, t)
        if body is None:
            return await self._page(request, consultation, name, values, errors)
        actor = self.site.commands.actor(consultation.id, person)
        asked = COURSE_ACTS[name].ask(body, consultation=consultation.id, actor=actor)
        try:
            outcome = await self.site.commands.steer(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, consultation, name, values, status=503)
        if (code := refusal_of(outcome)) is not None:
            return await self._page(
                request, consultation, name, values, fault=fault_of(code, t), status=status_of(code)
            )
        return see_other(after(desk_of(consultation), name, "consultation", outcome))

    def _body(self, name: str, values: Mapping[str, str], t: Translator) -> tuple[BaseModel | None, Errors]:
        model, body = COURSE_ACTS[name].body, body_of(values)
        if model is None:
            raise LookupError(f"{name} has no form")
        if name == "members":
            body.setdefault("member", {})["id"] = str(uuid4())
        return checked(model, FORMS[name], body, t)

    def _begun(self, consultation: Consultation, name: str) -> dict[str, str]:
        """What a form begins with."""
        values = dict.fromkeys((each.name for each in FORMS[name]), "")
        today = home_day(datetime.now(UTC)).isoformat()
        match name:
            case "description":
                return values_of(FORMS[name], consultation.model_dump())
            case "opening":
                return values | {"working_days": str(self._pack_days(consultation))}
            case "meetings":
                return values | {"meeting.held_on": today}
            case "stages":
                return values | {"on": today}
            case _:
                return values

    def _pack_days(self, consultation: Consultation) -> int:
        return self.site.packs.pinned(consultation.rules).hearing.working_days

    async def _page(
        self,
        request: Request,
        consultation: Consultation,
        name: str,
        values: Mapping[str, str],
        errors: Errors | None = None,
        *,
        found: list[tuple[str, Readability]] | None = None,
        fault: str = "",
        status: int = 200,
    ) -> Response:
        t = self.site.translator(request)
        context = {
            "it": present(consultation, t),
            "draft": consultation,
            "desk": desk_of(consultation),
            "act": name,
            "controls": FORMS[name],
            "labels": {each.name: label(each, t) for each in FORMS[name]},
            "options": options_of(FORMS[name], consultation, t),
            "values": values,
            "errors": errors or [],
            "wrong": dict(errors or []),
            "fault": fault,
            "found": found,
            "unavailable": status == 503,
            "about": self._about(consultation, name, values, t),
            "tokens": await self.site.tokens(request, PURPOSE.format(name, consultation.id)),
        }
        return await self.site.render(request, "desk_act.html", context, status=422 if errors else status)

    def _about(self, consultation: Consultation, name: str, values: Mapping[str, str], t: Translator) -> str:
        """A sentence that the rule pack or the state of the draft makes true."""
        if name == "opening":
            days, now = self._pack_days(consultation), datetime.now(UTC)
            pack = self.site.packs.pinned(consultation.rules)
            ends = home_day(self.site.packs.ends(Term(working_days=days), now, pack))
            return t("desk.about.opening", count=days, when=ends)
        if name == "extension" and consultation.closes_at is not None:
            return t("desk.about.extension", when=home_day(consultation.closes_at))
        if name == "dismissal":
            named = [each.name for each in consultation.roster if each.id == values["member"]]
            return t("desk.about.dismissal", name=named[0]) if named else ""
        return t(f"desk.about.{name}")


def plainness(values: Mapping[str, str]) -> list[tuple[str, Readability]]:
    """How hard each text is to read, by the name of its control."""
    told: list[tuple[str, Any]] = [(name, name.rpartition(".")[2]) for name in CHECKED]
    found = [(name, readability(values.get(name, ""), language)) for name, language in told]
    return [(name, each) for name, each in found if each is not None]


def options_of(controls: tuple[Control, ...], consultation: Consultation, t: Translator) -> dict[str, list[Any]]:
    """The choices of each control that has some: value and words."""
    return {
        each.name: [(value, t(f"{each.words}.{value}")) for value in each.options(consultation)]
        for each in controls
        if each.options is not None
    }


def _name(request: Request) -> str:
    return request.url.path.rstrip("/").rpartition("/")[2]
