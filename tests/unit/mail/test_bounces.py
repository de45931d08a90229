"""Bounces as relays write them, and mail that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.mail.bounces import LARGEST, Bounce, parse_bounce

REFERENCE = "8f14e45f-ceea-567a-9d3c-0a1b2c3d4e5f"


def bounce(
    *,
    to: str = f"bounces+{REFERENCE}@petitions.example",
    action: str = "failed",
    status: str = "5.1.1",
    third: str = "",
) -> bytes:
    return f"""From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <20261122.1@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

<aigerim@example.org>: does not exist. Status: 5.0.0

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Sun, 22 Nov 2026 09:05:00 +0000

Final-Recipient: rfc822; aigerim@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

{third}--B--
""".encode()


WHOLE = f"""--B
Content-Type: message/rfc822

From: Kenes <no-reply@petitions.example>
Message-ID: <{REFERENCE}@petitions.example>

Text
"""
HEADERS = WHOLE.replace("message/rfc822", "text/rfc822-headers")


@pytest.mark.parametrize(
    ("content", "permanent"),
    [
        (bounce(), True),
        (bounce(status="5.2.1 (mailbox disabled)"), True),
        (bounce(status="5.2.2"), False),
        (bounce(status="5.7.1"), False),
        (bounce(status="4.4.7"), False),
        (bounce(to="no-reply@petitions.example", third=WHOLE), True),
        (bounce(to="no-reply@petitions.example", third=HEADERS), True),
        (bounce(to='"Kenes, mail" <bounces+' + REFERENCE + "@petitions.example>"), True),
    ],
)
def test_a_bounce_names_its_letter_and_whether_the_address_is_at_fault(content: bytes, permanent: bool) -> None:
    found = parse_bounce(content)
    assert found is not None
    assert (found.reference, found.permanent) == (REFERENCE, permanent)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bounce(action="delayed", status="4.4.1"),
        bounce(action="delivered", status="2.0.0"),
        bounce(to="no-reply@petitions.example"),
        bounce(status="none"),
        f"To: bounces+{REFERENCE}@petitions.example\n\nI am on holiday.".encode(),
        b"x" * (LARGEST + 1),
    ],
)
def test_what_reports_no_failure_of_a_letter_of_ours_is_none(content: bytes) -> None:
    assert parse_bounce(content) is None


@given(st.binary(max_size=400), st.integers(0, 900))
def test_a_damaged_bounce_raises_nothing(noise: bytes, at: int) -> None:
    content = bounce()
    found = parse_bounce(content[:at] + noise + content[at:])
    assert found is None or isinstance(found, Bounce)


def nested(depth: int, kind: str) -> bytes:
    parts = [f'Content-Type: {kind}; boundary="b{each}"\n\n--b{each}\n' for each in range(depth)]
    return ("To: a@example.org\n" + "".join(parts) + "x\n" * 10_000).encode()


@pytest.mark.parametrize(
    "content",
    [
        nested(400, "multipart/mixed"),
        nested(3000, "message/rfc822"),
        b"To: " + b"a@b," * 200_000,
        b"To: " + b"(" * 3000,
        b"To: " + b"x+" * 30_000,
    ],
)
def test_a_mail_made_to_take_long_is_none(content: bytes) -> None:
    assert parse_bounce(content[:LARGEST]) is None


def test_a_report_before_a_large_letter_is_found() -> None:
    enclosed = WHOLE + "x" * 76 + ("\n" + "x" * 76) * 9000 + "\n"
    found = parse_bounce(bounce(to="no-reply@petitions.example", third=enclosed))
    assert found == Bounce(REFERENCE, "5.1.1")
