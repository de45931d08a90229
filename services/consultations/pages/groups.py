"""Groups of opinion of a consultation: who votes alike, what each group stands for, what all agree on."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.web.limits import RateClass, limited
from services.consultations.domain.consultation import Consultation
from services.consultations.opinion import SMALLEST
from services.consultations.opinion.view import FEWEST_PEOPLE, VOTES_TO_TELL, Groups
from services.consultations.pages.site import ConsultationSite

KEPT: Final = 2
"""Seconds a page is kept. Groups are recomputed every two, so a vote shows within five."""


@dataclass(frozen=True)
class OpinionPages:
    """`/consultations/{consultation}/groups`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        path = "/consultations/{consultation}/groups"
        return [Route(path, limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The groups; somebody who has signed in also sees, on their own copy, where they are themselves."""
        consultation = await self.site.consultation(request)
        person = await current_person(request)
        if person is None:
            return await self.site.published(
                request, "groups.html", lambda: self._shown(consultation, None), max_age=KEPT
            )
        return await self.site.render(request, "groups.html", await self._shown(consultation, person))

    async def _shown(self, consultation: Consultation, person: Person | None) -> dict[str, object]:
        groups = await self.site.groups.of(consultation.id)
        return {
            "it": consultation,
            "found": groups.shown,
            "votes": self.site.votes.acts(consultation.id),
            "smallest": SMALLEST,
            "fewest_people": FEWEST_PEOPLE,
            "votes_to_tell": VOTES_TO_TELL,
            "me": None if person is None else self._own(groups, consultation, person),
        }

    def _own(self, groups: Groups, consultation: Consultation, person: Person) -> dict[str, Any]:
        voter = self.site.keyring.pseudonym(consultation.id, person.id)
        return {"letter": groups.letter_of(voter), "counted": groups.counted(voter)}
