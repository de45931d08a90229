"""Handing in a version on the desk: files up, a look at what they make, and only then the version."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web import confirmations, csrf
from kenes.web.bodies import read_form
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.problems import Problem
from kenes.web.site import FORM_LIMIT, see_other, session_of
from kenes.web.uploads import UploadedFile, read_upload
from schemas.consultations.parts import DraftText
from schemas.parts import Statement
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.handing_in.comparing import compared
from services.consultations.handing_in.desk import MOST_BYTES
from services.consultations.handing_in.drafting import Drafted, DraftFile
from services.consultations.handing_in.errors import (
    TOLD,
    DraftTooLargeError,
    HandingInError,
    LanguagesDifferError,
    UnreadableDraftError,
    clause_of,
    where,
    why,
)
from services.consultations.pages.deciding import fault_of, refusal_of, status_of
from services.consultations.pages.desk_forms import NOTE, Errors, body_of, checked, typed, values_of
from services.consultations.pages.desk_page import DESK, after, desk_of, for_bodies, on_desk
from services.consultations.pages.outline import contents
from services.consultations.pages.presenting import present
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.pages.versions_diff import diff_context

PURPOSE: Final = "consultations.version/{}"
UPLOAD_LIMIT: Final = MOST_BYTES + 512 * 1024
"""Bytes of a form: the files and what is written beside them."""
TEXTS: Final = TypeAdapter(tuple[DraftText, ...])


class NoteBody(BaseModel):
    """What changed, and why."""

    note: Statement | None = None


@dataclass(frozen=True)
class Proposed:
    """A version that was read and not yet handed in: what a confirmation keeps."""

    number: int
    texts: tuple[DraftText, ...]
    note: Statement | None

    def payload(self) -> dict[str, Any]:
        """As JSON values."""
        note = None if self.note is None else self.note.model_dump()
        return {"number": self.number, "texts": TEXTS.dump_python(self.texts, mode="json"), "note": note}

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Proposed":
        """From `payload`."""
        note = None if payload["note"] is None else Statement.model_validate(payload["note"])
        return cls(payload["number"], TEXTS.validate_python(payload["texts"]), note)


@dataclass(frozen=True)
class DeskVersions:
    """`/consultations/desk/{consultation}/versions`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """The form for files, a look at the version, and handing it in."""
        address = f"{DESK}/{{consultation}}/versions"
        return [
            Route(address, self.ask, methods=["GET"]),
            Route(address, self.look, methods=["POST"]),
            Route(f"{address}/confirm", self.hand_in, methods=["POST"]),
        ]

    @for_bodies
    async def ask(self, request: Request, person: Person) -> Response:
        """The form."""
        return await self._form(request, await on_desk(self.site, request, person), {})

    @for_bodies
    async def look(self, request: Request, person: Person) -> Response:
        """What the files make, and what is other than in the last version. Nothing is handed in yet."""
        consultation = await on_desk(self.site, request, person)
        sent = await read_upload(request, limit=UPLOAD_LIMIT, files=len(LANGUAGES))
        await csrf.check_form(request, sent.form)
        t, values = self.site.translator(request), typed(NOTE, sent.form)
        body, errors = checked(NoteBody, NOTE, body_of(values), t)
        errors = self._missing(consultation, sent.files, t) + errors
        if body is None or errors:
            return await self._form(request, consultation, values, errors)
        files = [
            DraftFile(each, file.name, file.data) for each in LANGUAGES if (file := sent.files.get(f"file.{each}"))
        ]
        try:
            found = await self.site.handing_in.drafted(consultation, files)
            self.site.handing_in.request(consultation, person, found.texts, body.note)
        except HandingInError as error:
            return await self._form(request, consultation, values, told_of(error, t))
        proposed = Proposed(consultation.version + 1, found.texts, body.note)
        return await self._preview(request, consultation, proposed, found)

    @for_bodies
    async def hand_in(self, request: Request, person: Person) -> Response:
        """Hands in what the page before showed, once. The files have to be chosen anew where that cannot be done."""
        consultation = await on_desk(self.site, request, person)
        form = await read_form(request, limit=FORM_LIMIT)
        session = await csrf.check_form(request, form)
        values, t, token = typed(NOTE, form), self.site.translator(request), form.text(confirmations.FIELD)
        try:
            payload = await self.site.confirmations.consume(session, PURPOSE.format(consultation.id), token)
        except Problem as problem:
            errors = [("file.kk", fault_of(problem.code, t))]
            return await self._form(request, consultation, values, errors, problem.status)
        proposed = Proposed.of(payload)
        if proposed.number != consultation.version + 1:
            errors = [("file.kk", fault_of(Refusal.VERSION_STALE, t))]
            return await self._form(request, consultation, values, errors, 409)
        asked = self.site.handing_in.request(consultation, person, proposed.texts, proposed.note)
        try:
            outcome = await self.site.handing_in.hand_in(asked, WAIT)
        except BrokerUnavailableError:
            return await self._preview(request, consultation, proposed, status=503)
        if (code := refusal_of(outcome)) is not None:
            return await self._form(request, consultation, values, [("file.kk", fault_of(code, t))], status_of(code))
        return see_other(after(desk_of(consultation), "versions", "consultation", outcome))

    def _missing(self, consultation: Consultation, files: Mapping[str, UploadedFile], t: Translator) -> Errors:
        wanted = self.site.packs.pinned(consultation.rules).languages
        return [
            (f"file.{each}", t("desk.file.missing", language=t(f"desk.in.{each}")))
            for each in wanted
            if f"file.{each}" not in files
        ]

    async def _form(
        self,
        request: Request,
        consultation: Consultation,
        values: Mapping[str, str],
        errors: Errors | None = None,
        status: int = 422,
    ) -> Response:
        t = self.site.translator(request)
        context = {
            "it": present(consultation, t),
            "draft": consultation,
            "desk": desk_of(consultation),
            "languages": LANGUAGES,
            "wanted": self.site.packs.pinned(consultation.rules).languages,
            "controls": NOTE if consultation.version else (),
            "labels": {each.name: f"{t('diff.note')} ({t(f'desk.in.{each.language}')})" for each in NOTE},
            "values": dict.fromkeys((each.name for each in NOTE), "") | dict(values),
            "errors": errors or [],
            "wrong": dict(errors or []),
            "tokens": {csrf.FIELD: csrf.form_token(await session_of(request))},
            "most": MOST_BYTES // 1_000_000,
        }
        return await self.site.render(request, "desk_versions.html", context, status=status if errors else 200)

    async def _preview(
        self,
        request: Request,
        consultation: Consultation,
        proposed: Proposed,
        found: Drafted | None = None,
        status: int = 200,
    ) -> Response:
        site, t = self.site, self.site.translator(request)
        lead = next((each for each in proposed.texts if each.language == t.language), proposed.texts[0])
        old = (await site.handing_in.last(consultation)).get(lead.language)
        session = await session_of(request)
        token = await site.confirmations.issue(session, PURPOSE.format(consultation.id), proposed.payload())
        context = {
            "it": present(consultation, t),
            "desk": desk_of(consultation),
            "coming": proposed.number,
            "language": lead.language,
            "languages": [text.language for text in proposed.texts],
            "contents": contents(lead.tree, {}),
            "note": proposed.note,
            "kept": {name: text for name, text in values_of(NOTE, proposed.payload()).items() if text},
            "notices": _notices(found, t),
            "uneven": [] if found is None else [clause_of(each) for each in found.uneven[:TOLD]],
            "compared": old is not None,
            "unavailable": status == 503,
            "tokens": {csrf.FIELD: csrf.form_token(session), confirmations.FIELD: token},
        }
        if old is not None:
            context |= diff_context(await asyncio.to_thread(compared, old, lead.tree), {}, t)
        return await site.render(request, "desk_version.html", context, status=status)


