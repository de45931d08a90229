"""Where a page of an inbox begins is read strictly: a page gave it, and nothing else is a place."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from kenes.web.problems import Problem
from services.notifications.following.inbox_api import before_of


def asking(**query: str) -> Request:
    return Request({"type": "http", "query_string": urlencode(query).encode(), "headers": []})


def test_a_place_is_an_instant_in_whatever_zone() -> None:
    assert before_of(asking()) is None
    assert before_of(asking(before="2026-11-22T14:05:00+05:00")) == datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "abc", "2026-01-01", "2026-11-22T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_no_page_gave_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        before_of(asking(before=text))
    assert (refused.value.status, refused.value.code) == (400, "request-malformed")
