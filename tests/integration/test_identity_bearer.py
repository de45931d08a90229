"""Bearer tokens end to end: a real issuer over HTTP, good tokens, and every kind of bad one."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from kenes.identity import bearer
from kenes.identity.bearer import BearerVerifier
from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.person import Assurance
from tests.issuer import SigningAlgorithm, TestIssuer

Forge = Callable[[TestIssuer, TestIssuer], str]


@pytest.fixture(scope="module")
def issuer() -> Iterator[TestIssuer]:
    with TestIssuer() as made:
        yield made


@pytest.fixture(scope="module")
def other() -> Iterator[TestIssuer]:
    """A second trusted issuer."""
    with TestIssuer() as made:
        yield made


@pytest.fixture
async def verifier(issuer: TestIssuer, other: TestIssuer) -> AsyncIterator[BearerVerifier]:
    async with BearerVerifier([issuer.settings(), other.settings()]) as made:
        yield made


async def reason_of(verifier: BearerVerifier, token: str) -> Reason:
    with pytest.raises(TokenRefusedError) as refusal:
        await verifier.verify(token)
    for part in token.split("."):
        assert not part or part not in str(refusal.value)
    return refusal.value.reason


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "Ed25519"])
async def test_a_good_token_names_a_person(
    verifier: BearerVerifier, issuer: TestIssuer, algorithm: SigningAlgorithm
) -> None:
    token = issuer.token("aigerim", algorithm, roles=["citizen", "moderator", "root"])
    for _ in range(2):  # the second time it is remembered
        person = await verifier.verify(token)
        assert person.id == f"{issuer.url}|aigerim"
        assert person.public_name == "Айгерім С."
        assert person.assurance is Assurance.HIGH
        assert person.roles == {"citizen", "moderator"}


@pytest.mark.parametrize("kind", [None, "JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_types_of_access_tokens(verifier: BearerVerifier, issuer: TestIssuer, kind: str | None) -> None:
    assert (await verifier.verify(issuer.token(header={"typ": kind}))).subject == "aigerim"


def part(data: bytes | dict[str, Any]) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged_signature(issuer: TestIssuer, _: TestIssuer) -> str:
    head, _payload, signature = issuer.token().split(".")
    return f"{head}.{part(issuer.claims('somebody-else'))}.{signature}"


def strangers_key(issuer: TestIssuer, _: TestIssuer) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": issuer.keys["ES256"].kid}, issuer.claims(), key)


def key_of_another_issuer(issuer: TestIssuer, other: TestIssuer) -> str:
    return other.sign(other.claims(iss=issuer.url))


def own_key_in_header(issuer: TestIssuer, _: TestIssuer) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "jwk": key.as_dict(private=False)}, issuer.claims(), key)


def hmac_with_public_key(issuer: TestIssuer, _: TestIssuer) -> str:
    header = {"alg": "HS256", "kid": issuer.keys["RS256"].kid}
    signed = f"{part(header)}.{part(issuer.claims())}"
    secret = issuer.keys["RS256"].as_pem(private=False)
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def unsigned(issuer: TestIssuer, _: TestIssuer) -> str:
    return f"{part({'alg': 'none'})}.{part(issuer.claims())}."


def critical_extension(issuer: TestIssuer, _: TestIssuer) -> str:
    header = {"alg": "ES256", "kid": issuer.keys["ES256"].kid, "crit": ["exp"], "exp": 1}
    return f"{part(header)}.{part(issuer.claims())}.{part(b'x' * 64)}"


BAD_TOKENS: list[tuple[str, Forge, Reason]] = [
    ("forged signature", forged_signature, Reason.SIGNATURE_INVALID),
    ("stranger's key, our key id", strangers_key, Reason.SIGNATURE_INVALID),
    ("key of another trusted issuer", key_of_another_issuer, Reason.SIGNATURE_INVALID),
    ("key brought along", own_key_in_header, Reason.SIGNATURE_INVALID),
    ("HS256 with the public key", hmac_with_public_key, Reason.SIGNATURE_INVALID),
    ("alg none", unsigned, Reason.SIGNATURE_INVALID),
    ("no signature", lambda i, _: i.token().rsplit(".", 1)[0] + ".", Reason.SIGNATURE_INVALID),
    ("signature of another alg", lambda i, _: i.token(header={"kid": "rsa-1"}), Reason.SIGNATURE_INVALID),
    ("unknown key id", lambda i, _: i.token(header={"kid": "unknown"}), Reason.SIGNATURE_INVALID),
    ("path as key id", lambda i, _: i.token(header={"kid": "../../etc/passwd"}), Reason.SIGNATURE_INVALID),
    ("expired", lambda i, _: i.token(exp=int(time.time()) - 31), Reason.TOKEN_EXPIRED),
    ("not yet", lambda i, _: i.token(nbf=int(time.time()) + 120), Reason.TOKEN_NOT_YET_VALID),
    ("never ends", lambda i, _: i.token(exp=None), Reason.CLAIMS_MISSING),
    ("nobody", lambda i, _: i.token(sub=None), Reason.CLAIMS_MISSING),
    ("subject is a list", lambda i, _: i.token(sub=["aigerim"]), Reason.CLAIMS_MISSING),
    ("unknown issuer", lambda i, _: i.token(iss="https://evil.example"), Reason.ISSUER_UNKNOWN),
    ("issuer with a slash more", lambda i, _: i.token(iss=i.url + "/"), Reason.ISSUER_UNKNOWN),
    ("no issuer", lambda i, _: i.token(iss=None), Reason.ISSUER_UNKNOWN),
    ("list of issuers", lambda i, _: i.token(iss=[i.url]), Reason.ISSUER_UNKNOWN),
    ("other audience", lambda i, _: i.token(aud="bank"), Reason.AUDIENCE_WRONG),
    ("no audience", lambda i, _: i.token(aud=None), Reason.AUDIENCE_WRONG),
    ("crit", critical_extension, Reason.TOKEN_MALFORMED),
    ("ID token by nonce", lambda i, _: i.token(header={"typ": "JWT"}, nonce="n"), Reason.TOKEN_MALFORMED),
    ("ID token by claim", lambda i, _: i.token(header={"typ": "JWT"}, typ="ID"), Reason.TOKEN_MALFORMED),
    ("refresh token", lambda i, _: i.token(header={"typ": "JWT"}, typ="Refresh"), Reason.TOKEN_MALFORMED),
    ("odd kind", lambda i, _: i.token(header={"typ": "JWT"}, typ=["Bearer"]), Reason.TOKEN_MALFORMED),
    ("logout token", lambda i, _: i.token(header={"typ": "logout+jwt"}), Reason.TOKEN_MALFORMED),
    ("huge", lambda i, _: i.token(padding="x" * 9000), Reason.TOKEN_MALFORMED),
    ("garbage", lambda i, _: "garbage", Reason.TOKEN_MALFORMED),
    ("empty", lambda i, _: "", Reason.TOKEN_MALFORMED),
    ("encrypted", lambda i, _: "eyJh.bbbb.cccc.dddd.eeee", Reason.TOKEN_MALFORMED),
]


@pytest.mark.parametrize(("forge", "reason"), [case[1:] for case in BAD_TOKENS], ids=[case[0] for case in BAD_TOKENS])
async def test_a_bad_token_is_refused_with_its_reason(
    verifier: BearerVerifier, issuer: TestIssuer, other: TestIssuer, forge: Forge, reason: Reason
) -> None:
    assert await reason_of(verifier, forge(issuer, other)) is reason


async def test_an_id_token_passes_only_where_a_setting_says_so(issuer: TestIssuer) -> None:
    token = issuer.token(header={"typ": "JWT"}, nonce="n", at_hash="h")
    async with BearerVerifier([issuer.settings(accept_id_tokens=True)]) as verifier:
        assert (await verifier.verify(token)).subject == "aigerim"


async def test_a_kind_that_a_token_names_counts_more_than_what_else_it_carries(issuer: TestIssuer) -> None:
    token = issuer.token(header={"typ": "JWT"}, typ="Bearer", nonce="n")
    async with BearerVerifier([issuer.settings()]) as verifier:
        assert (await verifier.verify(token)).subject == "aigerim"


async def test_an_algorithm_the_setting_leaves_out_is_refused(issuer: TestIssuer) -> None:
    async with BearerVerifier([issuer.settings(algorithms=["RS256"])]) as verifier:
        assert await reason_of(verifier, issuer.token()) is Reason.SIGNATURE_INVALID
        await verifier.verify(issuer.token(algorithm="RS256"))


async def test_a_token_altered_after_it_was_remembered_is_refused(verifier: BearerVerifier, issuer: TestIssuer) -> None:
    token = issuer.token()
    await verifier.verify(token)
    head, payload, signature = token.split(".")
    altered = f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    assert await reason_of(verifier, altered) is Reason.SIGNATURE_INVALID


async def test_a_remembered_token_still_expires(issuer: TestIssuer) -> None:
    now = time.time()
    clock = iter([now, now + 60, now + 91])
    async with BearerVerifier([issuer.settings()], clock=lambda: next(clock)) as verifier:
        token = issuer.token(exp=int(now) + 60)
        await verifier.verify(token)
        await verifier.verify(token)
        assert await reason_of(verifier, token) is Reason.TOKEN_EXPIRED


async def test_a_withdrawn_key_counts_five_minutes_longer_at_most() -> None:
    now = [time.time()]
    with TestIssuer() as issuer:
        async with BearerVerifier([issuer.settings()], clock=lambda: now[0]) as verifier:
            token = issuer.token()
            await verifier.verify(token)
            issuer.rotate()
            keys = verifier.keys_of(issuer.url)
            keys._tried -= 31  # as if half a minute had passed
            await verifier.verify(issuer.token("new-key"))
            await verifier.verify(token)
            now[0] += 301
            assert await reason_of(verifier, token) is Reason.SIGNATURE_INVALID


async def test_an_issuer_that_is_down_is_told_apart_from_a_bad_token() -> None:
    with TestIssuer() as issuer:
        issuer.status = 500
        async with BearerVerifier([issuer.settings()]) as verifier:
            reason = await reason_of(verifier, issuer.token())
    assert reason is Reason.KEYS_UNAVAILABLE
    assert reason.temporary


async def test_keys_are_fetched_once_for_a_crowd() -> None:
    with TestIssuer() as issuer:
        async with BearerVerifier([issuer.settings()]) as verifier:
            people = [await verifier.verify(token) for token in issuer.crowd(200)]
        assert len({person.id for person in people}) == 200
        assert issuer.paths == ["/.well-known/openid-configuration", "/jwks"]


async def test_only_so_many_tokens_are_remembered(issuer: TestIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "_REMEMBERED", 3)
    async with BearerVerifier([issuer.settings()]) as verifier:
        for token in issuer.crowd(10):
            await verifier.verify(token)
        assert len(verifier._verified) == 3


async def test_a_client_that_is_shared_stays_open(issuer: TestIssuer) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        async with BearerVerifier([issuer.settings()], client=client) as verifier:
            await verifier.verify(issuer.token())
        assert not client.is_closed
