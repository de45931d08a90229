"""Signatures on paper: for everybody what was counted, for registrars the forms that enter and correct it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal_to, see_other
from kenes.web.values import whole_number
from kenes.web.writing import as_seen, faults
from schemas.petitions.v1 import (
    LifecycleRequest,
    PaperCorrectionRequested,
    PaperRequested,
    PaperSheet,
    PetitionRefused,
)
from services.petitions.answers import ANSWERS
from services.petitions.domain.paper import COUNTABLE, REGISTRAR
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import Paper
from services.petitions.domain.status import PaperBatch
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PetitionSite
from services.petitions.paper.lines import LineError, read_sheets, write_sheets
from services.petitions.paper.views import batch_views

PURPOSE: Final = "petitions.paper/{}"
Errors = list[tuple[str, str]]
"""(field, what to do), in the order of the form."""

_OF_SHEETS: Final = (Refusal.SHEET_ENTERED,)


for_registrars = personal_to(lambda roles: REGISTRAR in roles)


@dataclass(frozen=True)
class PaperPages:
    """`/petitions/{petition}/paper`, and below it `enter` and `{batch}`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """What was counted, the form of a new batch, and the form of each batch."""
        place = "/petitions/{petition}/paper"
        return [
            Route(place, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(f"{place}/enter", self.ask, methods=["GET"]),
            Route(f"{place}/enter", self.enter, methods=["POST"]),
            Route(f"{place}/{{batch:int}}", self.ask, methods=["GET"]),
            Route(f"{place}/{{batch:int}}", self.correct, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Every batch with its sheets and checksums; for registrars with what they may do."""
        person = await current_person(request)
        petition = await self.site.petition(request, person)
        registrar = person is not None and REGISTRAR in person.roles
        it = self.site.present(request, petition)
        context = {
            "it": it,
            "petition": petition,
            "paper": self._paper(petition),
            "batches": batch_views(petition)[::-1],
            "enters": registrar and it.collecting,
            "corrects": registrar and petition.status in COUNTABLE,
        }
        return await self.site.render(request, "paper.html", context)

    @for_registrars
    async def ask(self, request: Request, person: Person) -> Response:
        """The form of a new batch, or of one that is there, as it stands now."""
        petition = await self.site.petition(request, person)
        batch = _batch(request, petition)
        written = {} if batch is None else {"sheets": write_sheets(batch.sheets), "revision": str(batch.revision)}
        return await self._form(request, petition, batch, written)

    @for_registrars
    async def enter(self, request: Request, person: Person) -> Response:
        """Enters a batch."""
        petition = await self.site.petition(request, person)
        form = await self.site.confirmed(request, PURPOSE.format(petition.id))
        written = {"sheets": form.text("sheets"), "reference": " ".join(form.text("reference").split())}
        sheets, errors = _sheets(form, self.site.translator(request), needed=True)
        told = {"reference": written["reference"], "sheets": sheets}
        return await self._send(request, person, petition, None, PaperRequested, told, written, errors)

    @for_registrars
    async def correct(self, request: Request, person: Person) -> Response:
        """Puts what is written in the place of a batch."""
        petition = await self.site.petition(request, person)
        form = await self.site.confirmed(request, PURPOSE.format(petition.id))
        batch = _batch(request, petition)
        written = {name: form.text(name).strip() for name in ("sheets", "reason", "revision")}
        sheets, errors = _sheets(form, self.site.translator(request), needed=False)
        told = {
            "batch": request.path_params["batch"],
            "revision": whole_number(written["revision"]) or 1,
            "sheets": sheets,
            "reason": written["reason"],
        }
        return await self._send(request, person, petition, batch, PaperCorrectionRequested, told, written, errors)

    async def _send(
        self,
        request: Request,
        person: Person,
        petition: Petition,
        batch: PaperBatch | None,
        kind: type[LifecycleRequest],
        told: Mapping[str, Any],
        written: Mapping[str, str],
        errors: Errors,
    ) -> Response:
        t, commands = self.site.translator(request), self.site.commands
        if errors:
            return await self._form(request, petition, batch, written, errors)
        actor = commands.actor(petition.id, person)
        try:
            asked = kind.model_validate({"petition": petition.id, "actor": actor, **told})
        except ValidationError as error:
            errors = faults(error, lambda place: (str(place[0]), t(f"paper.error.{place[0]}")), t)
            return await self._form(request, petition, batch, as_seen(written), errors)
        try:
            outcome = await commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._form(request, petition, batch, written, unavailable=True)
        if outcome.decision is None:
            return see_other(receipt_address(outcome, "petition"))
        data = outcome.decision.data
        if not isinstance(data, PetitionRefused):
            return see_other(f"/petitions/{petition.id}/paper")
        place = "sheets" if data.code in _OF_SHEETS else "state"
        errors = [(place, f"{t(f'problem.{data.code}.title')}. {t(f'problem.{data.code}.detail')}")]
        return await self._form(request, petition, batch, written, errors, code=data.code)

    async def _form(
        self,
        request: Request,
        petition: Petition,
        batch: PaperBatch | None,
        written: Mapping[str, str],
        errors: Errors | None = None,
        *,
        code: str = "",
        unavailable: bool = False,
    ) -> Response:
        self._paper(petition)
        context = {
            "it": self.site.present(request, petition),
            "batch": batch,
            "written": {"sheets": "", "reference": "", "reason": "", "revision": "", **written},
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": unavailable,
            "tokens": await self.site.tokens(request, PURPOSE.format(petition.id)),
        }
        status = 503 if unavailable else ANSWERS.refusal_problem(code).status if code else 422 if errors else 200
        return await self.site.render(request, "paper_batch.html", context, status=status)

    def _paper(self, petition: Petition) -> Paper:
        paper = self.site.packs.pinned(petition.rules).paper
        if paper is None:
            raise Problem(404, Refusal.PAPER_NOT_TAKEN)
        return paper


def _batch(request: Request, petition: Petition) -> PaperBatch | None:
    number: int | None = request.path_params.get("batch")
    if number is None:
        return None
    if not 0 < number <= len(petition.paper):
        raise Problem(404, Refusal.BATCH_UNKNOWN)
    return petition.paper[number - 1]


def _sheets(form: Form, t: Translator, *, needed: bool) -> tuple[tuple[PaperSheet, ...], Errors]:
    try:
        sheets = read_sheets(form.text("sheets"))
    except LineError as error:
        return (), [("sheets", t("paper.error.line", number=error.number))]
    return sheets, [] if sheets or not needed else [("sheets", t("paper.error.sheets"))]
