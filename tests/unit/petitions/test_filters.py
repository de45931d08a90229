"""The filter of a list, read from a query that anybody may have written."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from kenes.web.problems import InvalidInput
from services.petitions.domain.petition import Status
from services.petitions.filters import FILTERS, read_filter
from services.petitions.queries import SEARCH_WORDS, Filter


def request(**query: str) -> Request:
    return Request({"type": "http", "headers": [], "query_string": urlencode(query).encode()})


def test_without_a_query_everything_public_is_listed() -> None:
    assert read_filter(request()) == Filter()
    assert Filter().status == (Status.COLLECTING, Status.CLOSED)


def test_every_part_is_read() -> None:
    found = read_filter(
        request(
            q="crossings",
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
        search="crossings",
        category="transport",
        language="kk",
        region="KZ-75",
        before=(datetime(2026, 9, 1, 9, tzinfo=UTC), "some-id"),
        limit=100,
    )


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


@given(st.dictionaries(st.sampled_from([each.name for each in FILTERS]), st.text()))
def test_any_query_is_refused_or_a_query_the_database_takes(query: dict[str, str]) -> None:
    try:
        found = read_filter(request(**query))
    except InvalidInput:
        return
    bson.encode(found.query())


def test_long_words_are_cut_and_patterns_are_plain_text() -> None:
    found = read_filter(request(q="(a+)+ .* " + "word " * 100, region="KZ-75-AND-MORE"))

    assert len(found.search) == 200
    assert found.region == "KZ-75-AND-"
    assert found.query()["$and"] == [{"words": {"$regex": "^word"}}]
    many = Filter(search="one two three four five six seven").query()["$and"]
    assert len(many) == SEARCH_WORDS


def test_a_page_goes_on_after_its_last_petition() -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)

    assert Filter(before=(at, "x")).query()["$and"] == [
        {"$or": [{"opened_at": {"$lt": at}}, {"opened_at": at, "_id": {"$lt": "x"}}]}
    ]
