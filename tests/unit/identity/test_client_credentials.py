"""The local provider's client credentials (RFC 6749, section 4.4): a body's program gets a token that our API takes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from kenes.identity.bearer import BearerVerifier
from kenes.identity.settings import IssuerSettings
from kenes.local.environment import issuers
from kenes.local.identity_provider.app import Provider
from kenes.local.identity_provider.machines import MACHINES, Machine
from kenes.local.identity_provider.people import PEOPLE
from kenes.local.identity_provider.settings import ProviderSettings
from kenes.local.identity_provider.texts import TEXTS

ROOT = Path(__file__).resolve().parents[3]
ISSUER = "http://127.0.0.1:8090"
ASK = {"grant_type": "client_credentials"}


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = ProviderSettings(environment="test", local_data=tmp_path)
    transport = httpx.ASGITransport(Provider(ISSUER, settings).app())
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client


@pytest.fixture
def secrets(provider: httpx.AsyncClient, tmp_path: Path) -> dict[str, str]:
    """What the provider made at its first start, by client."""
    found: dict[str, str] = json.loads((tmp_path / "identity" / "clients.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.client)
async def test_a_program_acts_for_its_body(
    provider: httpx.AsyncClient, secrets: dict[str, str], machine: Machine
) -> None:
    answer = await provider.post("/token", data=ASK, auth=(machine.client, secrets[machine.client]))
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told.keys() == {"access_token", "token_type", "expires_in", "scope"}, "no refresh token, no ID token"
    trusted = IssuerSettings.model_validate(json.loads(issuers(ISSUER, {}))[0])
    async with BearerVerifier([trusted], client=provider) as verifier:
        person = await verifier.verify(told["access_token"])
    assert [role.partition(":")[0] for role in person.roles] == ["agency"]
    assert (person.subject, person.given_name, person.birth_date) == (machine.client, "", None)


async def test_the_secret_may_come_in_the_form_and_not_in_both(
    provider: httpx.AsyncClient, secrets: dict[str, str]
) -> None:
    name = MACHINES[0].client
    form = {**ASK, "client_id": name, "client_secret": secrets[name]}
    assert (await provider.post("/token", data=form)).status_code == 200
    both = await provider.post("/token", data=form, auth=(name, secrets[name]))
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("client", "grant"), [("kenes-web", "client_credentials"), (MACHINES[0].client, "authorization_code")]
)
async def test_a_client_has_one_grant(
    provider: httpx.AsyncClient, secrets: dict[str, str], client: str, grant: str
) -> None:
    answer = await provider.post("/token", data={"grant_type": grant}, auth=(client, secrets[client]))
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_nobody_signs_in_at_a_machine(provider: httpx.AsyncClient) -> None:
    asked = {"client_id": MACHINES[0].client, "redirect_uri": "http://127.0.0.1:9/auth/callback"}
    answer = await provider.get("/authorize", params={**asked, "response_type": "code", "scope": "openid"})
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("language", sorted(TEXTS))
async def test_a_newcomer_finds_every_secret_on_the_first_page(
    provider: httpx.AsyncClient, secrets: dict[str, str], language: str
) -> None:
    page = (await provider.get("/", params={"lang": language})).text
    for machine in MACHINES:
        assert TEXTS[language][f"role_{machine.role}"] in page
        assert secrets[machine.client] in page
    assert secrets["kenes-web"] not in page


def test_every_body_with_an_official_has_a_program() -> None:
    officials = {person.role for person in PEOPLE} & {"agency", "akimat", "culture"}
    assert {machine.role for machine in MACHINES} == officials


def test_the_realm_of_a_deployment_has_the_same_programs() -> None:
    realm = json.loads((ROOT / "deploy/keycloak/kenes-realm.json").read_text(encoding="utf-8"))
    found = [user for user in realm["users"] if "serviceAccountClientId" in user]
    accounts = {user["serviceAccountClientId"]: user["realmRoles"] for user in found}
    assert accounts == {machine.client: [machine.role] for machine in MACHINES}
