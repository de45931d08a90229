"""The desk of a body: what it owes and by when, its drafts by state, and each of them with what can be done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.i18n import Translator
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.domain.rules import ConsultationPack
from services.consultations.owed import OwedAnswers
from services.consultations.pages.desk_forms import FORMS
from services.consultations.pages.desk_page import DESK, desk_of, for_bodies, on_desk, told
from services.consultations.pages.presenting import Shown, present
from services.consultations.pages.site import ConsultationSite, acts_for

ORDER: Final = (Status.PREPARATION, Status.OPEN, Status.ANSWERING, Status.REPORTED, Status.WITHDRAWN)
OFFERED: Final = {
    Status.PREPARATION: ("members", "meetings", "withdrawal"),
    Status.OPEN: ("versions", "extension", "members", "meetings", "withdrawal"),
    Status.ANSWERING: ("report", "versions", "members", "meetings", "withdrawal"),
    Status.REPORTED: ("stages",),
    Status.WITHDRAWN: (),
}
"""What the desk offers beside the next step."""


@dataclass(frozen=True)
class DutyLine:
    """One duty with its clock. `what` is its sentence, `due_at` UTC."""

    it: Shown
    what: str
    href: str
    due_at: datetime
    overdue: bool


@dataclass(frozen=True)
class Desk:
    """`/consultations/desk` and `/consultations/desk/{consultation}`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Stand before the routes with a consultation in the place of the desk."""
        return [
            Route(DESK, self.duties, methods=["GET"]),
            Route(f"{DESK}/{{consultation}}", self.show, methods=["GET"]),
        ]

    @for_bodies
    async def duties(self, request: Request, person: Person) -> Response:
        """Duties, what is due first on top; then every draft by state."""
        site, t, now = self.site, self.site.translator(request), datetime.now(UTC)
        mine = [each for each in await site.queries.consultations() if acts_for(each, person)]
        lines = reports(mine, t, now) + answers(await site.owed.counted([each.id for each in mine], now), mine, t, now)
        context = {
            "lines": sorted(lines, key=lambda each: each.due_at),
            "sections": [
                (status, [present(each, t) for each in mine if each.status is status])
                for status in ORDER
                if any(each.status is status for each in mine)
            ],
            "told": await told(site, request, t, ("prepared",)),
        }
        return await site.render(request, "desk.html", context)

    @for_bodies
    async def show(self, request: Request, person: Person) -> Response:
        """One draft: where it stands, what comes next, and everything else that can be done."""
        site, t = self.site, self.site.translator(request)
        consultation = await on_desk(site, request, person)
        now = datetime.now(UTC)
        owed = await site.owed.counted([consultation.id], now)
        pack = site.packs.pinned(consultation.rules)
        context = {
            "it": present(consultation, t),
            "draft": consultation,
            "desk": desk_of(consultation),
            "steps": steps(consultation, pack, t),
            "offered": OFFERED[consultation.status],
            "owed": owed[0] if owed else None,
            "overdue": bool(owed) and owed[0].first_due <= now,
            "pack": pack,
            "told": await told(site, request, t, ("prepared", "versions", *FORMS)),
        }
        return await site.render(request, "desk_draft.html", context)


def reports(consultations: Sequence[Consultation], t: Translator, now: datetime) -> list[DutyLine]:
    """Reports that are owed."""
    return [
        DutyLine(present(each, t), t("desk.duty.report"), f"{desk_of(each)}/report", each.duty.due_at,
                 each.duty.missed or each.duty.due_at <= now)
        for each in consultations
        if each.status is Status.ANSWERING and each.duty is not None
    ]  # fmt: skip


def answers(
    owed: Sequence[OwedAnswers], consultations: Sequence[Consultation], t: Translator, now: datetime
) -> list[DutyLine]:
    """Answers that are owed, a line to each consultation."""
    known = {each.id: each for each in consultations}
    return [
        DutyLine(
            it=present(known[each.consultation], t),
            what=t("desk.duty.answers", count=each.count),
            href=f"{desk_of(known[each.consultation])}/comments",
            due_at=each.first_due,
            overdue=each.first_due <= now,
        )
        for each in owed
    ]


def steps(consultation: Consultation, pack: ConsultationPack, t: Translator) -> list[dict[str, Any]]:
    """What stands between a draft in preparation and its opening, for `blocks.steps`; empty once it is open."""
    if consultation.status is not Status.PREPARATION:
        return []
    desk = desk_of(consultation)
    done = {"description": consultation.summary is not None, "versions": consultation.version > 0, "opening": False}
    first = next(name for name, there in done.items() if not there)
    ready = done["description"] and done["versions"]
    hints = {
        "description": t("desk.step.description"),
        "versions": t("desk.step.versions", languages=", ".join(t(f"desk.in.{each}") for each in pack.languages)),
        "opening": t("desk.step.opening", count=pack.hearing.working_days),
    }
    return [
        {
            "title": t(f"desk.act.{name}"),
            "href": f"{desk}/{name}" if name != "opening" or ready else None,
            "hint": hints[name],
            "state": "done" if there else "current" if name == first else "todo",
        }
        for name, there in done.items()
    ]
