"""A letter as an operator sees it: whatever was in the record, set out, and nobody's personal data."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.replaying import CASE, TRY, case_of
from schemas.dead_letter import DeadLetter, Origin
from schemas.topics import SIGNATURE_REQUESTS
from services.console.letters.opening import SHOWN, opened

TOPIC = SIGNATURE_REQUESTS
ORIGIN = Origin(topic=TOPIC.name, partition=3, offset=17, timestamp=0)


def letter(value: bytes | None, headers: dict[str, bytes] | None = None, reason: str = "ValueError: no") -> DeadLetter:
    """A letter about a record of this value."""
    return DeadLetter(
        origin=ORIGIN,
        reason=reason,
        stack="Traceback",
        consumer="petitions/stream",
        value=None if value is None else base64.b64encode(value).decode(),
        key=base64.b64encode(b"a-pseudonym").decode(),
        headers={name: base64.b64encode(told).decode() for name, told in (headers or {}).items()},
    )


def test_personal_data_is_masked_wherever_it_stands() -> None:
    told = {"petition": "p-1", "signer": "PSEUDO", "mine": {"note": "CIPHER"}, "text": "write to a@b.kz, 900101300123"}
    seen = opened(letter(json.dumps(told).encode(), {"ce_subject": b"a@b.kz"}, "ValueError: email=a@b.kz"), TOPIC)
    everything = f"{seen}"
    assert "p-1" in seen.value
    for secret in ("PSEUDO", "CIPHER", "a-pseudonym", "a@b.kz", "900101300123"):
        assert secret not in everything


def test_a_long_value_is_cut_and_says_so() -> None:
    seen = opened(letter(b"x" * (SHOWN + 1)), TOPIC)
    assert (len(seen.value), seen.whole) == (SHOWN, False)


@given(st.one_of(st.none(), st.binary(max_size=200)), st.dictionaries(st.text(max_size=8), st.binary(max_size=20)))
def test_any_record_can_be_opened(value: bytes | None, headers: dict[str, bytes]) -> None:
    seen = opened(letter(value, headers), TOPIC)
    assert len(seen.headers) == len(headers)


def test_a_replay_names_the_first_of_its_tries() -> None:
    first = "petitions.signature-requests.v1/3/2"
    assert case_of(letter(b"{}", {CASE: first.encode(), TRY: b"2"})) == (first, 2)
    own = "petitions.signature-requests.v1/3/17"
    assert case_of(letter(b"{}")) == (own, 0)
    assert case_of(letter(b"{}", {CASE: first.encode(), TRY: b"many"})) == (own, 0)
    assert case_of(letter(b"{}", {CASE: b"\xff", TRY: b"1"})) == (own, 0)
    assert case_of(letter(b"{}", {CASE: first.encode()})) == (own, 0)
