"""The desk of the body that must answer: what it owes, the answer with a look at how plain it is, and who signed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.acts import Act
from kenes.web import csrf
from kenes.web.bodies import Form, read_form
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from kenes.web.site import FORM_LIMIT, personal_to, see_other
from kenes.web.writing import as_seen, faults
from schemas.petitions.v1 import AnswerOutcome, DutyKind, PetitionRefused
from services.petitions.acts import ACTS
from services.petitions.answering import desk
from services.petitions.answering.handing import refusal
from services.petitions.answers import ANSWERS as ANSWERED
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.pages.drafting import Errors
from services.petitions.pages.moderation_forms import fault_of
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PetitionSite

PURPOSE: Final = "petitions.agency/{}"
ANSWERS: Final = ("draft-answer", "answer")
DESK_ACTS: Final = ("charge", "invitation", *ANSWERS)

for_agencies = personal_to(desk.is_agency)


@dataclass(frozen=True)
class Agency:
    """`/agency`, `/agency/{petition}` and what its forms post to"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """The duties, a petition on the desk, a look at the answer, each act, and the list of signers."""
        one = "/agency/{petition}"
        return [
            Route("/agency", self.duties, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(f"{one}/preview", self.preview, methods=["POST"]),
            Route(f"{one}/write", self.rewrite, methods=["POST"]),
            *(Route(f"{one}/{act}", self.do, methods=["POST"]) for act in DESK_ACTS),
            Route(f"{one}/signers", self.ask_signers, methods=["GET"]),
            Route(f"{one}/signers", self.hand_signers, methods=["POST"]),
        ]

    @for_agencies
    async def duties(self, request: Request, person: Person) -> Response:
        """What is owed, what is due first on top."""
        now = datetime.now(UTC)
        owed = await self.site.queries.duties.owed(person.roles, self.site.packs)
        lines = [(self.site.present(request, each.petition), each, each.overdue(now)) for each in owed]
        return await self.site.render(request, "agency.html", {"lines": lines})

    @for_agencies
    async def show(self, request: Request, person: Person) -> Response:
        """The petition and the forms of the desk."""
        return await self._page(request, await self._petition(request, person))

    @for_agencies
    async def preview(self, request: Request, person: Person) -> Response:
        """How hard the answer is to read, before it is sent. Changes nothing."""
        petition = await self._petition(request, person)
        values, act = _written(await self._unconfirmed(request))
        if errors := self._errors(request, act, _body(act, values)):
            return await self._page(request, petition, as_seen(values), errors, chosen=act.name)
        return await self._preview(request, petition, values, act)

    @for_agencies
    async def rewrite(self, request: Request, person: Person) -> Response:
        """Back to the form, with what was written."""
        petition = await self._petition(request, person)
        values, act = _written(await self._unconfirmed(request))
        return await self._page(request, petition, values, chosen=act.name)

    @for_agencies
    async def do(self, request: Request, person: Person) -> Response:
        """Asks for one act, and returns to the desk. Whatever hinders it comes back with what was written."""
        petition = await self._petition(request, person)
        act = ACTS[request.url.path.rpartition("/")[2]]
        values, _ = _written(await self.site.confirmed(request, PURPOSE.format(petition.id)))
        if errors := self._errors(request, act, _body(act, values)):
            return await self._page(request, petition, as_seen(values), errors, chosen=act.name)
        try:
            asked = act.ask(
                _model(act, values), petition=petition.id, actor=self.site.commands.actor(petition.id, person)
            )
            outcome = await self.site.commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, petition, values, unavailable=True, chosen=act.name)
        if outcome.decision is None or (act.body is None and isinstance(outcome.decision.data, PetitionRefused)):
            return see_other(receipt_address(outcome, "petition"))
        if isinstance(outcome.decision.data, PetitionRefused):
            # What was decided meanwhile is shown with the refusal.
            code, petition = outcome.decision.data.code, await self._petition(request, person)
            place, (_, words) = (
                "act" if desk.owed_to(petition) else "written",
                fault_of(code, self.site.translator(request)),
            )
            return await self._page(request, petition, values, [(place, words)], chosen=act.name, code=code)
        return see_other(f"/petitions/{petition.id}" if act.name in ANSWERS else f"/agency/{petition.id}")

    @for_agencies
    async def ask_signers(self, request: Request, person: Person) -> Response:
        """What the list has, and what taking it means."""
        petition = await self._petition(request, person)
        context = {
            "it": self.site.present(request, petition),
            "code": refusal(petition, person, self.site.packs),
            "tokens": await self.site.tokens(request, PURPOSE.format(petition.id)),
        }
        return await self.site.render(request, "agency_signers.html", context)

    @for_agencies
    async def hand_signers(self, request: Request, person: Person) -> Response:
        """The list, once for each confirmation."""
        petition = await self._petition(request, person)
        await self.site.confirmed(request, PURPOSE.format(petition.id))
        return await self.site.queries.signers.hand(petition, person, self.site.packs)

    async def _petition(self, request: Request, person: Person) -> Petition:
        petition = await self.site.petition(request, person)
        if not desk.answers_for(petition, person.roles, self.site.packs):
            raise Problem(403, Refusal.NOT_ALLOWED)
        return petition

    async def _unconfirmed(self, request: Request) -> Form:
        """A form that changes nothing."""
        form = await read_form(request, limit=FORM_LIMIT)
        await csrf.check_form(request, form)
        return form

    def _errors(self, request: Request, act: Act, body: dict[str, Any]) -> Errors:
        t = self.site.translator(request)
        if act.body is None:
            return []
        try:
            act.body.model_validate(body)
        except ValidationError as error:
            return faults(error, lambda place: _fault(_control(act, place), t), t)
        return []

    async def _preview(self, request: Request, petition: Petition, values: dict[str, str], act: Act) -> Response:
        context = {
            "it": self.site.present(request, petition),
            "act": act.name,
            "values": values,
            "texts": desk.checked({name: "" if _unused(act, name) else text for name, text in values.items()}),
            "kept": {name: text for name, text in values.items() if text and not _unused(act, name)},
            "tokens": await self.site.tokens(request, PURPOSE.format(petition.id)),
        }
        return await self.site.render(request, "agency_preview.html", context)

    async def _page(
        self,
        request: Request,
        petition: Petition,
        values: dict[str, str] | None = None,
        errors: Errors | None = None,
        *,
        chosen: str = "",
        code: str = "",
        unavailable: bool = False,
    ) -> Response:
        t = self.site.translator(request)
        owed = desk.owed_to(petition)
        context = {
            "it": self.site.present(request, petition),
            "petition": petition,
            "owed": owed,
            "overdue": owed is not None and owed.overdue(datetime.now(UTC)),
            "answered": [each for each in petition.duties if each.kind is DutyKind.ANSWER and each.done_at],
            "values": dict.fromkeys((*desk.FIELDS, "message"), "") | (values or {}),
            "outcomes": [{"value": str(each), "label": t(f"agency.outcome.{each}")} for each in AnswerOutcome],
            "chosen": chosen or ANSWERS[0],
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": unavailable,
            "tokens": await self.site.tokens(request, PURPOSE.format(petition.id)),
        }
        status = 503 if unavailable else ANSWERED.refusal_problem(code).status if code else 422 if errors else 200
        return await self.site.render(request, "agency_petition.html", context, status=status)


def _written(form: Form) -> tuple[dict[str, str], Act]:
    """What was written, and which answer it is for."""
    chosen = form.text("act")
    values = {name: form.text(name).strip() for name in (*desk.FIELDS, "message")}
    return values, ACTS[chosen if chosen in ANSWERS else ANSWERS[0]]


def _body(act: Act, values: dict[str, str]) -> dict[str, Any]:
    if act.name == "invitation":
        return {"message": values["message"]}
    return desk.answer_body(values, final=act.name == "answer")


def _model(act: Act, values: dict[str, str]) -> BaseModel | None:
    return None if act.body is None else act.body.model_validate(_body(act, values))


def _control(act: Act, location: tuple[int | str, ...]) -> str:
    return "message" if act.name == "invitation" else desk.field_of(location)


def _fault(name: str, t: Translator) -> tuple[str, str]:
    """A control, and what to mend in it."""
    if name in ("outcome", "message"):
        return name, t(f"agency.error.{name}")
    kind, language = ("media", desk.MEDIA[name]) if name in desk.MEDIA else ("statement", desk.STATEMENT[name])
    return name, t(f"agency.error.{kind}", language=t(f"agency.in.{language}"))


def _unused(act: Act, name: str) -> bool:
    return name == "message" or (act.name != "answer" and name in desk.MEDIA)
