"""One petition: the ask, the live count, who must answer, where and when people signed, and what happened so far."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.web.charts import Bar
from kenes.web.context import web
from kenes.web.formats import HOME_ZONE
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from services.petitions.domain.ending import WITHDRAWABLE
from services.petitions.domain.petition import Petition
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import EDITABLE, Status
from services.petitions.opendata.sharing import sharing
from services.petitions.pages.presenter import why
from services.petitions.pages.regions import region_name
from services.petitions.pages.site import PageSite

KEPT = 5
NAMES = 12


@dataclass(frozen=True)
class PetitionPage:
    """`/petitions/{petition}`"""

    site: PageSite

    def routes(self) -> list[BaseRoute]:
        """Its only route."""
        return [Route("/petitions/{petition}", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The page; for its author with what to do next, for a signer with what they did."""
        person = await current_person(request)
        if person is None:
            make = partial(self._context, request, None)
            return await self.site.published(request, "petition.html", make, max_age=KEPT)
        return await self.site.render(request, "petition.html", await self._context(request, person))

    async def _context(self, request: Request, person: Person | None) -> dict[str, Any]:
        site, t = self.site, self.site.translator(request)
        petition = await site.petition(request, person)
        shown = site.present(request, petition)
        context: dict[str, Any] = {
            "it": shown,
            "petition": petition,
            "story": story(petition, t),
            "address": f"{web(request.scope).settings.public_url}{shown.href}",
            "author": await self._author(petition),
            "mine": None,
            "wrote": False,
            "signed": False,
        }
        if petition.opened_at is not None:
            origin = web(request.scope).settings.public_url
            context["sharing"] = sharing(petition, shown.count, origin, t.language)
            context |= await self._numbers(petition, person, t)
        return context if person is None else context | await self._own(petition, person)

    async def _author(self, petition: Petition) -> str | None:
        return await self.site.queries.public_name(petition.owner, petition.sealed, petition.id)

    async def _numbers(self, petition: Petition, person: Person | None, t: Translator) -> dict[str, Any]:
        site = self.site
        history = await site.queries.history(petition.id)
        region = person.region if person else None
        return {
            "bars": bars(site.counts.shown_regions(petition.id), t, region),
            "days": days(petition, history, datetime.now(UTC)),
            "names": await site.queries.latest_names(petition.id, NAMES),
            "small_group": site.small_group,
        }

    async def _own(self, petition: Petition, person: Person) -> dict[str, Any]:
        wrote = self.site.wrote(petition, person)
        steers = wrote or MODERATOR in person.roles
        signed = petition.opened_at is not None and await self.site.queries.standing(petition.id, person)
        return {"mine": acts(petition, wrote=wrote) if steers else None, "wrote": wrote, "signed": signed}


def acts(petition: Petition, *, wrote: bool) -> list[str]:
    """What may be done to a petition next, by its author or by a moderator."""
    found = []
    if wrote and petition.status in EDITABLE:
        found += ["submit", "edit"]
    if petition.status is Status.COLLECTING:
        found.append("close")
    if wrote and petition.status in WITHDRAWABLE and not petition.reached:
        found.append("recall")
    return found


def bars(regions: Mapping[str, int], t: Translator, own: str | None) -> list[Bar]:
    """Regions by signatures, the most first; the reader's own stands out."""
    ordered = sorted(regions.items(), key=lambda pair: -pair[1])
    return [Bar(region_name(code, t.language), number, strong=code == own) for code, number in ordered]


def days(petition: Petition, history: Mapping[datetime, Mapping[str, int]], now: datetime) -> list[tuple[date, int]]:
    """Net signatures of each day from the first to today, or to the last; empty before anybody has signed.

    A day of withdrawals alone shows as none.
    """
    if petition.opened_at is None or not history:
        return []
    sums: Counter[date] = Counter()
    for minute, by_region in history.items():
        sums[minute.astimezone(HOME_ZONE).date()] += sum(by_region.values())
    first = petition.opened_at.astimezone(HOME_ZONE).date()
    last = (petition.closed_at or now).astimezone(HOME_ZONE).date()
    return [(day, max(sums[day], 0)) for day in (first + timedelta(n) for n in range((last - first).days + 1))]


def story(petition: Petition, t: Translator) -> list[dict[str, Any]]:
    """The life of a petition in words, oldest first, and what comes next."""
    told = [
        {
            "title": t(f"story.{each.what}"),
            "when": each.at,
            "body": why(each.what, each.reason, t),
        }
        for each in petition.timeline
    ]
    match petition.status:
        case Status.DRAFT:
            return [*told, {"title": t("story.next.submit"), "state": "next"}]
        case Status.GATHERING:
            now = {"title": t("story.supporters", count=petition.needed or 0), "state": "current"}
            return [*told, now, {"title": t("story.next.moderation"), "state": "next", "when": petition.closes_at}]
        case Status.MODERATION | Status.CONSIDERATION:
            owed = [duty.due_at for duty in petition.duties if duty.open]
            return [
                *told,
                {"title": t(f"story.next.{petition.status}"), "state": "next", "when": min(owed, default=None)},
            ]
        case Status.COLLECTING:
            ends = {"title": t("story.next.close"), "state": "next", "when": petition.closes_at}
            return [*told, {"title": t("story.collecting"), "state": "current"}, ends]
        case _:
            return told
