"""Where a list goes on, as a word in an address."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request

from kenes.web.problems import Problem
from services.consultations.ledger.reads import After

LARGEST: Final = 2**31
"""More than any number of comments; what the database cannot hold is no place to go on from."""


def cursor(last: int | str, key: str) -> str:
    """After the entry that is ordered by `last`, and then by its id."""
    return urlsafe_b64encode(json.dumps([last, key]).encode()).decode().rstrip("=")


def after_of(request: Request, kind: Callable[[Any], Any]) -> After | None:
    """What the address says; `kind` reads what the list is ordered by. Raises a problem where it cannot be read."""
    text = request.query_params.get("after")
    if text is None:
        return None
    try:
        last, key = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found = After(kind(last), str(key))
        found.id.encode()  # half a character, which JSON can tell, is in no id
    except (ValueError, TypeError, RecursionError):
        raise Problem(400, "request-malformed") from None
    return found


def size(number: Any) -> int:
    """How many comments a campaign has. Raises `ValueError` for what is no such number."""
    if not isinstance(number, int) or not 0 <= number <= LARGEST:
        raise ValueError("no number of comments")
    return number
