"""No personal value reaches a log, whatever it is wrapped in; what operators need stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from kenes.observe.masking import MASK, Masker

IIN = "990101300123"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"

masker = Masker()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"signer {IIN} refused", IIN),
        (f"iin{IIN}", IIN),
        (f"/people/{IIN}/petitions", IIN),
        ("write to aigul.s+kenes@example.kz now", "aigul.s+kenes@example.kz"),
        ("GET /confirm?to=aigul%40example.kz", "aigul%40example.kz"),
        (f"got {JWT} from", JWT),
        ("Bearer abc.def-123~", "abc.def-123~"),
        ("authorization: Basic YTpiOmM= etc", "YTpiOmM="),
        ("Cookie: kenes=abc; theme=dark", "kenes=abc; theme=dark"),
        ("mongodb://kenes:Pa55word@mongo:27017/petitions", "Pa55word"),
        ("{'name': 'Айгүл Сапарова', 'age': 30}", "Айгүл"),
        ('{"birth_date": "1999-01-01"}', "1999-01-01"),
        ("Person(full_name='Айгүл \\'А\\' Сапарова', region='KZ-75')", "Сапарова"),
        ("callback?token=s3cr3t&lang=kk", "s3cr3t"),
        ("{'refresh_token': 'opaque-value'}", "opaque-value"),
        ("{'email-address': 'x', 'home_address': 'Абай 10'}", "Абай 10"),
    ],
)
def test_personal_texts_are_masked(text: str, secret: str) -> None:
    masked = masker.text(text)
    assert secret not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "decided 500 records of petitions.signature-requests/7 at 4211 in 12 ms",
        "event 5f0c1a52-7d2b-5c7e-9a31-123456789012 folded",  # a UUID whose end looks like an IIN
        "timestamp 1732233600000",  # 13 digits: milliseconds
        "connected to mongodb://mongo:27017/?replicaSet=kenes",
        "partition=3 offset=42 topic=petitions.signatures",
        "hostname=broker-1 filename=a.py",
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert masker.text(text) == text


@pytest.mark.parametrize(
    "run",
    [
        *("a", "1", "ә", " ", "+", "-", ".", "_", "'", "\\", "\n", "a.", "a@", "a@b-", "a@b.c+", "%40", "://"),
        *(
            "eyJ",
            "-eyJaaaaa",
            "eyJaaaaa.",
            "bearer ",
            "name=",
            "name='\\'",
            "'name' ",
            "x_token",
            "cookie:",
            "input_value=",
        ),
    ],
)
def test_a_long_run_of_anything_is_read_once(run: str) -> None:
    """Tried again from every letter, or in every way it can be parted, a run of this length takes hours."""
    masker.text("name='" + run * (200_000 // len(run)))


@pytest.mark.parametrize(
    "text",
    [
        "a@b.kz+x@d.kz",
        "eyJhbGciO.eyJz.c2ln.a.b+x@d.kz",
        "name='a\\\\' x@d.kz",
        "input_value='x@d.kz",
        f"k-{JWT} x@d.kz",
    ],
)
def test_nothing_personal_is_left_behind_what_was_masked(text: str) -> None:
    masked = masker.text(text)
    assert "x@d.kz" not in masked
    assert JWT not in masked


def test_keys_are_masked_at_any_depth_and_spelling() -> None:
    event = {
        "event": "signed",
        "person": {"iin": IIN},
        "headers": [{"X-Forwarded-For": "1.2.3.4", "accept": "text/html"}],
        "nested": {"deep": ({"Birth-Date": "1999-01-01"},)},
        "access_token": b"abc",
        "email": None,
        "count": 3,
    }
    assert masker.mapping(event) == {
        "event": "signed",
        "person": MASK,
        "headers": [{"X-Forwarded-For": MASK, "accept": "text/html"}],
        "nested": {"deep": [{"Birth-Date": MASK}]},
        "access_token": MASK,
        "email": None,
        "count": 3,
    }


def test_values_of_any_type_are_searched() -> None:
    assert masker.value(int(IIN)) == MASK
    assert masker.value({"a@b.kz": 1}) == {MASK: 1}
    assert IIN not in masker.value(b"\xff" + IIN.encode())
    assert IIN not in masker.value(ValueError(f"bad {IIN}"))
    assert IIN not in masker.value(object.__new__(type("Odd", (), {"__repr__": lambda _self: IIN})))


def test_a_validation_error_does_not_quote_its_input() -> None:
    class Signer(BaseModel):
        model_config = ConfigDict(extra="forbid")
        region: int

    with pytest.raises(ValidationError) as caught:
        Signer.model_validate({"region": "Сапарова Айгүл"})
    masked = masker.text(str(caught.value))
    assert "Сапарова" not in masked
    assert "region" in masked
    assert "input_type=str" in masked


def test_a_service_can_name_keys_of_its_own() -> None:
    own = Masker(["Employer-Name"])
    assert own.mapping({"employer_name": "x", "employer_size": 4}) == {"employer_name": MASK, "employer_size": 4}
    assert "Acme" not in own.text("{'employer_name': 'Acme'}")


def test_a_structure_without_end_is_cut() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert MASK in str(masker.value(endless))


@given(
    st.recursive(
        st.just(IIN) | st.just(JWT) | st.just("a.b@example.kz"),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("abcxyz", min_size=1), inner) | inner.map(repr),
    ),
    st.sampled_from(["note", "reason", "detail"]),
)
def test_no_wrapping_hides_a_personal_value(value: object, key: str) -> None:
    logged = repr(masker.mapping({key: value}))
    assert IIN not in logged
    assert JWT not in logged
    assert "a.b@example.kz" not in logged


@given(st.text())
def test_any_text_can_be_masked_twice(text: str) -> None:
    once = masker.text(text)
    assert masker.text(once) == once
