"""The keys of an issuer: fetched once for all who wait, renewed gently, kept while the issuer is down."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from structlog.testing import capture_logs

from kenes.identity import discovery
from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.keys import IssuerKeys, read_keys
from kenes.identity.settings import IssuerSettings

URL = "https://id.example"
EC1, EC2 = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("one", "two"))


class Issuer:
    """An issuer in memory, with a clock that the test moves."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [EC1.as_dict(private=False)]
        self.configuration: dict[str, Any] = {"issuer": URL, "jwks_uri": f"{URL}/jwks"}
        self.down = False
        self.fetches = 0
        self.now = 1000.0
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        settings = IssuerSettings.model_validate({"issuer": URL, "audience": "kenes"})
        self.store = IssuerKeys(settings, self.client, clock=lambda: self.now)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/jwks":
            self.fetches += 1
        await asyncio.sleep(0)
        if self.down:
            raise httpx.ConnectError("refused")
        if request.url.path == "/jwks":
            return httpx.Response(200, json={"keys": self.keys})
        return httpx.Response(200, json=self.configuration)

    async def reason(self, key_id: str | None, algorithm: str = "ES256") -> Reason:
        with pytest.raises(TokenRefusedError) as refusal:
            await self.store.find(key_id, algorithm)
        return refusal.value.reason

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    yield made
    await made.store.aclose()
    await made.client.aclose()


async def test_many_who_wait_cause_one_fetch(issuer: Issuer) -> None:
    found = await asyncio.gather(*(issuer.store.find("one", "ES256") for _ in range(100)))
    assert {key.kid for key in found} == {"one"}
    assert issuer.fetches == 1


async def test_a_new_key_is_found_at_once(issuer: Issuer) -> None:
    await issuer.store.find("one", "ES256")
    issuer.now += 31
    issuer.keys.append(EC2.as_dict(private=False))
    assert (await issuer.store.find("two", "ES256")).kid == "two"


async def test_a_flood_of_unknown_key_ids_costs_one_fetch_in_thirty_seconds(issuer: Issuer) -> None:
    await issuer.store.find("one", "ES256")
    for second in range(90):
        issuer.now += 1
        for n in range(20):
            assert await issuer.reason(f"unknown-{second}-{n}") is Reason.SIGNATURE_INVALID
    assert issuer.fetches == 1 + 3


async def test_old_keys_serve_while_the_issuer_is_down(issuer: Issuer) -> None:
    await issuer.store.find("one", "ES256")
    issuer.down = True
    for _ in range(10):
        issuer.now += 1000
        assert (await issuer.store.find("one", "ES256")).kid == "one"
        await issuer.settle()
    issuer.down = False
    issuer.keys = [EC2.as_dict(private=False)]
    issuer.now += 31
    await issuer.store.find("one", "ES256")
    await issuer.settle()
    assert await issuer.reason("one") is Reason.SIGNATURE_INVALID


async def test_nobody_is_told_that_a_new_key_is_wrong_while_the_issuer_cannot_be_asked(issuer: Issuer) -> None:
    await issuer.store.find("one", "ES256")
    issuer.down = True
    issuer.keys.append(EC2.as_dict(private=False))
    issuer.now += 31
    assert await issuer.reason("two") is Reason.KEYS_UNAVAILABLE
    assert await issuer.reason("two") is Reason.KEYS_UNAVAILABLE, "also between two tries"
    issuer.down = False
    issuer.now += 31
    assert (await issuer.store.find("two", "ES256")).kid == "two"
    assert await issuer.reason("three") is Reason.SIGNATURE_INVALID


async def test_renewal_happens_behind_the_request_that_found_the_keys_old(issuer: Issuer) -> None:
    await issuer.store.find("one", "ES256")
    issuer.now += 201
    before = issuer.fetches
    await issuer.store.find("one", "ES256")
    assert issuer.fetches == before
    await issuer.settle()
    assert issuer.fetches == before + 1


async def test_a_key_that_was_withdrawn_long_ago_checks_nothing(issuer: Issuer) -> None:
    await issuer.store.find("one", "ES256")
    issuer.keys = [EC2.as_dict(private=False)]
    issuer.now += 301
    assert await issuer.reason("one") is Reason.SIGNATURE_INVALID


async def test_without_any_keys_the_caller_may_come_again(issuer: Issuer) -> None:
    issuer.down = True
    with capture_logs() as told:
        assert await issuer.reason("one") is Reason.KEYS_UNAVAILABLE
    assert told[0]["issuer"] == URL
    for _ in range(50):
        assert await issuer.reason("one") is Reason.KEYS_UNAVAILABLE
    issuer.down = False
    issuer.now += 1.1
    assert (await issuer.store.find("one", "ES256")).kid == "one"


