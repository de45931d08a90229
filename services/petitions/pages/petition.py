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

from kenes.home import home_day
from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.regions import region_name
from kenes.web.charts import Bar, Threshold
from kenes.web.context import web
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from services.petitions.answering.desk import owed_to
from services.petitions.domain.ending import WITHDRAWABLE
from services.petitions.domain.explain import Step, explain
from services.petitions.domain.paper import REGISTRAR
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import EDITABLE, Status
from services.petitions.opendata.sharing import sharing
from services.petitions.organising.views import Organisers
from services.petitions.pages import discussion, rules
from services.petitions.pages.moderation_log import reason_words
from services.petitions.pages.organisers import places
from services.petitions.pages.presenter import Presented, why
from services.petitions.pages.refusing import offered_by_mail
from services.petitions.pages.site import PetitionSite

KEPT = 5
NAMES = 12

_IN_THE_LANGUAGE_OF_THE_TEXT = ("returned", "rejected", "invited", "withdrawn")
"""Milestones whose reason moderators, the body that answers or the author wrote for those who read the petition."""


@dataclass(frozen=True)
class PetitionPage:
    """`/petitions/{petition}`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
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
        organisers = await Organisers(site.queries).of(petition, shown.pack)
        context: dict[str, Any] = {
            "it": shown,
            "petition": petition,
            "text": petition.text.read_in(request.query_params.get("text") or t.language),
            "story": story(petition, shown.pack, t),
            "rules": rules.behind(explain(petition, shown.pack), t),
            "address": f"{web(request.scope).settings.public_url}{shown.href}",
            "author": await self._author(petition),
            "opened": petition.opened_at is not None and petition.readable,
            "goals": _goals(petition, shown, t),
            "owed": owed_to(petition),
            "by_mail": offered_by_mail(site, petition),
            "registrar": person is not None and REGISTRAR in person.roles,
            "organisers": organisers,
            "organiser_places": places(organisers, t.language) if organisers else [],
            "mine": None,
            "wrote": False,
            "signed": False,
        }
        if petition.discussion is not None or petition.answer_drafts:
            limit = discussion.latest(petition)
            context["talk"] = await discussion.talk(site, request, petition, person, petition.comments, limit)
        if petition.discussion is None and any(each.what == "edited" for each in petition.timeline):
            context["versions"] = await site.queries.discussions.versions(petition)
        if context["opened"]:
            origin = web(request.scope).settings.public_url
            context["sharing"] = sharing(petition, shown.count, origin, t.language)
            context |= await self._numbers(petition, person, t)
        return context if person is None else context | await self._own(petition, person, t)

    async def _author(self, petition: Petition) -> str | None:
        return await self.site.queries.public_name(petition.owner, petition.sealed, petition.id)

    async def _numbers(self, petition: Petition, person: Person | None, t: Translator) -> dict[str, Any]:
        site = self.site
        history = await site.queries.history(petition.id)
        region = person.region if person else None
        return {
            "bars": bars(site.counts.shown_regions(petition.id), t, region, site.packs.pinned(petition.rules)),
            "days": days(petition, history, datetime.now(UTC)),
            "names": await site.queries.latest_names(petition.id, NAMES),
            "small_group": site.small_group,
        }

    async def _own(self, petition: Petition, person: Person, t: Translator) -> dict[str, Any]:
        wrote = self.site.wrote(petition, person)
        steers = wrote or MODERATOR in person.roles
        signed = petition.opened_at is not None and await self.site.queries.standing(petition.id, person)
        own: dict[str, Any] = {
            "mine": acts(petition, wrote=wrote) if steers else None,
            "wrote": wrote,
            "signed": signed,
        }
        if petition.finding is not None and petition.status in (Status.RETURNED, Status.REJECTED):
            pack = self.site.packs.pinned(petition.rules)
            own["found_reasons"] = [reason_words(code, pack, t) for code in petition.finding.reasons]
        return own


def _goals(petition: Petition, shown: Presented, t: Translator) -> list[Threshold]:
    """What signatures bring next: while supporters are gathered, that moderators look at it."""
    if petition.status is Status.GATHERING and petition.needed is not None:
        return [Threshold(petition.needed, t("effect.moderation"))]
    return shown.thresholds


def acts(petition: Petition, *, wrote: bool) -> list[str]:
    """What may be done to a petition next, by its author or by a moderator."""
    found = []
    if wrote and petition.status in EDITABLE:
        # What was given back has to be mended first; what is discussed can be handed in once it is ripe.
        ripe = petition.status is not Status.DISCUSSION or (petition.discussion and petition.discussion.ripe)
        found += ["submit"] if ripe else []
        found.insert(0 if petition.status is Status.RETURNED else len(found), "edit")
    if petition.status is Status.COLLECTING:
        found.append("close")
    if wrote and petition.status in WITHDRAWABLE and not petition.reached:
        found.append("recall")
    return found


def bars(regions: Mapping[str, int], t: Translator, own: str | None, pack: RulePack) -> list[Bar]:
    """Regions by signatures, the most first, as the pack calls them; the reader's own stands out."""
    ordered = sorted(regions.items(), key=lambda pair: -pair[1])
    return [Bar(_region(code, t, pack), number, strong=code == own) for code, number in ordered]


