"""Values in addresses and forms are such as can be worked with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kenes.web.values import instant, whole_number


def test_an_instant_is_read_in_whatever_zone_and_told_in_utc() -> None:
    assert instant("2026-09-01T14:00:00+05:00") == datetime(2026, 9, 1, 9, tzinfo=UTC)
    assert instant("2026-09-01T09:00:00Z").tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-09-01T09:00:00",
        "0001-01-01T00:00:00+14:00",
        "0001-01-02T00:00:00+00:00",
        "1969-12-31T23:59:59+00:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_cannot_be_looked_for_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|offset|before 1970|years 1 to 9999"):
        instant(text)


def test_a_whole_number_is_read() -> None:
    assert (whole_number("0"), whole_number("007"), whole_number("9" * 9)) == (0, 7, 999_999_999)
    assert (whole_number("99999", 5), whole_number("100000", 5)) == (99_999, None)


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1.0", "1e3", "1_000", "٣", "²", "9" * 10, "9" * 5_000])
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert whole_number(text) is None
