"""The moderators' desk for comments: the latest, and each with what may be done about it."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from kenes.web.site import personal_to, see_other
from schemas.consultations.comments import CommentRequest, HideRequested, RestoreRequested
from schemas.prose import HIDDEN
from services.consultations.domain.comment import Standing
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import MODERATOR
from services.consultations.pages.commenting import Errors
from services.consultations.pages.deciding import fault_of, refusal_of, status_of, waiting_at
from services.consultations.pages.passages import quoted_in
from services.consultations.pages.presenting import present
from services.consultations.pages.showing import Showing
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.reading import Comment
from services.consultations.threads import Cursor

DESK: Final = "/consultations/moderation"
PURPOSE: Final = "consultations.moderation/{}"
PLACES: Final = {Refusal.REASON_UNKNOWN: "reason"}

for_moderators = personal_to(lambda roles: MODERATOR in roles)


@dataclass(frozen=True)
class Moderation:
    """`/consultations/moderation`, and a comment on the desk below it"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Stand before the routes with a consultation in the path."""
        one = f"{DESK}/{{consultation}}/{{comment}}"
        return [
            Route(DESK, self.latest, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.do, methods=["POST"]),
        ]

    @for_moderators
    async def latest(self, request: Request, _person: Person) -> Response:
        """The latest comments of all consultations, or those that are hidden."""
        site, t = self.site, self.site.translator(request)
        hidden = request.query_params.get("show") == "hidden"
        after = Cursor.parse(request.query_params.get("after", ""))
        comments, following = await site.moderating.latest(hidden=hidden, after=after)
        known = {each.id: each for each in await site.queries.consultations()}
        shown = [
            (each, present(known[each.consultation], t), _why(site, each, known[each.consultation], t))
            for each in comments
            if each.consultation in known
        ]
        more = f"?show={'hidden' if hidden else 'latest'}&after={following}".replace("+", "%2B")
        context = {
            "shown": shown,
            "hidden": hidden,
            "first": after is None,
            "next": None if following is None else more,
            "desk": DESK,
        }
        return await site.render(request, "moderation.html", context)

    @for_moderators
    async def show(self, request: Request, _person: Person) -> Response:
        """One comment beside the rules it may be hidden by."""
        return await self._page(request, *await self._comment(request))

    @for_moderators
    async def do(self, request: Request, person: Person) -> Response:
        """Hides the comment or shows it again. Whatever hinders it comes back above the form, with what was written."""
        consultation, comment = await self._comment(request)
        form = await self.site.confirmed(request, PURPOSE.format(comment.id))
        t = self.site.translator(request)
        try:
            asked = await self._asked(form, consultation, comment, person)
        except ValidationError as error:
            errors = [_fault(each, t) for each in error.errors(include_url=False)]
            return await self._page(request, consultation, comment, form, errors, 422)
        try:
            outcome = await self.site.commands.about_comment(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, consultation, comment, form, status=503)
        code = refusal_of(outcome)
        if code is not None:
            again = await self._comment(request)
            errors = [(PLACES.get(Refusal(code), "explanation"), fault_of(code, t))]
            return await self._page(request, *again, form, errors, status_of(code))
        if outcome.decision is None:
            return see_other(waiting_at(consultation.id, comment.id, "comment", outcome))
        return see_other(f"{DESK}/{consultation.id}/{comment.id}?done=yes")

    async def _asked(self, form: Form, consultation: Consultation, comment: Comment, person: Person) -> CommentRequest:
        known = await self.site.commands.known(person, consultation.id, comment.id)
        told = known | {"explanation": form.text("explanation").strip()}
        if form.text("act") == "restore":
            return RestoreRequested.model_validate(told)
        return HideRequested.model_validate(told | {"reason": form.text("reason")})

    async def _comment(self, request: Request) -> tuple[Consultation, Comment]:
        consultation = await self.site.consultation(request)
        found = await self.site.comments.comment(consultation.id, request.path_params["comment"])
        if found is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        return consultation, found

    async def _page(
        self,
        request: Request,
        consultation: Consultation,
        comment: Comment,
        form: Form | None = None,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        site, t = self.site, self.site.translator(request)
        pack = site.packs.pinned(consultation.rules)
        shown = await Showing(site, consultation, t, None).all([comment], {})
        context = {
            "it": present(consultation, t),
            "comment": comment,
            "shown": shown[comment.id],
            "quoted": await quoted_in(site.texts, consultation, [comment], t.language),
            "act": "restore" if comment.standing is Standing.HIDDEN else "hide",
            "retracted": comment.standing is Standing.RETRACTED,
            "reasons": [{"value": each.code, "label": each.name[t.language]} for each in pack.hiding],
            "pack": pack,
            "values": {name: "" if form is None else form.text(name) for name in ("reason", "explanation")},
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": status == 503,
            "done": request.query_params.get("done") == "yes",
            "tokens": await site.tokens(request, PURPOSE.format(comment.id)),
            "desk": DESK,
        }
        return await site.render(request, "moderation_comment.html", context, status=status)


def _fault(found: Any, t: Translator) -> tuple[str, str]:
    """A field, and what to mend in it."""
    name = str(found["loc"][0])
    hidden = found["type"] == HIDDEN
    return name, t(f"validation.{HIDDEN}", **found["ctx"]) if hidden else t(f"moderation.error.{name}")


def _why(site: ConsultationSite, comment: Comment, consultation: Consultation, t: Any) -> str:
    hidden = comment.document["hidden"]
    if hidden is None:
        return ""
    pack = site.packs.pinned(consultation.rules)
    return next((str(each.name[t.language]) for each in pack.hiding if each.code == hidden["reason"]), "")
