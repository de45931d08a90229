"""Asking for letters over the API: what the forms do. The answer tells nothing of the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kenes.mail.sender import MailUnavailableError
from kenes.service.answers import json_response
from kenes.web.bodies import read_json
from kenes.web.i18n import Catalogs
from kenes.web.language import translator
from kenes.web.limits import RateClass
from kenes.web.openapi import Operation
from kenes.web.problems import FieldError, InvalidInput, Problem
from services.petitions.answers import ANSWERS
from services.petitions.callers import PetitionCallers
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.mailed.asking import NOT_OFFERED, Asking
from services.petitions.mailed.form import FIELDS
from services.petitions.mailed.mailing import MailAct, Mailing
from services.petitions.operations import ONE
from services.petitions.views import View

PROBLEMS: Final = (NOT_OFFERED, "too-many-letters", "unavailable")

RETRY_AFTER: Final = "60"
"""Seconds until the relay may take mail again."""


class MailboxBody(View):
    """Whose mailbox."""

    email: str = Field(max_length=254)


class SignLetterBody(MailboxBody):
    """Who signs, as the petition's rules ask for it."""

    given_name: str = Field(max_length=100)
    family_name: str = Field(max_length=100)
    residence: str = Field(max_length=20, description="Code of a region of the rule pack, or a postcode.")
    declared: bool = Field(description="The declaration of the rule pack is true of this person.")
    listed: bool = Field(default=False, description="Show first name and initial in the public list of signers.")


class LetterAnswer(View):
    """The same for every address. A letter is sent, unless the mailbox has had its letters of this hour."""

    hours: int = Field(
        description="How long its link works. Opening it says what it does; a press of its button does it."
    )


@dataclass(frozen=True, slots=True)
class MailedFieldError(FieldError):
    """A wrong value, in the words of the form."""

    def detail(self, language: str, catalogs: Catalogs) -> str:
        return catalogs.translate(language, f"by_mail.error.{self.code}")


@dataclass(frozen=True)
class LettersApi:
    """`POST /petitions/{petition}/by-mail/sign`, `/withdraw`, and `POST /by-mail/erase`."""

    callers: PetitionCallers
    packs: RulePacks
    mailing: Mailing | None

    def operations(self) -> list[Operation]:
        """Each of them; anonymous, so counted by address."""
        of_petition = (Refusal.PETITION_UNKNOWN, Refusal.PETITION_NOT_OPEN, Refusal.PETITION_CLOSED, *PROBLEMS)
        return [
            Operation(
                "POST",
                path,
                handler,
                {202: LetterAnswer},
                body=body,
                problems=problems,
                limit=RateClass.WRITE,
            )
            for path, handler, body, problems in (
                (f"{ONE}/by-mail/{MailAct.SIGN}", self.letter_to_sign, SignLetterBody, of_petition),
                (f"{ONE}/by-mail/{MailAct.WITHDRAW}", self.letter_to_withdraw, MailboxBody, of_petition),
                (f"/by-mail/{MailAct.ERASE}", self.letter_to_erase, MailboxBody, PROBLEMS),
            )
        ]

    async def letter_to_sign(self, request: Request) -> Response:
        """Asks for a letter whose link signs."""
        body = await read_json(request, SignLetterBody)
        return await self._ask(request, MailAct.SIGN, body, await self.callers.petition(request))

    async def letter_to_withdraw(self, request: Request) -> Response:
        """Asks for a letter whose link takes a signature back."""
        body = await read_json(request, MailboxBody)
        return await self._ask(request, MailAct.WITHDRAW, body, await self.callers.petition(request))

    async def letter_to_erase(self, request: Request) -> Response:
        """Asks for a letter whose link erases whoever reads the mailbox."""
        return await self._ask(request, MailAct.ERASE, await read_json(request, MailboxBody), None)

    async def _ask(self, request: Request, act: MailAct, body: MailboxBody, petition: Petition | None) -> Response:
        asking = Asking.of(self.mailing, self.packs, act, petition)
        values = _values(body)
        if code := asking.refusal():
            raise ANSWERS.refusal_problem(code)
        if faults := asking.faults(values):
            raise InvalidInput([MailedFieldError(f"/{field}", code) for field, code in faults])
        try:
            await asking.write(request, values, translator(request))
        except MailUnavailableError:
            raise Problem(503, "unavailable", headers={"retry-after": RETRY_AFTER}) from None
        return json_response({"hours": asking.mailing.hours}, 202)


def _values(body: MailboxBody) -> Mapping[str, str]:
    """As a form has them."""
    told = body.model_dump()
    return {field: _text(told.get(field, "")) for field in FIELDS}


def _text(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return " ".join(value.split())