async def test_one_impatient_caller_does_not_cancel_the_fetch_of_the_others(issuer: Issuer) -> None:
    impatient = asyncio.create_task(issuer.store.find("one", "ES256"))
    patient = asyncio.create_task(issuer.store.find("one", "ES256"))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).kid == "one"
    assert issuer.fetches == 1


async def test_closing_stops_a_fetch_under_way(issuer: Issuer) -> None:
    waiting = asyncio.create_task(issuer.store.find("one", "ES256"))
    await asyncio.sleep(0)
    await issuer.store.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_issuer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drip(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(discovery, "_LONGEST", 0.01)
    async with httpx.AsyncClient(transport=httpx.MockTransport(drip)) as client:
        settings = IssuerSettings.model_validate({"issuer": URL, "audience": "kenes"})
        with pytest.raises(TokenRefusedError) as refusal:
            await IssuerKeys(settings, client).find("one", "ES256")
    assert refusal.value.reason is Reason.KEYS_UNAVAILABLE


async def test_keys_reached_by_another_way_than_the_issuers_name(issuer: Issuer) -> None:
    """Inside a cluster the issuer is reached over plain http, as the operator's setting says."""
    issuer.configuration["jwks_uri"] = "http://inside/jwks"
    settings = IssuerSettings.model_validate(
        {"issuer": URL, "audience": "kenes", "discovery_uri": "http://inside/.well-known/openid-configuration"}
    )
    assert (await IssuerKeys(settings, issuer.client).find("one", "ES256")).kid == "one"


async def test_a_token_without_key_id_needs_a_single_key_of_its_type(issuer: Issuer) -> None:
    assert (await issuer.store.find(None, "ES256")).kid == "one"
    assert await issuer.reason(None, "RS256") is Reason.SIGNATURE_INVALID
    issuer.now += 31
    issuer.keys.append(EC2.as_dict(private=False))
    await issuer.store.find("two", "ES256")
    assert await issuer.reason(None) is Reason.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "https://other.example"}, {"jwks_uri": None}, {"jwks_uri": "http://id.example/jwks"}, {"jwks_uri": 7}],
)
async def test_a_configuration_that_is_not_trustworthy_gives_no_keys(issuer: Issuer, changes: dict[str, Any]) -> None:
    issuer.configuration.update(changes)
    assert await issuer.reason("one") is Reason.KEYS_UNAVAILABLE


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={"keys": []}),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": "none"}),
        httpx.Response(200, json={"keys": []}),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b" " * 600_000),
    ],
)
async def test_an_answer_that_is_no_key_set_gives_no_keys(answer: httpx.Response) -> None:
    settings = IssuerSettings.model_validate({"issuer": URL, "audience": "kenes", "jwks_uri": f"{URL}/jwks"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as client:
        with pytest.raises(TokenRefusedError) as refusal:
            await IssuerKeys(settings, client).find("one", "ES256")
    assert refusal.value.reason is Reason.KEYS_UNAVAILABLE


def test_unusable_keys_of_a_set_are_left_out() -> None:
    keys = read_keys(
        {
            "keys": [
                EC1.as_dict(private=True),
                {**EC2.as_dict(private=False), "use": "enc"},
                OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
                OKPKey.generate_key("Ed25519", {"kid": "ed"}).as_dict(private=False),
                {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "AA", "y": "AA"},
                {"kty": "RSA", "kid": "short", "n": "AQAB" * 30, "e": "AQAB"},
                {"kty": "EC", "kid": "curve", "crv": "BP-256", "x": "AA", "y": "AA"},
                {"kty": "OKP", "kid": "curve", "crv": ["Ed25519"], "x": 5},
                {"kty": "RSA", "kid": "number", "n": 5, "e": None},
                OKPKey.generate_key("X25519", {"kid": "encrypts"}).as_dict(private=False),
                {"kty": "post-quantum"},
                "text",
                {},
            ]
        }
    )
    assert [key.kid for key in keys] == ["one", "ed"]
    assert not keys[0].is_private


async def test_a_token_without_key_id_is_checked_with_the_one_key_for_its_algorithm(issuer: Issuer) -> None:
    other = ECKey.generate_key("P-384").as_dict(private=False)
    encrypting = {**RSAKey.generate_key(2048).as_dict(private=False), "alg": "RSA-OAEP"}
    signing = RSAKey.generate_key(2048).as_dict(private=False)
    issuer.keys = [other, EC1.as_dict(private=False), encrypting, signing]
    assert (await issuer.store.find(None, "ES256")).kid == "one"
    assert (await issuer.store.find(None, "RS256")).as_dict(private=False)["n"] == signing["n"]


async def test_of_two_keys_without_ids_neither_is_guessed(issuer: Issuer) -> None:
    issuer.keys = [RSAKey.generate_key(2048).as_dict(private=False) for _ in range(2)]
    assert await issuer.reason(None, "RS256") is Reason.SIGNATURE_INVALID
