"""A body's program gets a token from the local identity provider, as in a deployment, and acts for its body with it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kenes.local.identity_provider.machines import MACHINES
from services.notifications.pages.developers import clients
from tests.e2e.site import Site, running_site
from tests.integration.streaming import API

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the identity provider keeps what it made."""
    return tmp_path_factory.mktemp("identity")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with running_site(folder, service="notifications") as started:
        yield started


@pytest.fixture
def secrets(site: Site, folder: Path) -> dict[str, str]:
    """Secrets by client, of a provider that has started."""
    assert site.identity
    found: dict[str, str] = json.loads((folder / "identity" / "clients.json").read_text(encoding="utf-8"))
    return found


def client_of(site: Site, client: str, secret: str) -> httpx.Client:
    """A program with a token that it got as the API's description says: by discovery."""
    described = httpx.get(f"{site.url}{API}/openapi.json").json()["components"]["securitySchemes"]
    endpoint = httpx.get(described["openid"]["openIdConnectUrl"]).json()["token_endpoint"]
    answer = httpx.post(endpoint, data={"grant_type": "client_credentials"}, auth=(client, secret))
    headers = {"authorization": f"Bearer {answer.json()['access_token']}", "prefer": "wait=30"}
    return httpx.Client(base_url=site.url + API, headers=headers, timeout=120)


def test_programs_of_a_body_share_its_keys_and_no_others(site: Site, secrets: dict[str, str]) -> None:
    first, second, _ = MACHINES
    with client_of(site, first.client, secrets[first.client]) as program:
        made = program.post("/keys", json={"name": "Nightly", "scopes": ["streams:read"]})
        assert made.status_code == 201
        assert [each["prefix"] for each in program.get("/keys").json()["keys"]] == [made.json()["prefix"]]
    with client_of(site, second.client, secrets[second.client]) as other:
        assert other.get("/keys").json() == {"keys": []}
    person = httpx.post(f"{site.identity}/dev/token", json={"person": "saule"}).json()["access_token"]
    seen = httpx.get(f"{site.url}{API}/keys", headers={"authorization": f"Bearer {person}"}).json()["keys"]
    assert [each["name"] for each in seen] == ["Nightly"], "an official of the body sees what its program made"


def test_the_program_on_the_page_runs_as_it_is_copied(site: Site, secrets: dict[str, str], tmp_path: Path) -> None:
    page = httpx.get(f"{site.url}/developers").text
    [program] = [each for each in clients(site.url, site.identity) if each.file == "token.sh"]
    assert program.file in page
    assert f"{site.identity}/.well-known/openid-configuration" in page
    (tmp_path / program.file).write_text(program.text, encoding="utf-8")
    told = {"PATH": os.environ["PATH"], "KENES_CLIENT": "agency-culture"}

    def run(secret: str) -> subprocess.CompletedProcess[str]:
        environment = told | {"KENES_CLIENT_SECRET": secret}
        command = ["sh", program.file]
        return subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)

    assert json.loads(run(secrets["agency-culture"]).stdout) == {"streams": []}
    wrong = run("wrong")
    assert wrong.returncode != 0
    assert "401" in wrong.stderr
