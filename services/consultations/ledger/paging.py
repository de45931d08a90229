"""Where a list goes on, as a word in an address."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request

from kenes.web.problems import Problem
from services.consultations.ledger.reads import After


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
        return After(kind(last), str(key))
    except (ValueError, TypeError):
        raise Problem(400, "request-malformed") from None


def instant(text: Any) -> datetime:
    """An instant with its zone. Raises `ValueError`, `TypeError`."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant without its zone")
    return found
