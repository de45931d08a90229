"""Whatever bytes a stranger sends, what reads them answers or refuses: nothing else is raised."""

from __future__ import annotations

import contextlib
import json
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from kenes.web.bodies import parse_json
from kenes.web.client_address import client_address, limit_group
from kenes.web.guards import check_target
from kenes.web.negotiation import preference
from kenes.web.problems import Problem
from kenes.web.sealing import decode_token, unseal
from kenes.web.settings import WebSettings
from tests.unit.web.http_edge import app_of

PIECES = st.sampled_from([b"/", b"%", b"%2f", b"%00", b"..", b"\\", b"\xff", b"%ff", b"a", b"+", b"%D2%9B", b"\n"])
TARGETS = st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join)
JSON_PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"a"', b":", b",", b"1", b"1e999", b"NaN", b'"\\ud800"', b"\xff"]
)
PROXIED = {"app": app_of([], WebSettings(trusted_proxies=(ip_network("10.0.0.0/8"),))), "client": ("10.0.0.1", 1)}


@given(path=TARGETS, query=TARGETS)
def test_targets(path: bytes, query: bytes) -> None:
    with contextlib.suppress(Problem):
        check_target(path, query)
        assert b"\0" not in path
        assert b"%00" not in path


@given(body=st.lists(JSON_PIECES, max_size=40).map(b"".join) | st.binary(max_size=200))
@example(b'{"a":"\\ud83d\\ude00"}')
def test_json(body: bytes) -> None:
    with contextlib.suppress(Problem):
        # What passes can be written again, by encoders that are strict too.
        json.dumps(parse_json(body), ensure_ascii=False, allow_nan=False).encode("utf-8")


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_good_json_is_read_as_any_other_reader_does(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=True)
    with contextlib.suppress(Problem):
        assert parse_json(text.encode()) == json.loads(text)


@given(name=st.sampled_from([b"forwarded", b"x-forwarded-for"]), value=st.binary(max_size=60))
@example(b"forwarded", b'for="[::1')
@example(b"x-forwarded-for", b"::1%eth0, 1.1.1.1%x")
def test_addresses(name: bytes, value: bytes) -> None:
    address = client_address({**PROXIED, "headers": [(name, value)]})
    ip_address(address)
    assert limit_group(address)


@given(value=st.binary(max_size=60), text=st.text(max_size=50), sealed=st.binary(max_size=60))
def test_preferences_and_tokens(value: bytes, text: str, sealed: bytes) -> None:
    assert 0 <= preference(Request({"type": "http", "headers": [(b"prefer", b"wait=" + value)]})).wait <= 30
    decode_token(text)
    assert unseal(b"k" * 32, "session", sealed) is None
