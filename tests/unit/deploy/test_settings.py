"""What the compose file gives the services is what they read, with the secrets the script makes."""

import json
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from kenes.identity.discovery import endpoint
from kenes.identity.oidc import CALLBACK
from kenes.identity.settings import IdentitySettings, LoginSettings
from kenes.identity.settings import load as load_identity
from kenes.local.services import ROLES
from kenes.mail.settings import MailSettings
from kenes.settings import KitSettings
from kenes.web.settings import WebSettings

ROOT = Path(__file__).resolve().parents[3]
DOMAINS = {
    "KENES_DOMAIN": "petitions.example",
    "KENES_IDENTITY_DOMAIN": "id.example",
    "KENES_SMTP_HOST": "relay",
    "KENES_SMTP_PORT": "587",
    "KENES_SMTP_FROM": "Kenes <no-reply@petitions.example>",
    "KENES_SMTP_SECURITY": "starttls",
}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run(["sh", "deploy/secrets.sh", str(folder)], cwd=ROOT, check=True, capture_output=True, timeout=30)
    return folder


def environment(service: str, secrets: Path) -> dict[str, str]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, value in DOMAINS.items():
        text = text.replace(f"${{{name}:?set {name}, see deploy/compose.env.example}}", value)
    given = yaml.safe_load(text)["services"][service]["environment"]
    return {name: str(value).replace("/run/secrets", str(secrets)) for name, value in given.items()}


def enter(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)


PROCESSES = [f"{service}-{role}" for service in ("petitions", "consultations") for role in ROLES]


@pytest.mark.parametrize("service", PROCESSES)
def test_every_process_starts_with_its_settings(service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = environment(service, secrets)
    enter(monkeypatch, given)
    settings = KitSettings.load()
    assert settings.environment == "production"
    assert settings.mongo_uri.startswith("mongodb://kenes:")
    assert "replicaSet=kenes" in settings.mongo_uri
    assert len(settings.master_key.get_secret_value()) == 32
    assert settings.public_url == "https://petitions.example"
    assert settings.sites == dict.fromkeys(("petitions", "consultations"), "https://petitions.example")
    assert settings.metrics_port == 9464


def test_mail_goes_to_the_relay_that_was_named(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, environment("petitions-api", secrets))
    mail = load_identity(MailSettings)
    assert (mail.smtp_host, mail.smtp_port, mail.smtp_security) == ("relay", 587, "starttls")
    monkeypatch.setenv("KENES_SMTP_HOST", "none")
    assert load_identity(MailSettings).smtp_host is None


@pytest.mark.parametrize("service", ["petitions-api", "consultations-api"])
def test_every_variable_given_is_one_that_is_read(service: str, secrets: Path) -> None:
    read = {f"KENES_WEB__{name.upper()}" for name in WebSettings.model_fields}
    for settings in (KitSettings, IdentitySettings, LoginSettings, MailSettings):
        read |= {f"KENES_{name.upper()}" for name in settings.model_fields}
    given = {name.removesuffix("_FILE") for name in environment(service, secrets)}
    assert given - read == set()


@pytest.mark.parametrize("service", ["petitions-api", "consultations-api"])
def test_roles_are_those_of_the_realm(service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, environment(service, secrets))
    (issuer,) = load_identity(IdentitySettings).issuers
    realm = json.loads((ROOT / "deploy/keycloak/kenes-realm.json").read_text(encoding="utf-8"))
    assert set(issuer.claims.role_values) == {role["name"] for role in realm["roles"]["realm"]}
    assert set(issuer.claims.role_values) == set(realm["scopeMappings"][0]["roles"])


def test_the_gateway_is_trusted_and_sign_in_may_be_reached(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, environment("petitions-api", secrets))
    web = KitSettings.load().web
    project = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    subnet = project["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert [str(network) for network in web.trusted_proxies] == [subnet]
    assert project["services"]["keycloak"]["environment"]["KC_PROXY_TRUSTED_ADDRESSES"] == subnet
    assert web.identity_origins == ("https://id.example",)


def test_sign_in_goes_by_the_public_name_and_asks_for_keys_inside(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, environment("petitions-api", secrets))
    login = load_identity(LoginSettings)
    issuer = login.issuer_among(load_identity(IdentitySettings).issuers)
    assert login.oidc_client_secret.get_secret_value() == (secrets / "oidc_client_secret").read_text()
    # What Keycloak tells with a dynamic back channel: browsers go outside, services inside.
    configuration = {"jwks_uri": "http://keycloak:8080/realms/kenes/protocol/openid-connect/certs"}
    assert endpoint(configuration, "jwks_uri", issuer) == configuration["jwks_uri"]
    assert issuer.audiences == {"kenes"}
    realm = (ROOT / "deploy/keycloak/kenes-realm.json").read_text(encoding="utf-8")
    assert f'"${{KENES_PUBLIC_URL}}{CALLBACK}"' in realm
    assert f'"clientId": "{login.oidc_client_id}"' in realm


def test_secrets_are_closed_and_kept(secrets: Path) -> None:
    made = {path.name: path.read_bytes() for path in secrets.iterdir() if path.is_file()}
    named = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["secrets"]
    assert set(named) == set(made)
    assert all(made.values())
    assert len(set(made.values())) == len(made)
    for name in made:
        assert stat.S_IMODE((secrets / name).stat().st_mode) == 0o600
    again = subprocess.run(
        ["sh", "deploy/secrets.sh", str(secrets)], cwd=ROOT, check=True, capture_output=True, text=True, timeout=30
    )
    assert made == {path.name: path.read_bytes() for path in secrets.iterdir() if path.is_file()}
    assert not [line for line in again.stdout.splitlines() if line.startswith("made")]
    for name, content in made.items():
        assert content.decode() not in again.stdout, f"{name} was printed"
