"""Starting a petition: one question a page. What was answered travels in the form itself, so it needs no script."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web import csrf
from kenes.web.bodies import Form, read_form
from kenes.web.context import web
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import FORM_LIMIT, personal, see_other, session_of, sign_in_address
from schemas.petitions.v1 import Category, PetitionRefused, PetitionText
from services.petitions.answers import ANSWERS
from services.petitions.commands import RulesChoice
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack
from services.petitions.domain.status import EDITABLE
from services.petitions.filters import LONGEST_TEXT
from services.petitions.pages.addressing import TO, UNIT, Addressee, addressees, by_country, regions_of
from services.petitions.pages.drafting import (
    ALL_FIELDS,
    FIELDS,
    STEPS,
    TRANSLATION,
    Errors,
    errors_in,
    fields_on,
    first_wrong_step,
    limits,
    mended_fields,
    read_fields,
    remarks_on,
    to_text,
    translations_of,
)
from services.petitions.pages.introducing import asked, stages
from services.petitions.pages.presenter import Presented, place, thresholds
from services.petitions.pages.refusing import SIGN_IN_AGAIN
from services.petitions.pages.rules import told
from services.petitions.pages.signing import obstacle, receipt_address
from services.petitions.pages.site import WAIT, PetitionSite

START = "/petitions/start"
WRITE = f"{START}/write"
SIMILAR = 3
SHOW_SIMILAR = ("title", "text", "preview")
KEPT = 300


@dataclass(frozen=True)
class Start:
    """`/petitions/start`, its steps at `/petitions/start/write`, and what resembles a title."""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Before the routes with a petition in the path."""
        return [
            Route(START, limited(RateClass.READ)(self.introduce), methods=["GET"]),
            Route(f"{START}/similar", limited(RateClass.READ)(self.similar), methods=["GET"]),
            Route(WRITE, self.begin, methods=["GET"]),
            Route(WRITE, self.proceed, methods=["POST"]),
        ]

    async def introduce(self, request: Request) -> Response:
        """What the rules ask and why, before anybody has to sign in; those of another body where one is named."""
        return await self.site.published(request, "start.html", lambda: self._rules(request), max_age=KEPT)

    async def _rules(self, request: Request) -> dict[str, object]:
        offered, t = self._offered(), self.site.translator(request)
        to = self._to(request.query_params.get(TO, ""))
        chosen = offered[to]
        pack = chosen.packs[0]
        return {
            "prohibited": pack.prohibited,
            "version": pack.version,
            "names": [each.name[t.language] for each in chosen.packs],
            "label": chosen.label(t),
            "stages": stages(pack, t),
            "asked": asked(chosen.packs, t),
            "rules": told(chosen.packs, t),
            "write": _to_address(WRITE, to),
            "others": [
                (country, [(_to_address(START, name), each.label(t)) for name, each in bodies if name != to])
                for country, bodies in by_country(offered, t.language)
                if [to] != [name for name, _ in bodies]
            ],
        }

    async def similar(self, request: Request) -> Response:
        """A fragment: petitions like the title typed so far."""
        found = await self._similar(request, request.query_params)
        return await self.site.render(request, "similar.html", {"similar": found})

    @personal
    async def begin(self, request: Request, person: Person) -> Response:
        """The first question; or, before anything is written, why this person cannot start a petition."""
        to = self._to(request.query_params.get(TO, ""))
        if code := obstacle(self._offered()[to].packs[0].author, person):
            context = {"code": code, "rules_href": _to_address(START, to)}
            return await self.site.render(request, "not_author.html", context)
        values = dict.fromkeys(ALL_FIELDS, "") | {"language": self.site.translator(request).language}
        values |= {TO: to, UNIT: ""}
        return await self._step(request, "topic", values, secrets.token_urlsafe(16))

    async def proceed(self, request: Request) -> Response:
        """The next question, an earlier one, or the draft. Never loses what was written."""
        person = await current_person(request)
        limiter = web(request.scope).limiter
        limiter.admit(request.scope, RateClass.WRITE, person.id if person else None)
        form = await read_form(request, limit=FORM_LIMIT)
        values, key, go = self._read(form), form.text("draft")[:64], form.text("go")
        step = form.text("step") if form.text("step") in FIELDS else STEPS[0]
        if go in FIELDS:
            return await self._step(request, go, values, key)
        if go == "mend":
            return await self._step(request, STEPS[-1], mended_fields(values), key)
        wrong = self._wrong_step(values) if step == STEPS[-1] else step
        if wrong and (errors := self._errors(values, wrong, self.site.translator(request))):
            return await self._step(request, wrong, values, key, errors=errors)
        if step != STEPS[-1]:
            return await self._step(request, self._after(step, values), values, key)
        return await self._save(request, person, form, values, key)

    def _read(self, form: Form) -> dict[str, str]:
        to = self._to(form.text(TO))
        unit, values = form.text(UNIT), read_fields(form)
        values |= {TO: to, UNIT: unit if self._offered()[to].knows(unit) else ""}
        known = {code for code, _ in self._regions(values, LANGUAGES[0])}
        return values if values["region"] in known else values | {"region": ""}

    def _regions(self, values: Mapping[str, str], language: str) -> list[tuple[str, str]]:
        """The regions to choose from: of the pack's country, unless a place is chosen already."""
        pack = self._pack(values)
        return [] if pack.units else regions_of(pack, language)

    def _to(self, name: str) -> str:
        """Whom to address; the default where nobody is named who is known here."""
        offered = self._offered()
        return name if name in offered else next(iter(offered))

    def _wrong_step(self, values: Mapping[str, str]) -> str | None:
        """The first step that is not answered yet."""
        return first_wrong_step(values) if self._addressee(values).knows(values[UNIT]) else STEPS[0]

    def _errors(self, values: Mapping[str, str], step: str, t: Translator) -> Errors:
        errors = errors_in(values, FIELDS[step], t)
        if step == STEPS[0] and not self._addressee(values).knows(values[UNIT]):
            return [(UNIT, t("start.error.unit")), *errors]
        return errors

    async def _save(
        self, request: Request, person: Person | None, form: Form, values: Mapping[str, str], key: str
    ) -> Response:
        if person is None or not await _from_our_page(request, form):
            # Signed out meanwhile: what was written stays in the form until the person is back.
            return await self._step(request, STEPS[-1], values, key, notice="signed_in" if person else "signed_out")
        if code := obstacle(self._pack(values).author, person):
            return await self._step(request, STEPS[-1], values, key, code=code)
        return await self._create(request, person, values, key)

    def _after(self, step: str, values: Mapping[str, str]) -> str:
        """The next step; the translation, where the rules ask for one that is missing."""
        if step == TRANSLATION:
            return STEPS[-1]
        missing = any(each["asked"] for each in translations_of(values, self._pack(values)))
        return TRANSLATION if step == STEPS[-2] and missing else STEPS[STEPS.index(step) + 1]

    async def _create(self, request: Request, person: Person, values: Mapping[str, str], key: str) -> Response:
        try:
            rules = self._addressee(values).choice(values[UNIT])
            outcome = await self.site.commands.create(person, to_text(values), rules, WAIT, key or None)
        except BrokerUnavailableError:
            return await self._step(request, STEPS[-1], values, key, notice="unavailable")
        if outcome.decision is None:
            return see_other(receipt_address(outcome, "petition"))
        decided = outcome.decision.data
        if isinstance(decided, PetitionRefused) and decided.code != Refusal.PETITION_EXISTS:
            return await self._step(request, STEPS[-1], values, key, code=decided.code)
        first = await self.site.queries.petition(outcome.subject) if isinstance(decided, PetitionRefused) else None
        if first is not None and not _asks_for(first, to_text(values), rules):
            # Back, changed, and sent again: what was made stays as it is, and what is written now may become another.
            return await self._step(request, STEPS[-1], values, secrets.token_urlsafe(16), first=first)
        return see_other(f"/petitions/{outcome.subject}")

    async def _step(
        self,
        request: Request,
        step: str,
        values: Mapping[str, str],
        key: str,
        *,
        errors: Errors | None = None,
        notice: str = "",
        code: str | None = None,
        first: Petition | None = None,
    ) -> Response:
        """A step; `code` says why it was refused, `first` was made of this form already, with something else in it."""
        t = self.site.translator(request)
        person = await current_person(request)
        pack, addressee = self._pack(values), self._addressee(values)
        number = STEPS.index(step) if step in STEPS else len(STEPS) - 1
        shown = (*fields_on(step, values["language"]), *((UNIT,) if step == STEPS[0] else ()))
        context = {
            "step": step,
            "number": number + 1,
            "total": len(STEPS),
            "values": values,
            "hidden": {name: value for name, value in values.items() if name not in shown}
            | {"draft": key, "step": step},
            "errors": errors or [],
            "wrong": dict(errors or []),
            "notice": notice,
            "code": code,
            "sign_in_helps": code in SIGN_IN_AGAIN,
            "first": first and self.site.present(request, first),
            "takes_text": first is not None and first.status in EDITABLE,
            "back": STEPS[number - 1] if number else None,
            "csrf_token": csrf.form_token(await session_of(request)) if person else "",
            "sign_in": sign_in_address(request, again=code in SIGN_IN_AGAIN),
            "categories": [(str(each), t(f"category.{each}")) for each in Category],
            "languages": [(each, t(f"language.{each}")) for each in LANGUAGES],
            "regions": self._regions(values, t.language),
            "limits": limits(pack),
            "rules_href": _to_address(START, values[TO]),
            "place": place(pack, values[UNIT], values["region"], t),
            "similar": await self._similar(request, values) if step in SHOW_SIMILAR else [],
            "pack": pack,
            "goal": thresholds(pack.goals(values[UNIT] or None), t)[-1] if addressee.knows(values[UNIT]) else None,
            "units": addressee.units(t.language),
            "label": addressee.label(t),
            "addressee": pack.addressed(values[UNIT] or None)[t.language],
            "others": translations_of(values, pack),
            "remarks": remarks_on(values, pack, t) if step == STEPS[-1] else [],
        }
        status = 422 if errors else 503 if notice == "unavailable" else 409 if first else 200
        if code:
            status = ANSWERS.refusal_problem(code).status
        return await self.site.render(request, "write.html", context, status=status)

    async def _similar(self, request: Request, values: Mapping[str, str]) -> list[Presented]:
        """Petitions like the title or, once it is written, like title and proposal."""
        text = f"{values.get('title', '')} {values.get('proposal', '')}"
        found = await self.site.reads.similar(text[:LONGEST_TEXT], SIMILAR)
        return [self.site.present(request, petition) for petition in found]

    def _offered(self) -> Mapping[str, Addressee]:
        return addressees(self.site.offer, datetime.now(UTC))

    def _addressee(self, values: Mapping[str, str]) -> Addressee:
        return self._offered()[values[TO]]

    def _pack(self, values: Mapping[str, str]) -> RulePack:
        return self._addressee(values).pack(values[UNIT])


def _to_address(path: str, to: str) -> str:
    return f"{path}?{urlencode({TO: to})}"


def _asks_for(petition: Petition, text: PetitionText, rules: RulesChoice) -> bool:
    """Whether it has this text and these rules."""
    return (petition.text, petition.rules.id, petition.unit) == (text, rules.pack, rules.unit)


async def _from_our_page(request: Request, form: Form) -> bool:
    try:
        await csrf.check_form(request, form)
    except Problem:
        return False
    return True
