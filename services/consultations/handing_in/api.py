"""Handing in a version by the JSON API: a file to each language, in base64."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from kenes.service.callers import Callers
from kenes.web.bodies import read_json
from kenes.web.openapi import Operation, Writes
from schemas.parts import Language, Statement
from schemas.prose import Prose
from services.consultations.answers import ANSWERS
from services.consultations.commands import UnknownConsultationError
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import role_of
from services.consultations.drafts.errors import Notice
from services.consultations.handing_in.desk import BODY_LIMIT, HandingIn
from services.consultations.handing_in.drafting import DraftFile
from services.consultations.handing_in.errors import HandingInError, problem_of
from services.consultations.operations import ONE
from services.consultations.views import AskedAnswer

PROBLEMS: Final = (
    Refusal.CONSULTATION_UNKNOWN,
    Refusal.NOT_ALLOWED,
    Refusal.VERSION_STALE,
    Refusal.LANGUAGE_MISSING,
    Refusal.TOO_LATE,
    "draft-unreadable",
    "draft-languages-differ",
    "draft-too-large",
)


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64-malformed", "not base64") from None


Content = Annotated[bytes, BeforeValidator(_decoded), WithJsonSchema({"type": "string", "contentEncoding": "base64"})]


class FileBody(BaseModel):
    """The text of the draft in one language. The ending of `name` tells the format: md, txt, docx, xml."""

    model_config = ConfigDict(extra="forbid")

    language: Language
    name: Prose = Field(min_length=1, max_length=200)
    content: Content


class VersionBody(BaseModel):
    """The next version, `version` being one more than the last; every language of the rule pack must be there."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1)
    texts: list[FileBody] = Field(min_length=1, max_length=3)
    note: Statement | None = Field(default=None, description="What changed, and why.")

    @model_validator(mode="after")
    def _each_language_once(self) -> Self:
        if len({text.language for text in self.texts}) != len(self.texts):
            raise PydanticCustomError("language-twice", "a language twice")
        return self


class LeftOut(BaseModel):
    """What of a file is not in the text: `line` counts a Word file's paragraphs, and is null for the whole."""

    language: Language
    line: int | None
    element: str
    reason: str


class VersionAnswer(AskedAnswer):
    """What became of it, and what of the files was left out."""

    left_out: list[LeftOut]


handing: Final = Writes(VersionAnswer)


@dataclass(frozen=True)
class VersionsApi:
    """The operation, and what it needs. It takes a body far larger than others, but only of who may hand it in."""

    handing_in: HandingIn
    callers: Callers

    def operations(self) -> list[Operation]:
        return [
            handing("POST", f"{ONE}/versions", self.versions_of_consultation, body=VersionBody, problems=PROBLEMS),
        ]

    async def versions_of_consultation(self, request: Request) -> Response:
        """Hands in the text of the next version as files."""
        person, wish = await self.callers.writer(request)
        consultation = await self._consultation(request.path_params["consultation"])
        if role_of(consultation.body) not in person.roles:
            raise ANSWERS.refusal_problem(Refusal.NOT_ALLOWED)
        body = await read_json(request, VersionBody, limit=BODY_LIMIT)
        if body.version != consultation.version + 1:
            raise ANSWERS.refusal_problem(Refusal.VERSION_STALE)
        files = [DraftFile(each.language, each.name, each.content) for each in body.texts]
        try:
            found = await self.handing_in.drafted(consultation, files)
            asked = self.handing_in.request(consultation, person, found.texts, body.note)
        except HandingInError as error:
            raise problem_of(error) from error
        outcome = await self.handing_in.hand_in(asked, wish.wait)
        left_out = [_left_out(language, each) for language, each in found.notices]
        return ANSWERS.answer("consultation", outcome, applied=wish.applied, told={"left_out": left_out})

    async def _consultation(self, consultation: str) -> Consultation:
        """What this process may not have heard of yet is waited for before it is called unknown."""
        await self.handing_in.commands.seen(consultation)
        found = await self.handing_in.queries.consultation(consultation)
        if found is None:
            raise UnknownConsultationError(consultation)
        return found


def _left_out(language: Language, notice: Notice) -> dict[str, Any]:
    return {
        "language": language,
        "line": notice.line or None,
        "element": notice.element,
        "reason": notice.reason.value,
    }
