"""The queue of comments that are owed an answer: what is due first on top, by clause and class."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.i18n import Translator
from schemas.consultations.parts import Stakeholder
from services.consultations.folds.comments import WHOLE
from services.consultations.pages.consultation import text_of
from services.consultations.pages.desk_page import DESK, desk_of, for_bodies, on_desk, told
from services.consultations.pages.presenting import present
from services.consultations.pages.showing import Showing
from services.consultations.pages.site import ConsultationSite
from services.consultations.reading import Comment
from services.consultations.texts import Text
from services.consultations.threads import Cursor

ANSWERS: Final = ("reply", "campaign-reply")
"""Acts that answer comments."""
NAMED: Final = 60
"""Letters of a clause in the filter."""


@dataclass(frozen=True)
class DeskComments:
    """`/consultations/desk/{consultation}/comments`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        return [Route(f"{DESK}/{{consultation}}/comments", self.queue, methods=["GET"])]

    @for_bodies
    async def queue(self, request: Request, person: Person) -> Response:
        """Comments that are owed an answer, what is due first on top; by clause and class."""
        site, t = self.site, self.site.translator(request)
        consultation = await on_desk(site, request, person)
        asked = request.query_params
        clause, stakeholder = asked.get("clause", ""), asked.get("class", "")
        counted = await site.owed.counted([consultation.id], datetime.now(UTC))
        after = Cursor.parse(asked.get("after", ""))
        queue = await site.owed.queue(consultation.id, clause, stakeholder, after)
        shown = await Showing(site, consultation, t, person).all((each.comment for each in queue.lines), {})
        text = await text_of(site, consultation, None, t.language)
        heard = await site.queries.heard(consultation.id)
        whole = after is None and queue.next is None and not (clause or stakeholder)
        kept = {name: value for name, value in (("clause", clause), ("class", stakeholder)) if value}
        context = {
            "it": present(consultation, t),
            "desk": desk_of(consultation),
            "lines": [
                (shown[each.comment.id], clause_words(each.comment.clause, text, t), late(each.comment), each.alike)
                for each in queue.lines
            ],
            # What was answered a moment ago may still be in the ledger, but never in a queue.
            "owed": sum(each.alike for each in queue.lines) if whole else counted[0].count if counted else 0,
            "clause": clause,
            "stakeholder": stakeholder,
            "clauses": [(each, clause_words(each, text, t)) for each, count in heard["clauses"].items() if count > 0],
            "classes": [(str(each), t(f"class.{each}")) for each in Stakeholder],
            "text_language": None if text is None else text.language,
            "next": None if queue.next is None else f"?{urlencode({**kept, 'after': str(queue.next)})}",
            "told": await told(site, request, t, ANSWERS),
        }
        return await site.render(request, "desk_comments.html", context)


def clause_words(clause: str, text: Text | None, t: Translator) -> str:
    """A clause by its number and name; what is about the whole, or about what was removed, by words."""
    if clause == WHOLE:
        return t("clause.whole")
    found = None if text is None else text.clause(clause)
    if found is None or text is None:
        return t("follow.removed")
    above = [each.label for each in text.above(clause) if each.label]
    said = ". ".join(part for part in (found.label, found.heading) if part) or found.text
    named = " › ".join([*above[-1:], said])
    return named if len(named) <= NAMED else f"{named[:NAMED].rstrip()}…"


def late(comment: Comment) -> bool:
    """Its answer should have been there by now."""
    return comment.due is not None and comment.due <= datetime.now(UTC)
