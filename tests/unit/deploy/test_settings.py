"""What the compose file gives the services is what they read, with the secrets the script makes."""

import importlib
import json
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.table import METRICS_PORT, OPERATORS, deployed
from kenes.identity.discovery import endpoint
from kenes.identity.oidc import CALLBACK
from kenes.identity.settings import IdentitySettings, LoginSettings
from kenes.kafka.connection import client_options
from kenes.mail.settings import MailSettings
from kenes.setting_files import load_settings
from kenes.settings import KitSettings
from kenes.web.settings import WebSettings
from services.notifications.channels.telegram.settings import TelegramSettings
from services.notifications.channels.webpush.settings import WebPushSettings
from services.notifications.following.bounces import BounceSettings

ROOT = Path(__file__).resolve().parents[3]
DOMAINS = {
    "KENES_DOMAIN": "petitions.example",
    "KENES_CONSOLE_DOMAIN": "ops.example",
    "KENES_IDENTITY_DOMAIN": "id.example",
    "KENES_SMTP_HOST": "relay",
    "KENES_SMTP_PORT": "587",
    "KENES_SMTP_FROM": "Kenes <no-reply@petitions.example>",
    "KENES_SMTP_BOUNCES": "none",
    "KENES_SMTP_SECURITY": "starttls",
    "KENES_SMTP_USER": "none",
    "KENES_TELEGRAM_BOT": "none",
    "KENES_WEBPUSH_CONTACT": "mailto:admin@petitions.example",
}
BROUGHT = {"smtp_password", "telegram_token"}
"""Secrets that others give: empty until somebody fills them."""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run(["sh", "deploy/secrets.sh", str(folder)], cwd=ROOT, check=True, capture_output=True, timeout=200)
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


OF_CITIZENS = [service.name for service in deployed() if service.name != OPERATORS]
PROCESSES = [(service.name, name) for service in deployed() for name in service.named.values()]


@pytest.mark.parametrize(("service", "process"), PROCESSES)
def test_every_process_starts_with_its_settings(
    service: str, process: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environment(process, secrets)
    enter(monkeypatch, given)
    settings = KitSettings.load()
    assert settings.environment == "production"
    assert settings.mongo_uri.startswith(f"mongodb://{service}:")
    assert "replicaSet=kenes" in settings.mongo_uri
    assert client_options(settings.kafka_bootstrap)["sasl_plain_username"] == service
    assert len(settings.master_key.get_secret_value()) == 32
    assert settings.metrics_port == METRICS_PORT
    citizens = service != OPERATORS
    assert settings.public_url == ("https://petitions.example" if citizens else "https://ops.example")
    assert settings.sites == (dict.fromkeys(OF_CITIZENS, "https://petitions.example") if citizens else {})


def test_the_console_asks_every_process_for_its_health(secrets: Path) -> None:
    asked = json.loads(environment("console-api", secrets)["KENES_PROCESSES"])
    assert asked == {name: f"http://{name}:{METRICS_PORT}" for _, name in PROCESSES}


def test_mail_goes_to_the_relay_that_was_named(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, environment("petitions-api", secrets))
    mail = load_settings(MailSettings)
    assert (mail.smtp_host, mail.smtp_port, mail.smtp_security) == ("relay", 587, "starttls")
    assert (mail.smtp_user, mail.smtp_password) == (None, None), "an empty file is a setting left out"
    assert mail.smtp_bounces == "", "none is none"
    monkeypatch.setenv("KENES_SMTP_BOUNCES", "bounces@petitions.example")
    assert load_settings(MailSettings).smtp_bounces == "bounces@petitions.example"
    monkeypatch.setenv("KENES_SMTP_HOST", "none")
    assert load_settings(MailSettings).smtp_host is None


@pytest.mark.parametrize("process", [name for _, name in PROCESSES])
def test_every_variable_given_is_one_that_is_read(process: str, secrets: Path) -> None:
    own = importlib.import_module(f"services.{process.partition('-')[0]}.settings").Settings
    read = {f"KENES_WEB__{name.upper()}" for name in WebSettings.model_fields}
    ways = (TelegramSettings, WebPushSettings, BounceSettings) if process.startswith("notifications-") else ()
    for settings in (own, IdentitySettings, LoginSettings, MailSettings, *ways):
        read |= {f"KENES_{name.upper()}" for name in settings.model_fields}
    given = {name.removesuffix("_FILE") for name in environment(process, secrets)}
    assert given - read == set()


@pytest.mark.parametrize("service", [*OF_CITIZENS, OPERATORS])
def test_roles_are_those_of_the_realm(service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, environment(f"{service}-api", secrets))
    (issuer,) = load_settings(IdentitySettings).issuers
    realm = json.loads((ROOT / "deploy/keycloak/kenes-realm.json").read_text(encoding="utf-8"))
    client = load_settings(LoginSettings).oidc_client_id
    [mapped] = [each["roles"] for each in realm["scopeMappings"] if each["client"] == client]
    assert set(issuer.claims.role_values) == set(mapped)
    assert set(mapped) <= {role["name"] for role in realm["roles"]["realm"]}


def test_a_token_of_the_citizens_site_opens_nothing_of_the_console(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audiences = []
    for process in ("petitions-api", "console-api"):
        with monkeypatch.context() as patch:
            enter(patch, environment(process, secrets))
            (issuer,) = load_settings(IdentitySettings).issuers
            audiences.append(issuer.audiences)
    assert audiences == [{"kenes"}, {"kenes-console"}]


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
    login = load_settings(LoginSettings)
    issuer = login.issuer_among(load_settings(IdentitySettings).issuers)
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
    assert {name for name, content in made.items() if not content} == BROUGHT
    assert len(set(made.values())) == len(made) - len(BROUGHT) + 1
    for service in deployed():
        password = made[f"kafka_password_{service.name}"].decode()
        assert made[f"kafka_bootstrap_{service.name}"].decode() == f"scram://{service.name}:{password}@kafka:9092"
    for name in made:
        assert stat.S_IMODE((secrets / name).stat().st_mode) == 0o600
    again = subprocess.run(
        ["sh", "deploy/secrets.sh", str(secrets)], cwd=ROOT, check=True, capture_output=True, text=True, timeout=200
    )
    assert made == {path.name: path.read_bytes() for path in secrets.iterdir() if path.is_file()}
    assert not [line for line in again.stdout.splitlines() if line.startswith("made")]
    for name, content in made.items():
        assert name in BROUGHT or content.decode() not in again.stdout, f"{name} was printed"
