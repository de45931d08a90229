"""The filter of a list, read from a query that anybody may have written."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from kenes.web.problems import InvalidInput
from services.petitions.domain.status import LISTED, Status
from services.petitions.filters import FARTHEST, FILTERS, following, read_filter
from services.petitions.search.wanted import Filter
from tests.unit.petitions.pages_support import petition


def request(**query: str) -> Request:
    return Request({"type": "http", "headers": [], "query_string": urlencode(query).encode()})


def test_without_a_query_everything_public_is_listed() -> None:
    assert read_filter(request()) == Filter()
    assert Filter().status == LISTED
    assert Status.DRAFT not in LISTED


def test_every_part_is_read() -> None:
    found = read_filter(
        request(
            status="closed",
            category="transport",
            language="kk",
            region="KZ-75",
            after="2026-09-01T14:00:00+05:00~some-id",
            limit="100",
        )
    )

    assert found == Filter(
        status=(Status.CLOSED,),
        category="transport",
        language="kk",
        region="KZ-75",
        before=(datetime(2026, 9, 1, 9, tzinfo=UTC), "some-id"),
        limit=100,
    )


@pytest.mark.parametrize("name", ["search", "q"])
def test_words_have_two_names_and_go_on_by_number(name: str) -> None:
    assert read_filter(request(**{name: "crossings", "after": "40"})) == Filter(search="crossings", skip=40)


def test_empty_parts_are_absent() -> None:
    assert read_filter(request(q="", status="", category="", language="", region="", after="")) == Filter()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "draft"),
        ("status", "submitted"),
        ("status", "COLLECTING"),
        ("category", "sports"),
        ("category", "\0"),
        ("language", "de"),
        ("after", "yesterday~x"),
        ("after", "~x"),
        ("after", "2026-09-01T09:00:00~naive"),
        ("after", "0001-01-01T00:00:00+14:00~before the first year"),
        ("after", "9999-12-31T23:59:59-14:00~after the last"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "1e2"),
        ("limit", ""),
        ("limit", "٣"),
        ("limit", "9" * 5000),
    ],
)
def test_a_wrong_part_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as found:
        read_filter(request(**{name: value}))

    assert [error.pointer for error in found.value.errors] == [f"/{name}"]


@pytest.mark.parametrize("after", ["0", "-20", "10001", "2026-09-01T14:00:00+05:00~some-id", "9" * 5000])
def test_a_search_does_not_go_on_from_anywhere(after: str) -> None:
    with pytest.raises(InvalidInput) as found:
        read_filter(request(search="crossings", after=after))

    assert [error.pointer for error in found.value.errors] == ["/after"]


@given(st.dictionaries(st.sampled_from([each.name for each in FILTERS]), st.text()))
def test_any_query_is_refused_or_a_filter(query: dict[str, str]) -> None:
    try:
        found = read_filter(request(**query))
    except InvalidInput:
        return
    assert len(found.search) <= 200
    assert found.words == Filter(search=found.search).words


def test_long_words_are_cut() -> None:
    found = read_filter(request(q="(a+)+ .* " + "word " * 100, region="KZ-75-AND-MORE"))

    assert len(found.search) == 200
    assert found.region == "KZ-75-AND-"


def test_a_full_page_goes_on_where_it_ended() -> None:
    page = [petition(number=1), petition(number=2)]
    plain, searched = Filter(limit=2), Filter(search="lake", limit=2)
    after = following(plain, page)

    assert after is not None
    assert read_filter(request(after=after, limit="2")).before == (page[-1].opened_at, page[-1].id)
    assert following(searched, page) == "2"
    assert following(Filter(search="lake", limit=2, skip=FARTHEST), page) is None
    assert following(Filter(limit=3), page) is None
