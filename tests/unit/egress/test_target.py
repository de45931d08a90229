"""Addresses that are read in one way, and those that are not read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.egress.errors import EgressRefusedError
from kenes.egress.target import LONGEST, Target, parse_target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example", Target("https", "hooks.example", 443, "/")),
        ("https://HOOKS.example:8443/a/b?c=d&e", Target("https", "hooks.example", 8443, "/a/b?c=d&e")),
        ("https://hooks.example/a%20b", Target("https", "hooks.example", 443, "/a%20b")),
        (
            "https://hooks.example/қол?ат=ә",
            Target("https", "hooks.example", 443, "/%D2%9B%D0%BE%D0%BB?%D0%B0%D1%82=%D3%99"),
        ),
        ("https://бет.қаз/x", Target("https", "xn--90ai3b.xn--80ao21a", 443, "/x")),
        ("https://93.184.216.34/", Target("https", "93.184.216.34", 443, "/")),
        ("https://[2606:2800:220:1::1]:444/", Target("https", "2606:2800:220:1::1", 444, "/")),
        ("http://127.0.0.1:9000/x", Target("http", "127.0.0.1", 9000, "/x")),
    ],
)
def test_an_address_is_taken_apart(url: str, target: Target) -> None:
    assert parse_target(url) == target


def test_the_host_header_has_brackets_and_a_port_only_where_needed() -> None:
    assert parse_target("https://[2606:2800::1]/").authority == "[2606:2800::1]"
    assert parse_target("https://hooks.example:8443/").authority == "hooks.example:8443"
    assert parse_target("https://hooks.example:443/").authority == "hooks.example"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "not-an-address"),
        ("hooks.example", "not-an-address"),
        ("//hooks.example/", "not-an-address"),
        ("ftp://hooks.example/", "not-an-address"),
        ("file:///etc/passwd", "not-an-address"),
        ("gopher://hooks.example/", "not-an-address"),
        ("https://", "not-an-address"),
        ("https:///path", "not-an-address"),
        ("https://hooks.example:0/", "not-an-address"),
        ("https://hooks.example:99999/", "not-an-address"),
        ("https://hooks.example:x/", "not-an-address"),
        ("https://hooks.example/#fragment", "not-an-address"),
        ("https://hooks.example/" + "x" * LONGEST, "not-an-address"),
        # read by one parser as one host, by another as another
        ("https://user@hooks.example/", "user-in-address"),
        ("https://user:secret@hooks.example/", "user-in-address"),
        ("https://hooks.example@127.0.0.1/", "user-in-address"),
        ("https://hooks.example\\@127.0.0.1/", "not-an-address"),
        ("https://hooks.example\\.evil.example/", "not-an-address"),
        ("https://hooks .example/", "not-an-address"),
        (" https://hooks.example/", "not-an-address"),
        ("https://hooks.example/\r\nHost: evil", "not-an-address"),
        ("https://ho\toks.example/", "not-an-address"),
        ("https://hooks.example\x00/", "not-an-address"),
        # numbers that a resolver takes for an address
        ("https://2130706433/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://0x7f.0.0.1/", "host"),
        ("https://0177.0.0.1/", "host"),
        ("https://127.1/", "host"),
        ("https://127.0.0.1./", "host"),
        ("https://1.2.3.4.5/", "host"),
        ("https://hooks.0x1/", "host"),
        ("https://１２７．１/", "host"),
        # names that are ours, or no names
        ("https://intranet/", "host"),
        ("https://hooks.example./", "host"),
        ("https://-hooks.example/", "host"),
        ("https://hooks..example/", "host"),
        ("https://hooks_.example/", "host"),
        ("https://%68ooks.example/", "host"),
        ("https://[::1%25eth0]/", "host"),
        ("https://[::1/", "not-an-address"),
        ("https://" + "a" * 64 + ".example/", "host"),
        ("https://\u2024.example/", "host"),
    ],
)
def test_what_is_no_address_or_reads_two_ways_is_refused(url: str, reason: str) -> None:
    with pytest.raises(EgressRefusedError) as refused:
        parse_target(url)
    assert refused.value.reason == reason


def test_full_width_digits_are_the_address_they_look_like() -> None:
    assert parse_target("https://１２７.0.0.1/").host == "127.0.0.1"


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    for url in (text, f"https://{text}/", f"https://hooks.example/{text}"):
        try:
            target = parse_target(url)
        except EgressRefusedError:
            continue
        assert target.host.isascii()
        assert target.path.isascii()
        assert not set(target.path + target.host) & set(" \r\n\t\\@" if "@" not in url else " \r\n\t\\")
