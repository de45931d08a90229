"""Where a list goes on: what a page gave leads on, whatever else stands there is refused."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from kenes.web.problems import Problem
from kenes.web.values import instant
from services.consultations.ledger.paging import after_of, cursor, size
from services.consultations.ledger.reads import After


def asked(after: str) -> Request:
    return Request({"type": "http", "headers": [], "query_string": f"after={after}".encode()})


def packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_what_a_page_gave_leads_on() -> None:
    assert after_of(asked(cursor(12, "campaign")), size) == After(12, "campaign")
    at = "2026-09-01T09:00:00+00:00"
    assert after_of(asked(cursor(at, "account")), instant) == After(instant(at), "account")


@pytest.mark.parametrize("kind", [size, instant])
@pytest.mark.parametrize(
    "after",
    [
        "",
        "%21",
        packed("[1]"),
        packed(json.dumps({"a": 1})),
        packed(f"[{10**30}, 1]"),
        packed("[1e999, 1]"),
        packed("[-1, 1]"),
        packed('["0001-01-01T00:00:00+14:00", "id"]'),
        packed('["0001-01-02T00:00:00+00:00", "id"]'),
        packed("[" * 2_500),
        packed(r'[1, "\ud800"]'),
        packed(r'["2026-09-01T09:00:00Z", "\ud800"]'),
    ],
)
def test_whatever_else_stands_there_is_refused(after: str, kind: Callable[[Any], Any]) -> None:
    with pytest.raises(Problem, match="400 request-malformed"):
        after_of(asked(after), kind)
