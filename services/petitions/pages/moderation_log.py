"""The public moderation log: every verdict, for whoever wants to read it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.values import whole_number
from schemas.petitions.v1 import Verdict
from services.petitions.domain.moderation import FAULTS
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.moderation.log import LogEntry
from services.petitions.pages.site import PetitionSite

KEPT = 5
PATH = "/petitions/moderation-log"


@dataclass(frozen=True)
class ModerationLog:
    """`/petitions/moderation-log`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Before the routes with a petition in the path."""
        return [Route(PATH, limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """A page of the log, the newest verdict first."""
        return await self.site.published(request, "moderation_log.html", lambda: self._page(request), max_age=KEPT)

    async def _page(self, request: Request) -> dict[str, object]:
        number = whole_number(request.query_params.get("page", ""), 5) or 1
        found = await self.site.queries.moderation.log_page(number)
        t = self.site.translator(request)
        return {
            "found": found,
            "entries": [_shown(entry, self.site.packs, t) for entry in found.entries],
            "previous": _address(found.number - 1) if found.number > 1 else None,
            "next": _address(found.number + 1) if found.number < found.pages else None,
        }


def _shown(entry: LogEntry, packs: RulePacks, t: Translator) -> dict[str, Any]:
    pack = _pinned(entry, packs)
    return {
        "entry": entry,
        "href": f"/petitions/{entry.petition}" if entry.verdict is Verdict.APPROVE and not entry.undone_at else None,
        "reasons": [reason_words(code, pack, t) for code in entry.reasons],
        "pack": pack.name[t.language] if pack else entry.rules.id,
    }


def _pinned(entry: LogEntry, packs: RulePacks) -> RulePack | None:
    """The pack of an entry; an installation may have dropped one that the log still names."""
    try:
        return packs.pinned(entry.rules)
    except KeyError:
        return None


def reason_words(code: str, pack: RulePack | None, t: Translator) -> str:
    """A reason in the language of `t`: a prohibited subject of the pack with its law, or a general fault."""
    for subject in pack.prohibited if pack else ():
        if subject.code == code:
            return f"{subject.name[t.language]} ({subject.law[t.language]})"
    return t(f"moderation.fault.{code}") if code in FAULTS else code


def _address(number: int) -> str:
    return PATH if number == 1 else f"{PATH}?page={number}"
