"""The filter of a list of petitions, as it stands in a query: the API's and the pages' alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from starlette.requests import Request

from kenes.web.i18n import LANGUAGES
from kenes.web.openapi import Parameter
from kenes.web.openapi_parameters import all_chosen, choice, choices, chosen
from kenes.web.problems import FieldError, InvalidInput
from kenes.web.values import instant, whole_number
from schemas.petitions.v1 import Category
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import LISTED, Status
from services.petitions.search.index import cursor_of
from services.petitions.search.wanted import Filter

LARGEST_PAGE = 100
LONGEST_SEARCH = 200
LONGEST_TEXT = 2_000
FARTHEST = 10_000
"""How many petitions a search may skip: nobody reads on that far, and each costs."""

USUAL_PAGE = 20
LIMIT = Parameter(
    "limit",
    "Petitions per page.",
    schema={"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
)
STATUS = choices("status", "Given again, it adds one more; all of these where it is absent.", LISTED)
CATEGORY = choice("category", "Every category where it is absent.", Category)
LANGUAGE = choice("language", "The language it is written in; any where it is absent.", LANGUAGES)
FILTERS = (
    Parameter("search", "Words of title, proposal or text, in any form; a slip is forgiven. Best matches first."),
    Parameter("q", "The same as `search`."),
    STATUS,
    CATEGORY,
    LANGUAGE,
    Parameter("region", "ISO 3166-2 code."),
    Parameter("after", "Continues a list; take it from `next`."),
    LIMIT,
)
LIKE = (Parameter("text", "A title, or a text, of which the first 2,000 letters count."), LIMIT)

PAGING = FILTERS[-2:]
"""The parameters of every list that goes on."""


def read_paging(request: Request) -> tuple[tuple[datetime, str] | None, int]:
    """After which item a list goes on, and how many it may have; raises `InvalidInput`."""
    after = request.query_params.get("after")
    return _before(after) if after else None, read_limit(request)


def read_filter(request: Request) -> Filter:
    """The filter in a request's query; raises `InvalidInput` that names the wrong parameter."""
    query = request.query_params
    status = tuple(Status(each) for each in all_chosen(request, STATUS))
    found = Filter(
        status=status or LISTED,
        search=(query.get("search") or query.get("q", ""))[:LONGEST_SEARCH],
        category=chosen(request, CATEGORY),
        language=chosen(request, LANGUAGE),
        region=query.get("region", "")[:10] or None,
        limit=read_limit(request),
    )
    return _after(found, query.get("after"))


def read_limit(request: Request) -> int:
    """How many petitions a request asks for; raises `InvalidInput`."""
    return _number("/limit", request.query_params.get("limit", str(USUAL_PAGE)), LARGEST_PAGE)


def following(wanted: Filter, page: Sequence[Petition]) -> str | None:
    """The value of `after` for what comes after this page, `None` where nothing does."""
    if len(page) < wanted.limit:
        return None
    if wanted.words:
        skip = wanted.skip + wanted.limit
        return str(skip) if skip <= FARTHEST else None
    at, petition = cursor_of(page[-1])
    return f"{at.isoformat()}~{petition}"


def _after(wanted: Filter, text: str | None) -> Filter:
    if not text:
        return wanted
    if wanted.words:
        return replace(wanted, skip=_number("/after", text, FARTHEST))
    return replace(wanted, before=_before(text))


def _before(text: str) -> tuple[datetime, str]:
    at, _, item = text.partition("~")
    try:
        return instant(at), item
    except ValueError:
        raise InvalidInput([FieldError("/after", "invalid")]) from None


def _number(pointer: str, text: str, largest: int) -> int:
    found = whole_number(text, 5)
    if found is None or not 1 <= found <= largest:
        raise InvalidInput([FieldError(pointer, "invalid")])
    return found
