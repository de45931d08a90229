"""Taking tokens apart: strict about form, deaf to tricks, never more than one kind of exception."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.signed_token import PublicKey, check_audience, check_times, unpack

EC = ECKey.generate_key("P-256")
NOW = 1_800_000_000


def part(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(header: Any, payload: Any = None, signature: bytes = b"x" * 64) -> str:
    return f"{part(header)}.{part({'sub': '1'} if payload is None else payload)}.{part(signature)}"


def reason_of(text: str) -> Reason:
    with pytest.raises(TokenRefusedError) as refusal:
        unpack(text)
    return refusal.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "a.b",
        "a.b.c.d.e",
        "..",
        "é.é.é",
        "\ud800.a.b",
        "a" * 8193,
        token(b"\xff\xfe"),
        token(b"not json"),
        token([]),
        token("alg"),
        token({}),
        token({"alg": 7}),
        token({"alg": "ES256", "kid": 7}),
        token({"alg": "ES256", "typ": ["JWT"]}),
        token({"alg": "ES256", "crit": ["exp"], "exp": 1}),
        token({"alg": "ES256", "b64": False}),
        token({"alg": "ES256"}, []),
        token({"alg": "ES256"}, b"\xff"),
        token({"alg": "ES256"}, b"[" * 4000),
        token(b"[" * 1500),
        token({"alg": "ES256", "x5c": ["a" * 4000]}),
        token({"alg": "ES256"}, b'{"exp":' + b"9" * 5000 + b"}"),
        token({"alg": "ES256"}).replace(".", "=.", 1),
    ],
)
def test_what_is_no_signed_token_is_malformed(text: str) -> None:
    assert reason_of(text) is Reason.TOKEN_MALFORMED


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "HS512", "RS1", "ES256K", "RSA-OAEP", ""])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    assert reason_of(token({"alg": algorithm})) is Reason.SIGNATURE_INVALID


@given(st.text(alphabet="abcXYZ019-_.=+/{}\"' \n", max_size=200))
def test_garbage_only_ever_raises_a_refusal(text: str) -> None:
    with pytest.raises(TokenRefusedError):
        unpack(text)


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "jku", "jwk", "x5u", "b64", "zip", "enc"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=3))),
    )
)
def test_any_header_is_read_or_refused(header: dict[str, Any]) -> None:
    with suppress(TokenRefusedError):  # and nothing else
        unpack(token({"alg": "ES256", **header}))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", EC),
        ("RS256", RSAKey.generate_key(2048)),
        ("PS256", RSAKey.generate_key(2048)),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
    ],
)
def test_a_good_signature_passes_and_no_other_key_does(algorithm: str, key: Any) -> None:
    unpacked = unpack(jws.serialize_compact({"alg": algorithm}, b'{"sub":"1"}', key, algorithms=[algorithm]))
    unpacked.verify(type(key).import_key(key.as_dict(private=False)))
    others: list[PublicKey] = [ECKey.generate_key("P-256"), ECKey.generate_key("P-384"), OKPKey.generate_key("X25519")]
    for other in others:
        with pytest.raises(TokenRefusedError) as refusal:
            unpacked.verify(other)
        assert refusal.value.reason is Reason.SIGNATURE_INVALID


@pytest.mark.parametrize("changes", [{"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["deriveKey"]}])
def test_a_key_meant_for_something_else_verifies_nothing(changes: dict[str, Any]) -> None:
    unpacked = unpack(jws.serialize_compact({"alg": "ES256"}, b"{}", EC))
    with pytest.raises(TokenRefusedError):
        unpacked.verify(ECKey.import_key({**EC.as_dict(private=False), **changes}))


def test_the_public_key_as_hmac_secret_is_refused() -> None:
    secret = OctKey.import_key(EC.as_pem(private=False).decode().replace("-----BEGIN", "BEGIN"))
    forged = jws.serialize_compact({"alg": "HS256"}, b"{}", secret, algorithms=["HS256"])
    assert reason_of(forged) is Reason.SIGNATURE_INVALID


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, Reason.CLAIMS_MISSING),
        ({"exp": None}, Reason.CLAIMS_MISSING),
        ({"exp": NOW - 30}, Reason.TOKEN_EXPIRED),
        ({"exp": NOW + 60, "nbf": NOW + 31}, Reason.TOKEN_NOT_YET_VALID),
        ({"exp": NOW + 60, "iat": NOW + 31}, Reason.TOKEN_NOT_YET_VALID),
        ({"exp": str(NOW + 60)}, Reason.TOKEN_MALFORMED),
        ({"exp": True}, Reason.TOKEN_MALFORMED),
        ({"exp": float("nan")}, Reason.TOKEN_MALFORMED),
        ({"exp": float("inf")}, Reason.TOKEN_MALFORMED),
        ({"exp": 10**400}, Reason.TOKEN_MALFORMED),
        ({"exp": -1}, Reason.TOKEN_MALFORMED),
        ({"exp": NOW + 60, "nbf": []}, Reason.TOKEN_MALFORMED),
    ],
)
def test_times_that_do_not_hold(claims: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(TokenRefusedError) as refusal:
        check_times(claims, NOW)
    assert refusal.value.reason is reason


def test_clocks_may_differ_by_thirty_seconds() -> None:
    assert check_times({"exp": NOW - 29, "nbf": NOW + 30, "iat": NOW + 30}, NOW) == NOW - 29


@pytest.mark.parametrize("audience", [None, "", "other", [], ["other"], [["kenes"]], {"kenes": 1}, 7, "kenes,other"])
def test_a_token_for_somebody_else_is_refused(audience: object) -> None:
    with pytest.raises(TokenRefusedError) as refusal:
        check_audience({"aud": audience}, frozenset({"kenes"}))
    assert refusal.value.reason is Reason.AUDIENCE_WRONG


@pytest.mark.parametrize("audience", ["kenes", ["other", "kenes"]])
def test_our_audience_may_be_one_of_several(audience: object) -> None:
    check_audience({"aud": audience}, frozenset({"kenes", "kenes-api"}))
