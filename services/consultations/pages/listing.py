"""All consultations: open now, being answered, and reported; by kind, body and words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.bodies import body_name
from kenes.web.limits import RateClass, limited
from schemas.consultations.parts import DraftKind
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.pages.places import in_order
from services.consultations.pages.presenting import present
from services.consultations.pages.site import ConsultationSite

KEPT: Final = 5
LONGEST: Final = 200
"""Letters of what is searched for."""

SECTIONS: Final = (Status.OPEN, Status.ANSWERING, Status.REPORTED, Status.WITHDRAWN)
"""In the order they are shown in."""


@dataclass(frozen=True)
class Wish:
    """What a reader asked for. Whatever the address says that is no choice here counts as not asked."""

    q: str = ""
    kind: str = ""
    body: str = ""
    status: str = ""

    @property
    def narrowed(self) -> bool:
        """More than words were chosen."""
        return bool(self.kind or self.body or self.status)

    @property
    def address(self) -> str:
        """The address of this list."""
        asked = {name: value for name, value in vars(self).items() if value}
        return f"/consultations?{urlencode(asked)}" if asked else "/consultations"

    def fits(self, consultation: Consultation) -> bool:
        """Whether it is among what was asked for: every word of it somewhere in its title or summary."""
        if self.kind not in ("", consultation.kind) or self.status not in ("", consultation.status):
            return False
        return self.body in ("", consultation.body) and all(
            word in _said(consultation) for word in self.q.casefold().split()
        )


def read_wish(query: QueryParams, bodies: Iterable[str]) -> Wish:
    """The wish in an address."""

    def choice(name: str, known: Iterable[str]) -> str:
        value = query.get(name, "")
        return value if value in set(known) else ""

    return Wish(
        q=query.get("q", "").strip()[:LONGEST],
        kind=choice("kind", map(str, DraftKind)),
        body=choice("body", bodies),
        status=choice("status", map(str, SECTIONS)),
    )


def _said(consultation: Consultation) -> str:
    title, summary = consultation.title, consultation.summary
    told = [title.kk, title.ru, title.en, *(() if summary is None else (summary.kk, summary.ru, summary.en))]
    return "\n".join(text for text in told if text).casefold()


@dataclass(frozen=True)
class Listing:
    """`/consultations`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        return [Route("/consultations", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """What is open comes first."""
        return await self.site.published(request, "list.html", lambda: self._lists(request), max_age=KEPT)

    async def _lists(self, request: Request) -> Mapping[str, object]:
        site, t = self.site, self.site.translator(request)
        public = [each for each in await site.queries.consultations() if each.opened_at is not None]
        bodies = {each.body: body_name(each.body, t.language) for each in public}
        wish = read_wish(request.query_params, bodies)
        found = [each for each in public if wish.fits(each)]
        return {
            "wish": wish,
            "total": len(found),
            "sections": [
                (status, [present(each, t) for each in found if each.status is status])
                for status in SECTIONS
                if any(each.status is status for each in found)
            ],
            "comments": await site.queries.comments_of([each.id for each in found]),
            "votes": {each.id: site.votes.acts(each.id) for each in found},
            "kinds": [(str(each), t(f"kind.{each}")) for each in DraftKind],
            "bodies": in_order(bodies),
            "statuses": [(str(each), t(f"status.{each}")) for each in SECTIONS],
        }
