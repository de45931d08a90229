"""Changing a draft: all its fields on one page."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web import csrf
from kenes.web.bodies import read_form
from kenes.web.i18n import LANGUAGES
from kenes.web.site import FORM_LIMIT, personal, see_other, session_of
from schemas.petitions.v1 import Category, EditRequested, PetitionRefused
from services.petitions.answers import ANSWERS
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import EDITABLE
from services.petitions.pages.addressing import regions_of
from services.petitions.pages.drafting import (
    ALL_FIELDS,
    FIELDS,
    Errors,
    errors_in,
    fields_of,
    fields_on,
    limits,
    mended_fields,
    read_fields,
    remarks_on,
    to_text,
    translations_of,
)
from services.petitions.pages.moderation_forms import fault_of
from services.petitions.pages.refusing import refused
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PetitionSite


@dataclass(frozen=True)
class Editing:
    """`/petitions/{petition}/edit`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """The form, and what it posts."""
        path = "/petitions/{petition}/edit"
        return [Route(path, self.show, methods=["GET"]), Route(path, self.save, methods=["POST"])]

    @personal
    async def show(self, request: Request, person: Person) -> Response:
        """The form with what is written so far."""
        petition = await self.site.petition(request, person)
        if code := self._refusal(petition, person):
            return await refused(self.site, request, code, petition)
        return await self._form(request, petition, fields_of(petition.text))

    @personal
    async def save(self, request: Request, person: Person) -> Response:
        """Saves, and returns to the petition."""
        petition = await self.site.petition(request, person)
        form = await read_form(request, limit=FORM_LIMIT)
        await csrf.check_form(request, form)
        values, go = read_fields(form), form.text("go")
        if go in ("check", "mend"):
            values = mended_fields(values) if go == "mend" else values
            errors = errors_in(values, ALL_FIELDS, self.site.translator(request))
            return await self._form(request, petition, values, errors=errors, checked=True)
        if errors := errors_in(values, ALL_FIELDS, self.site.translator(request)):
            return await self._form(request, petition, values, errors=errors)
        try:
            actor = self.site.commands.actor(petition.id, person)
            asked = EditRequested(petition=petition.id, actor=actor, text=to_text(values))
            outcome = await self.site.commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._form(request, petition, values, unavailable=True)
        if outcome.decision is None:
            return see_other(receipt_address(outcome, "petition"))
        if isinstance(outcome.decision.data, PetitionRefused):
            code = outcome.decision.data.code
            errors = [("text", fault_of(code, self.site.translator(request))[1])]
            return await self._form(request, petition, values, errors=errors, code=code)
        return see_other(f"/petitions/{petition.id}")

    def _refusal(self, petition: Petition, person: Person) -> Refusal | None:
        if not self.site.wrote(petition, person):
            return Refusal.NOT_ALLOWED
        return None if petition.status in EDITABLE else Refusal.NOT_A_DRAFT

    async def _form(
        self,
        request: Request,
        petition: Petition,
        values: Mapping[str, str],
        *,
        errors: Errors | None = None,
        code: str = "",
        unavailable: bool = False,
        checked: bool = False,
    ) -> Response:
        t, pack = self.site.translator(request), self.site.packs.pinned(petition.rules)
        context = {
            "it": self.site.present(request, petition),
            "values": values,
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": unavailable,
            "csrf_token": csrf.form_token(await session_of(request)),
            "categories": [(str(each), t(f"category.{each}")) for each in Category],
            "languages": [(each, t(f"language.{each}")) for each in LANGUAGES],
            "regions": regions_of(pack, t.language),
            "limits": limits(pack),
            "others": translations_of(values, pack),
            "hidden": {name: values[name] for name in set(ALL_FIELDS) - _shown(values["language"])},
            "remarks": remarks_on(values, pack, t),
            "checked": checked,
        }
        status = ANSWERS.refusal_problem(code).status if code else 422 if errors else 503 if unavailable else 200
        return await self.site.render(request, "edit.html", context, status=status)


def _shown(language: str) -> set[str]:
    return {field for step in FIELDS for field in fields_on(step, language)}
