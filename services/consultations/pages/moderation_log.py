"""The public log: every comment that was hidden or shown again, with the reason."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.limits import RateClass, limited
from services.consultations.pages.presenting import present
from services.consultations.pages.showing import reason_name
from services.consultations.pages.site import ConsultationSite
from services.consultations.threads import Cursor

KEPT: Final = 5
PATH: Final = "/consultations/moderation-log"


@dataclass(frozen=True)
class ModerationLog:
    """`/consultations/moderation-log`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Stands before the routes with a consultation in the path."""
        return [Route(PATH, limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """A page of the log, the newest first."""
        return await self.site.published(request, "moderation_log.html", lambda: self._page(request), max_age=KEPT)

    async def _page(self, request: Request) -> dict[str, object]:
        site, t = self.site, self.site.translator(request)
        after = Cursor.parse(request.query_params.get("after", ""))
        entries, following = await site.moderating.log(after)
        known = {each.id: each for each in await site.queries.consultations()}
        lines = []
        for entry in entries:
            consultation = known.get(entry.consultation)
            if consultation is None:
                continue
            pack = site.packs.pinned(consultation.rules)
            reason = None if entry.reason is None else reason_name(entry.reason, pack, t)
            lines.append((entry, present(consultation, t), reason))
        return {
            "lines": lines,
            "first": after is None,
            "next": None if following is None else f"?after={following}".replace("+", "%2B"),
        }