def told_of(error: HandingInError, t: Translator) -> Errors:
    """Why a version was not taken, by the file to mend."""
    match error:
        case UnreadableDraftError(language=language):
            return [(f"file.{language}", f"{where(error, t)}. {why(error, t)}")]
        case LanguagesDifferError(second=second, mismatches=mismatches):
            told = [t(f"draft.differs.{each.difference.value}", clause=clause_of(each)) for each in mismatches[:TOLD]]
            return [
                (f"file.{second}", t("desk.file.differs", count=len(mismatches))),
                *((f"file.{second}", each) for each in told),
            ]
        case DraftTooLargeError():
            return [("file.kk", fault_text("draft-too-large", t, size=error.size // 1024, limit=error.most // 1024))]
        case _:
            raise TypeError(f"{type(error).__name__} has no words of its own")


def fault_text(code: str, t: Translator, **values: object) -> str:
    """A problem in words."""
    return f"{t(f'problem.{code}.title')}. {t(f'problem.{code}.detail', **values)}"


def _notices(found: Drafted | None, t: Translator) -> list[str]:
    """What was left out of the files: each sort once for each language, with its places."""
    places: dict[tuple[str, str], list[int]] = {}
    for language, each in () if found is None else found.notices:
        places.setdefault((language, each.reason.value), []).append(each.line)
    return [
        t(f"draft.left_out.{reason}", language=t(f"desk.in.{language}"), count=len(lines))
        for (language, reason), lines in places.items()
    ]
