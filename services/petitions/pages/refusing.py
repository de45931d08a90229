"""Refusals as pages: what happened and what to do, in plain words."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.access import current_person
from kenes.web.site import sign_in_address
from services.petitions.answers import ANSWERS
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import TEXT_REFUSALS, Refusal
from services.petitions.pages.site import PetitionSite

SIGN_IN_AGAIN = {
    Refusal.BIRTH_DATE_MISSING,
    Refusal.REGION_MISSING,
    Refusal.ASSURANCE_TOO_LOW,
}
"""What another way to sign in may mend."""
_BY_MAIL = {Refusal.ALREADY_SIGNED}
_ON_ITS_PAGES: Mapping[str, tuple[str, str]] = {
    Refusal.ALREADY_SIGNED: ("refused.withdraw", "/withdraw"),
    Refusal.ORGANISERS_MISSING: ("refused.organisers", "/organisers"),
    **dict.fromkeys(TEXT_REFUSALS, ("refused.edit", "/edit")),
}
"""The key of a link's words, and the page of the petition that helps."""
_LOOK_ELSEWHERE = {Refusal.PETITION_CLOSED, Refusal.PETITION_NOT_OPEN, Refusal.PETITION_UNKNOWN}


async def refused(
    site: PetitionSite, request: Request, code: str, petition: Petition | None, receipt: str | None = None
) -> Response:
    """The page of a refusal; with a `receipt` it is the answer to a request that was made.

    Without a `petition` it names none: this reader may not read it, or it was never made.
    """
    context = {
        "it": petition and site.present(request, petition),
        "code": code,
        "receipt": receipt,
        "next": _next(code, petition, request),
    }
    by_mail = petition is not None and code in _BY_MAIL and offered_by_mail(site, petition)
    if petition is not None and by_mail and await current_person(request) is None:
        context["next"] = ("by_mail.offer_withdraw", f"/petitions/{petition.id}/by-mail/withdraw")
    status = 200 if receipt else ANSWERS.refusal_problem(code).status
    return await site.render(request, "refused.html", context, status=status)


def offered_by_mail(site: PetitionSite, petition: Petition) -> bool:
    """Whether it can be signed without an account."""
    return site.mailing is not None and site.packs.pinned(petition.rules).mailed is not None


def _next(code: str, petition: Petition | None, request: Request) -> tuple[str, str]:
    """The key of a link's words, and where it leads."""
    if code in SIGN_IN_AGAIN:
        return "refused.sign_in_again", sign_in_address(request, again=True)
    if code == Refusal.NOT_SIGNED:
        return "refused.mine", "/me"
    if code in _LOOK_ELSEWHERE or petition is None:
        return "refused.others", "/petitions"
    words, place = _ON_ITS_PAGES.get(code, ("refused.petition", ""))
    return words, f"/petitions/{petition.id}{place}"
