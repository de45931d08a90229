"""The filter of a list of petitions, as it stands in a query: the API's and the pages' alike."""

from datetime import UTC, datetime

from starlette.requests import Request

from kenes.web.openapi import Parameter
from kenes.web.problems import FieldError, InvalidInput
from schemas.petitions.v1 import Category
from services.petitions.domain.petition import Status
from services.petitions.queries import Filter

LARGEST_PAGE = 100
FILTERS = (
    Parameter("q", "Words of the title or the proposal."),
    Parameter("status", "collecting or closed; both where it is absent."),
    Parameter("category", "A category of petitions."),
    Parameter("language", "kk, ru or en: the language it is written in."),
    Parameter("region", "ISO 3166-2 code."),
    Parameter("after", "Continues a list; take it from `next`."),
    Parameter("limit", "Petitions per page.", schema={"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}),
)


def read_filter(request: Request) -> Filter:
    """The filter in a request's query; raises `InvalidInput` that names the wrong parameter."""
    query = request.query_params
    public = {"collecting": Status.COLLECTING, "closed": Status.CLOSED}
    status, category, language = query.get("status"), query.get("category"), query.get("language")
    if status and status not in public:
        raise InvalidInput([FieldError("/status", "enum")])
    if category and category not in set(Category):
        raise InvalidInput([FieldError("/category", "enum")])
    if language and language not in ("kk", "ru", "en"):
        raise InvalidInput([FieldError("/language", "enum")])
    return Filter(
        status=(public[status],) if status else tuple(public.values()),
        search=query.get("q", "")[:200],
        category=category or None,
        language=language or None,
        region=query.get("region", "")[:10] or None,
        before=_before(query.get("after")),
        limit=_limit(query.get("limit", "20")),
    )


def _before(text: str | None) -> tuple[datetime, str] | None:
    if not text:
        return None
    at, _, petition = text.partition("~")
    try:
        return _instant(at), petition
    except (ValueError, OverflowError):
        raise InvalidInput([FieldError("/after", "invalid")]) from None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no offset from UTC")
    return at.astimezone(UTC)


def _limit(text: str) -> int:
    # The length first: Python refuses to read numbers of thousands of digits.
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or not 1 <= int(text) <= LARGEST_PAGE:
        raise InvalidInput([FieldError("/limit", "invalid")])
    return int(text)
