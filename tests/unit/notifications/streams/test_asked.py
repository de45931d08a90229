"""What a reader asks is read strictly: whatever is unknown or wrong is named."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from kenes.web.problems import InvalidInput, Problem
from schemas.notifications.about import Kind
from services.notifications.streams.asked import Asked, checked, place_in
from tests.publicity import counted
from tests.unit.notifications.streams.lines import BEGAN, MemoryPages, log_of, recorded

KNOWN = ("after", "since", "limit")


def request(*pairs: tuple[str, str]) -> Request:
    return Request({"type": "http", "query_string": urlencode(pairs).encode(), "headers": []})


def test_members_of_the_filter_are_repeated_and_the_rest_is_read() -> None:
    asked = Asked.of(
        request(
            ("after", "7"), ("limit", "3"), ("kinds", "petition"), ("levels", "a"), ("levels", "b"), ("threshold", "9")
        ),
        *KNOWN,
    )
    assert (asked.after, asked.limit, asked.filter.threshold) == (7, 3, 9)
    assert asked.filter.kinds == (Kind.PETITION,)
    assert asked.filter.levels == ("a", "b")
    assert Asked.of(request(("since", "2026-11-22")), *KNOWN).since == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pair", "pointer"),
    [
        (("colour", "red"), "/colour"),
        (("kinds", "vote"), "/kinds/0"),
        (("types", "notifications.votes.*"), "/types/0"),
        (("threshold", "many"), "/threshold"),
        (("limit", "0"), "/limit"),
        (("limit", "501"), "/limit"),
        (("limit", "0000000001999"), "/limit"),
    ],
)
def test_what_is_unknown_or_wrong_is_named(pair: tuple[str, str], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Asked.of(request(pair), *KNOWN)
    assert refused.value.errors[0].pointer.startswith(pointer)


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (("after", "-1"), "cursor-malformed"),
        (("after", "9" * 19), "cursor-malformed"),
        (("after", "١"), "cursor-malformed"),
        (("since", "yesterday"), "time-malformed"),
        (("since", "0001-01-01T00:00:00+14:00"), "time-malformed"),
    ],
)
def test_a_place_that_is_none_is_refused(pair: tuple[str, str], code: str) -> None:
    with pytest.raises(Problem) as refused:
        Asked.of(request(pair), *KNOWN)
    assert (refused.value.status, refused.value.code) == (400, code)


async def test_a_cursor_of_the_future_and_one_of_the_dropped_past_are_told_apart() -> None:
    pages = MemoryPages([recorded(n, counted("p", n)) for n in range(5)], first=2)
    log = log_of(pages, 5)
    assert await checked(log, 5) == 5
    with pytest.raises(Problem) as future:
        await checked(log, 6)
    assert (future.value.status, future.value.code) == (400, "cursor-future")
    with pytest.raises(Problem) as expired:
        await checked(log, 1)
    assert (expired.value.status, expired.value.code) == (410, "cursor-expired")
    assert expired.value.headers["link"] == '</api/notifications/v1/snapshot>; rel="alternate"'


async def test_a_time_is_the_cursor_of_the_first_event_from_then_on() -> None:
    log = log_of(MemoryPages([recorded(n, counted("p", n)) for n in range(5)]), 5)
    assert await place_in(log, None, BEGAN.replace(second=3), 0) == 3
    assert await place_in(log, None, BEGAN.replace(hour=11), 0) == 5
    assert await place_in(log, None, None, 4) == 4
    assert await place_in(log, None, datetime(1, 1, 1, tzinfo=UTC), 4) == 0


async def test_a_cursor_and_a_time_together_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        await place_in(log_of(MemoryPages([]), 0), 0, BEGAN, 0)
    assert refused.value.errors[0].pointer == "/since"
