"""Refusals as pages: what happened and what to do, in plain words."""

from starlette.requests import Request
from starlette.responses import Response

from services.petitions.answers import refusal_problem
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.pages.site import PageSite, sign_in_address

_SIGN_IN_AGAIN = {
    Refusal.BIRTH_DATE_MISSING,
    Refusal.REGION_MISSING,
    Refusal.ASSURANCE_TOO_LOW,
}
_LOOK_ELSEWHERE = {Refusal.PETITION_CLOSED, Refusal.PETITION_NOT_OPEN, Refusal.PETITION_UNKNOWN}


async def refused(
    site: PageSite, request: Request, code: str, petition: Petition, receipt: str | None = None
) -> Response:
    """The page of a refusal; with a `receipt` it is the answer to a request that was made."""
    context = {
        "it": site.present(request, petition),
        "code": code,
        "receipt": receipt,
        "next": _next(code, petition, request),
    }
    return await site.render(request, "refused.html", context, status=200 if receipt else refusal_problem(code).status)


def _next(code: str, petition: Petition, request: Request) -> tuple[str, str]:
    """The key of a link's words, and where it leads."""
    if code == Refusal.ALREADY_SIGNED:
        return "refused.withdraw", f"/petitions/{petition.id}/withdraw"
    if code in _SIGN_IN_AGAIN:
        return "refused.sign_in_again", sign_in_address(request)
    if code in _LOOK_ELSEWHERE:
        return "refused.others", "/petitions"
    if code == Refusal.NOT_SIGNED:
        return "refused.mine", "/me"
    return "refused.petition", f"/petitions/{petition.id}"