def _region(code: str, t: Translator, pack: RulePack) -> str:
    known = None if pack.mailed is None else pack.mailed.region(code)
    return region_name(code, t.language) if known is None else known.name[t.language]


def days(petition: Petition, history: Mapping[datetime, Mapping[str, int]], now: datetime) -> list[tuple[date, int]]:
    """Net signatures of each day from the first to today, or to the last one; empty before anybody has signed.

    A day of withdrawals alone shows as none.
    """
    if not history:
        return []
    hours: Counter[datetime] = Counter()
    for minute, by_region in history.items():
        hours[minute.replace(minute=0)] += sum(by_region.values())
    sums: Counter[date] = Counter()
    for hour, net in hours.items():  # the home zone is whole hours from UTC
        sums[home_day(hour)] += net
    first = min(sums)
    ends = (petition.closed_at, petition.closes_at, now)
    last = max(*sums, home_day(min(end for end in ends if end is not None)))
    return [(day, max(sums[day], 0)) for day in (first + timedelta(n) for n in range((last - first).days + 1))]


def story(petition: Petition, pack: RulePack, t: Translator, page: str = "") -> list[dict[str, Any]]:
    """The life of a petition in words, oldest first, and what comes next.

    Each step links to the rule that made it, on the petition's `page`.
    """
    told = [_told(step, petition.text.language, pack, t, page) for step in explain(petition, pack)]
    match petition.status:
        case Status.DRAFT:
            return [*told, {"title": t("story.next.submit"), "state": "next"}]
        case Status.DISCUSSION:
            ripe_at = petition.discussion and petition.discussion.ripe_at
            now = {"title": t("story.discussed"), "state": "current"}
            return [*told, now, {"title": t("story.next.discussion"), "state": "next", "when": ripe_at}]
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


def _told(step: Step, language: str, pack: RulePack, t: Translator, page: str) -> dict[str, Any]:
    milestone = step.milestone
    about = ", ".join(subject.name[t.language] for subject in step.subjects)
    told = {
        "title": t(f"story.{milestone.what}") + (f": {about}" if about else ""),
        "when": milestone.at,
        "body": why(milestone.what, milestone.reason, t),
        "body_lang": language if milestone.what in _IN_THE_LANGUAGE_OF_THE_TEXT else None,
    }
    if step.rule is None:
        return told
    link = t("story.rule", rule=rules.name(step.rule, t), version=pack.version)
    return told | {"href": f"{page}#{rules.anchor(step.rule)}", "link": link}
