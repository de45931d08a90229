"""Where a page sends people to sign in."""

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request

from kenes.web.site import sign_in_address


def request(path: str, query: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []})


@pytest.mark.parametrize(("query", "kept"), [("q=a", "/petitions?q=a"), ("q=" + "%D3%A9" * 120, "/petitions")])
def test_a_query_that_is_too_long_to_be_kept_is_left_out(query: str, kept: str) -> None:
    address = sign_in_address(request("/petitions", query))
    assert parse_qs(urlsplit(address).query) == {"next": [kept]}


def test_who_must_sign_in_again_is_asked_for_anew() -> None:
    address = sign_in_address(request("/petitions/1/sign", ""), again=True)
    assert parse_qs(urlsplit(address).query) == {"again": ["1"], "next": ["/petitions/1/sign"]}
