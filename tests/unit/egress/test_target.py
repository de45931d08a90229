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
    "url",
    [
        "",
        "hooks.example",
        "//hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://hooks.example/",
        "https://",
        "https:///path",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example:x/",
        "https://hooks.example/#fragment",
        "https://hooks.example/" + "x" * LONGEST,
        # read by one parser as one host, by another as another
        "https://user@hooks.example/",
        "https://user:secret@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example\\.evil.example/",
        "https://hooks .example/",
        " https://hooks.example/",
        "https://hooks.example/\r\nHost: evil",
        "https://ho\toks.example/",
        "https://hooks.example\x00/",
        # numbers that a resolver takes for an address
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://1.2.3.4.5/",
        "https://hooks.0x1/",
        "https://１２７．１/",
        # names that are ours, or no names
        "https://intranet/",
        "https://hooks.example./",
        "https://-hooks.example/",
        "https://hooks..example/",
        "https://hooks_.example/",
        "https://%68ooks.example/",
        "https://[::1%25eth0]/",
        "https://[::1/",
        "https://" + "a" * 64 + ".example/",
        "https://\u2024.example/",
    ],
)
def test_what_is_no_address_or_reads_two_ways_is_refused(url: str) -> None:
    with pytest.raises(EgressRefusedError) as refused:
        parse_target(url)
    assert refused.value.reason in {"not-an-address", "user-in-address", "host"}


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
