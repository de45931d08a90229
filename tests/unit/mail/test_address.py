"""Two spellings of one mailbox are one person; two mailboxes never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.mail.address import AddressError, MailAddress, identity_of, parse_address, parse_mailbox


@pytest.mark.parametrize(
    ("written", "identity"),
    [
        ("Aigerim@Example.ORG", "aigerim@example.org"),
        ("A.B.C+petition@gmail.com", "abc@gmail.com"),
        ("abc@googlemail.com", "abc@gmail.com"),
        ("Someone+x@outlook.com", "someone@outlook.com"),
        ("some.one@outlook.com", "some.one@outlook.com"),
        ("someone@hotmail.com", "someone@hotmail.com"),
        ("me+x@mac.com", "me@icloud.com"),
        ("a-b_c.d+x@pm.me", "abcd@proton.me"),
        ("a-b.c+x@yandex.kz", "a.b.c@yandex.ru"),
        ("a.b.c@ya.ru", "a.b.c@yandex.ru"),
        ("a.b+x@example.org", "a.b+x@example.org"),
        ("+x@gmail.com", "+x@gmail.com"),
        ("ivan@почта.рф", "ivan@xn--80a1acny.xn--p1ai"),
    ],
)
def test_one_mailbox_has_one_identity(written: str, identity: str) -> None:
    assert parse_address(written).identity == identity


def test_mail_goes_to_what_was_written() -> None:
    assert parse_address(" A.B+petition@Gmail.com ").written == "A.B+petition@gmail.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "a@b",
        "a b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "Aigerim <a@example.org>",
        "a@localhost",
        "a@[127.0.0.1]",
        '"a b"@example.org',
        "айгерім@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b.' * 130}org",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(AddressError) as wrong:
        parse_address(text)
    assert not text or text not in str(wrong.value)


LOCAL = st.from_regex(r"[a-z0-9]([a-z0-9._+-]{0,18}[a-z0-9])?", fullmatch=True).filter(lambda text: ".." not in text)
DOMAIN = st.sampled_from(["gmail.com", "proton.me", "yandex.ru", "outlook.com", "icloud.com", "example.org"])


@given(LOCAL, DOMAIN)
def test_an_identity_is_its_own_and_case_makes_no_difference(local: str, domain: str) -> None:
    identity = identity_of(f"{local}@{domain}")
    assert identity_of(identity) == identity
    assert identity_of(f"{local.upper()}@{domain.upper()}") == identity


def test_an_address_does_not_show_itself() -> None:
    assert "a@" not in repr(MailAddress("a@example.org", "a@example.org"))


def test_a_mailbox_has_a_name_and_an_address() -> None:
    assert str(parse_mailbox("Kenes <no-reply@petitions.example>")) == "Kenes <no-reply@petitions.example>"
    for text in ("Kenes", "Kenes <>", "a@b\nTo: c@d", ""):
        with pytest.raises(AddressError):
            parse_mailbox(text)
