"""The moderators' desk: one queue by due date, and each petition beside the rules it is judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.asking import Outcome
from kenes.web.i18n import Translator
from kenes.web.site import personal_to, see_other
from schemas.petitions.v1 import PetitionRefused
from services.petitions.acts import ACTS
from services.petitions.answers import ANSWERS
from services.petitions.domain.moderation import FAULTS, LOCK
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, Subject
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import Finding, Proposal, Status
from services.petitions.moderation.queue import Ticket, open_acts, ticket
from services.petitions.pages.drafting import Errors
from services.petitions.pages.moderation_forms import (
    FIELD,
    Written,
    error_in,
    errors_of,
    fault_of,
    filled,
    read_written,
)
from services.petitions.pages.moderation_log import reason_words
from services.petitions.pages.petition import story
from services.petitions.pages.presenter import Presented
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PetitionSite
from services.petitions.remarks import remarks

PURPOSE: Final = "petitions.moderation/{}"
DESK_ACTS: Final = ("lock", "verdict", "undo", "suspension", "resumption", "retirement")
SIMILAR = 5

for_moderators = personal_to(lambda roles: MODERATOR in roles)


@dataclass(frozen=True)
class Moderation:
    """`/moderation`, `/moderation/{petition}` and what its forms post to"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """The queue, a petition on the desk, and an address for each act."""
        one = "/moderation/{petition}"
        return [
            Route("/moderation", self.queue, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            *(Route(f"{one}/{act}", self.do, methods=["POST"]) for act in DESK_ACTS),
        ]

    @for_moderators
    async def queue(self, request: Request, person: Person) -> Response:
        """What waits, what is due first on top; below it what may be undone or goes on by a court's act."""
        desk = await self.site.queries.moderation.desk()
        waiting = [
            (self.site.present(request, each), self._ticket(each, person))
            for each in desk.waiting
            if each.status is Status.MODERATION
        ]
        context = {
            "waiting": waiting,
            "total": desk.total,
            "decided": [self.site.present(request, each) for each in desk.decided],
            "suspended": [self.site.present(request, each) for each in desk.suspended],
        }
        return await self.site.render(request, "moderation.html", context)

    @for_moderators
    async def show(self, request: Request, person: Person) -> Response:
        """The text beside the rules, and the forms that the rules leave open."""
        return await self._page(request, person, await self.site.petition(request, person))

    @for_moderators
    async def do(self, request: Request, person: Person) -> Response:
        """Asks for one act. Whatever hinders it comes back above the form, with what was written."""
        petition = await self.site.petition(request, person)
        form = await self.site.confirmed(request, PURPOSE.format(petition.id))
        act = ACTS[request.url.path.rpartition("/")[2]]
        t, written = self.site.translator(request), read_written(form, act)
        if form.text("go") == "fill":
            return await self._page(request, person, petition, self._filled(request, written, petition))
        if act.name == "retirement" and await self._unknown(written):
            return await self._page(request, person, petition, written, [error_in(act, "in_favour_of", t)])
        try:
            body = None if act.body is None else act.body.model_validate(written.body())
        except ValidationError as error:
            return await self._page(request, person, petition, written.as_seen(), errors_of(act, error, t))
        try:
            commands = self.site.commands
            asked = act.ask(body, petition=petition.id, actor=commands.actor(petition.id, person))
            outcome = await commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, person, petition, written, unavailable=True)
        return await self._decided(request, person, outcome, written)

    async def _decided(self, request: Request, person: Person, outcome: Outcome, written: Written) -> Response:
        if outcome.decision is None:
            return see_other(receipt_address(outcome, "petition"))
        data = outcome.decision.data
        if not isinstance(data, PetitionRefused):
            return see_other(f"/moderation/{outcome.subject}")
        # What was decided meanwhile, or the text that replaced the one that was judged, is shown with the refusal.
        petition = await self.site.petition(request, person)
        if data.code == Refusal.EXPLANATION_MISSING:
            written = self._filled(request, written, petition)
        errors = [fault_of(data.code, self.site.translator(request))]
        return await self._page(request, person, petition, written, errors, code=data.code)

    def _filled(self, request: Request, written: Written, petition: Petition) -> Written:
        return filled(written, petition, self.site.packs.pinned(petition.rules), self.site.translator(request))

    async def _unknown(self, written: Written) -> bool:
        """Whether the petition that another is to be retired for does not exist."""
        other = written.text(FIELD.format("retirement", "in_favour_of"))
        return not other or await self.site.queries.petition(other) is None

    def _ticket(self, petition: Petition, person: Person) -> Ticket:
        packs = self.site.packs
        calendar = packs.calendar(packs.pinned(petition.rules))
        return ticket(petition, self._me(petition, person), calendar, datetime.now(UTC))

    def _me(self, petition: Petition, person: Person) -> str:
        return self.site.keyring.pseudonym(petition.id, person.id)

    async def _page(
        self,
        request: Request,
        person: Person,
        petition: Petition,
        written: Written | None = None,
        errors: Errors | None = None,
        *,
        code: str = "",
        unavailable: bool = False,
    ) -> Response:
        t, pack = self.site.translator(request), self.site.packs.pinned(petition.rules)
        on_desk = self._ticket(petition, person) if petition.status is Status.MODERATION else None
        context = {
            "it": self.site.present(request, petition),
            "petition": petition,
            "pack": pack,
            "ticket": on_desk,
            "acts": open_acts(petition, pack, self._me(petition, person)),
            "four_eyes": pack.moderation is not None and pack.moderation.four_eyes,
            "lock_minutes": int(LOCK.total_seconds() // 60),
            "subjects": _by_law(pack, t.language),
            "faults": FAULTS,
            "remarks": remarks(petition.text, pack, t),
            "proposed_reasons": _words(petition.proposal, pack, t),
            "found_reasons": _words(petition.finding, pack, t),
            "similar": await self._similar(request, petition),
            "story": story(petition, pack, t, f"/petitions/{petition.id}"),
            "written": written or Written.proposed(petition),
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": unavailable,
            "tokens": await self.site.tokens(request, PURPOSE.format(petition.id)),
        }
        return await self.site.render(request, "moderation_petition.html", context, status=_status(context, code))

    async def _similar(self, request: Request, petition: Petition) -> list[Presented]:
        found = await self.site.reads.similar(petition.text.title, SIMILAR, but=petition.id)
        return [self.site.present(request, each) for each in found]


def _words(found: Proposal | Finding | None, pack: RulePack, t: Translator) -> list[str]:
    return [reason_words(code, pack, t) for code in found.reasons] if found else []


def _by_law(pack: RulePack, language: str) -> dict[str, list[Subject]]:
    """Prohibited subjects under the law that says so, in the order of the pack: most packs have one or two."""
    found: dict[str, list[Subject]] = {}
    for subject in pack.prohibited:
        found.setdefault(subject.law[language], []).append(subject)
    return found


def _status(context: Mapping[str, Any], code: str) -> int:
    if context["unavailable"]:
        return 503
    if code:
        return ANSWERS.refusal_problem(code).status
    return 422 if context["errors"] else 200
