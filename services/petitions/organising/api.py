"""The organisers over the API: who stands behind a petition, the invitation, joining and leaving."""

from dataclasses import dataclass
from typing import Final

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kenes.service.answers import json_bytes, json_response
from kenes.web.bodies import read_json
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from schemas.petitions.v1 import LeaveOrganisersRequested
from services.petitions.answers import ANSWERS
from services.petitions.callers import PetitionCallers
from services.petitions.commands import Commands
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.operations import ONE, WHO_PROBLEMS, write
from services.petitions.organising.invitation import invitation_code, is_invited
from services.petitions.organising.views import Organisers, OrganisersView
from services.petitions.rendering import Renderer
from services.petitions.views import PetitionView, View

PATH: Final = f"{ONE}/organisers"


class InvitationView(View):
    """What invites organisers: whoever has the code may read the text and join."""

    code: str
    href: str = Field(description="The page to send to them.")


class JoinBody(View):
    """Somebody who was invited stands behind the text."""

    code: str = Field(max_length=100)
    revision: int = Field(ge=1, description="The text that was read.")
    listed: bool = Field(default=False, description="Show first name and initial among the organisers.")


@dataclass(frozen=True)
class OrganisersApi:
    """`/petitions/{petition}/organisers` and below it."""

    callers: PetitionCallers
    commands: Commands
    packs: RulePacks
    render: Renderer

    def operations(self) -> list[Operation]:
        unknown, not_asked = Refusal.PETITION_UNKNOWN, Refusal.ORGANISERS_NOT_ASKED
        joining = (Refusal.NOT_A_DRAFT, Refusal.STALE_REVISION, Refusal.ALREADY_ORGANISER, Refusal.PLACE_NOT_COUNTED)
        inviting = (unknown, Refusal.NOT_ALLOWED, not_asked)
        return [
            Operation.read(PATH, self.organisers, OrganisersView, problems=(unknown, not_asked), optional=True),
            Operation.own(f"{PATH}/invitation", self.organisers_invitation, InvitationView, problems=inviting),
            Operation.read(f"{PATH}/invited/{{code}}", self.invited, PetitionView, problems=(unknown,)),
            write("PUT", f"{PATH}/mine", self.join, 200, body=JoinBody, problems=(not_asked, *joining, *WHO_PROBLEMS)),
            write("DELETE", f"{PATH}/mine", self.leave, 200, problems=(Refusal.NOT_ORGANISER, Refusal.TOO_LATE)),
        ]

    async def organisers(self, request: Request) -> Response:
        """How many stand behind the petition, and of which places."""
        petition = await self.callers.petition(request)
        found = await Organisers(self.callers.queries).of(petition, self.packs.pinned(petition.rules))
        if found is None:
            raise Problem(409, Refusal.ORGANISERS_NOT_ASKED)
        return json_response(found.model_dump(mode="json"))

    async def organisers_invitation(self, request: Request) -> Response:
        """The author's link for organisers."""
        person = await self.callers.reader(request)
        petition = await self.callers.petition(request)
        if not self.callers.wrote(petition, person):
            raise Problem(403, Refusal.NOT_ALLOWED)
        if self.packs.pinned(petition.rules).organisers is None:
            raise Problem(409, Refusal.ORGANISERS_NOT_ASKED)
        code = invitation_code(self.callers.keyring, petition.id)
        return json_response({"code": code, "href": f"/petitions/{petition.id}/organisers/invited/{code}"})

    async def invited(self, request: Request) -> Response:
        """The petition, for somebody with an invitation; it may be a draft."""
        return json_bytes(self.render.petition(await self._invited(request, request.path_params["code"])))

    async def join(self, request: Request) -> Response:
        """Stands behind the petition."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, JoinBody)
        petition = await self._invited(request, body.code)
        outcome = await self.commands.join(person, petition.id, body.revision, listed=body.listed, wait=wish.wait)
        return ANSWERS.answer("petition", outcome, applied=wish.applied)

    async def leave(self, request: Request) -> Response:
        """Stands behind the petition no longer."""
        person, wish = await self.callers.writer(request)
        petition = request.path_params["petition"]
        asked = LeaveOrganisersRequested(petition=petition, actor=self.commands.actor(petition, person))
        return ANSWERS.answer("petition", await self.commands.ask(asked, wish.wait), applied=wish.applied)

    async def _invited(self, request: Request, code: str) -> Petition:
        """The petition that the code is of: without it nobody learns whether there is one."""
        petition = await self.callers.queries.petition(request.path_params["petition"])
        if petition is None or not is_invited(self.callers.keyring, petition.id, code):
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return petition
