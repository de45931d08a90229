"""What the API takes of an author: a draft, its text, and what is asked to happen to it."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.service.acts import Act
from kenes.service.answers import json_response
from kenes.service.naming import IDEMPOTENCY, KEY_MALFORMED, idempotency_key
from kenes.web.bodies import read_json
from kenes.web.language import translator
from kenes.web.limits import Endpoint, RateClass
from kenes.web.openapi import Operation
from kenes.web.problems import FieldError, InvalidInput, Problem
from schemas.petitions.v1 import EditRequested, PetitionText, RetireRequested
from services.petitions.acts import ACTS
from services.petitions.answers import ANSWERS
from services.petitions.callers import PetitionCallers
from services.petitions.commands import Commands, RulesChoice
from services.petitions.domain.refusals import TEXT_REFUSALS, Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.operations import ONE, WHO_PROBLEMS, begin, write
from services.petitions.remarks import remarks
from services.petitions.views import CheckAnswer, CreateBody

TEXT_LIMIT: Final = 512 * 1024
"""Bytes of a petition: three languages at their longest, in letters written as escapes, and some room."""


@dataclass(frozen=True)
class DraftingApi:
    """`POST /petitions`, `POST /petitions/check`, `PUT /petitions/{petition}` and the acts below it."""

    callers: PetitionCallers
    commands: Commands
    packs: RulePacks

    def operations(self) -> list[Operation]:
        unknown = (Refusal.PACK_UNKNOWN, Refusal.UNIT_UNKNOWN)
        return [
            begin(
                "POST",
                "/petitions",
                self.create,
                201,
                body=CreateBody,
                problems=(*WHO_PROBLEMS, *unknown, KEY_MALFORMED),
                parameters=(IDEMPOTENCY,),
            ),
            Operation(
                "POST",
                "/petitions/check",
                self.check,
                {200: CheckAnswer},
                body=CreateBody,
                problems=(Refusal.PACK_UNKNOWN,),
                limit=RateClass.WRITE,  # keeps nothing, and costs as much
            ),
            write(
                "PUT",
                ONE,
                self.edit,
                200,
                body=PetitionText,
                problems=(Refusal.NOT_A_DRAFT, Refusal.NOT_ALLOWED, *TEXT_REFUSALS),
            ),
            *(
                write("POST", f"{ONE}/{act.name}", self.act(act), 200, body=act.body, problems=_problems(act))
                for act in ACTS.values()
            ),
        ]

    async def create(self, request: Request) -> Response:
        """Starts a draft."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, CreateBody, limit=TEXT_LIMIT)
        text = PetitionText.model_validate(body.model_dump(exclude={"pack", "unit"}))
        rules = RulesChoice(body.pack, body.unit)
        outcome = await self.commands.create(person, text, rules, wish.wait, idempotency_key(request))
        return ANSWERS.answer("petition", outcome, applied=wish.applied)

    async def check(self, request: Request) -> Response:
        """What a text must mend before it can be handed in, and what its author should know. Keeps nothing."""
        body = await read_json(request, CreateBody, limit=TEXT_LIMIT)
        try:
            pack = self.packs.in_force(body.pack, datetime.now(UTC))
        except LookupError:
            raise Problem(422, Refusal.PACK_UNKNOWN) from None
        # A long text in three languages is looked through for a tenth of a second: nobody else waits for that.
        told = await asyncio.to_thread(remarks, body, pack, translator(request))
        found = [asdict(each.remark) | {"message": each.says, "law": each.law} for each in told]
        return json_response({"accepted": not any(each["refused"] for each in found), "remarks": found})

    async def edit(self, request: Request) -> Response:
        """Replaces the text of a draft, of a petition that is discussed, or of one that moderation gave back."""
        person, wish = await self.callers.writer(request)
        text = await read_json(request, PetitionText, limit=TEXT_LIMIT)
        petition = request.path_params["petition"]
        asked = EditRequested(petition=petition, actor=self.commands.actor(petition, person), text=text)
        return ANSWERS.answer("petition", await self.commands.ask(asked, wish.wait), applied=wish.applied)

    def act(self, act: Act) -> Endpoint:
        """The handler of one act on a petition."""

        async def handler(request: Request) -> Response:
            person, wish = await self.callers.writer(request)
            body = await act.read(request)
            petition = request.path_params["petition"]
            asked = act.ask(body, petition=petition, actor=self.commands.actor(petition, person))
            if isinstance(asked, RetireRequested) and await self.callers.queries.petition(asked.in_favour_of) is None:
                # The decider of one petition knows no other: whom a reader is sent to is looked up before.
                raise InvalidInput([FieldError("/in_favour_of", "invalid")])
            return ANSWERS.answer("petition", await self.commands.ask(asked, wish.wait), applied=wish.applied)

        handler.__name__, handler.__doc__ = act.name.replace("-", "_"), act.says
        return handler


def _problems(act: Act) -> tuple[str, ...]:
    return (Refusal.NOT_ALLOWED, *act.refusals)
