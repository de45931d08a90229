"""What the pages of a body's desk share: who may open them, and what became of what was asked there."""

from typing import Final

from starlette.requests import Request

from kenes.identity.person import Person
from kenes.service.answers import MalformedReceiptError, receipt_text
from kenes.service.asking import Outcome
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from kenes.web.site import personal_to
from services.consultations.answers import ANSWERS
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.pages.deciding import fault_of
from services.consultations.pages.site import ConsultationSite, acts_for

DESK: Final = "/consultations/desk"
AGENCY: Final = "agency:"


def bodies_of(person: Person) -> list[str]:
    """The bodies that somebody acts for."""
    return sorted(role.removeprefix(AGENCY) for role in person.roles if role.startswith(AGENCY))


for_bodies = personal_to(lambda roles: any(role.startswith(AGENCY) for role in roles))
"""For officials who have signed in."""


async def on_desk(site: ConsultationSite, request: Request, person: Person) -> Consultation:
    """The consultation of the address, on the desk of those who act for its body."""
    found = await site.consultation(request)
    if not acts_for(found, person):
        raise Problem(403, Refusal.NOT_ALLOWED)
    return found


def desk_of(consultation: Consultation) -> str:
    """The address of a consultation on its body's desk."""
    return f"{DESK}/{consultation.id}"


def after(address: str, done: str, kind: str, outcome: Outcome) -> str:
    """Where to go once something was asked: there it says that it is done, or still being decided."""
    if outcome.decision is None:
        return f"{address}?receipt={receipt_text(kind, outcome.receipt)}"
    return f"{address}?done={done}"


async def told(
    site: ConsultationSite, request: Request, t: Translator, known: tuple[str, ...]
) -> tuple[str, str] | None:
    """The kind and the words of the banner that an address from `after` asks for. `known` are acts that it may name."""
    done, text = request.query_params.get("done"), request.query_params.get("receipt")
    if done in known:
        return "success", t(f"desk.done.{done}")
    if text is None:
        return None
    try:
        kind, receipt = ANSWERS.parse_receipt(text)
    except MalformedReceiptError:
        return None
    view = await site.queries.receipt(kind, receipt)
    if view is None:
        return "info", f"{t('pending.title')}. {t('pending.body')}"
    return ("success", t("desk.done.other")) if view.code is None else ("error", fault_of(view.code, t))
