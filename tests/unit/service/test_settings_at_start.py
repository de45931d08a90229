"""What a process alone reads is checked before it reaches for anything: a wrong setting ends it with its name."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable

import pytest

from kenes.service import processes
from kenes.service.definition import Service
from kenes.setting_files import SettingError
from services.notifications.service import Notifications
from services.notifications.settings import Settings as NotificationSettings
from services.petitions.service import Petitions
from services.petitions.settings import Settings as PetitionSettings

RIGHT = {
    "KENES_KAFKA_BOOTSTRAP": "broker.invalid:9092",
    "KENES_MONGO_URI": "mongodb://db.invalid",
    "KENES_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    "KENES_PUBLIC_URL": "https://petitions.example",
    "KENES_ISSUERS": json.dumps([{"issuer": "https://id.example", "audience": "kenes"}]),
    "KENES_OIDC_ISSUER": "https://id.example",
    "KENES_OIDC_CLIENT_ID": "kenes",
    "KENES_OIDC_CLIENT_SECRET": "secret",
    "KENES_SMTP_HOST": "relay.invalid",
    "KENES_SMTP_FROM": "Kenes <no-reply@petitions.example>",
}


class ReachedError(Exception):
    """The process went on to broker and database."""


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The right settings and no other, and nothing behind them."""
    for name in [each for each in os.environ if each.startswith("KENES_")]:
        monkeypatch.delenv(name)
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)

    def reached(*_: object) -> None:
        raise ReachedError

    monkeypatch.setattr(processes, "share_heaps", reached)


def petitions() -> Service:
    """The petitions service."""
    return Petitions(PetitionSettings.load())


def notifications() -> Service:
    """The notifications service."""
    return Notifications(NotificationSettings.load())


SENDERS = [(petitions, "api"), (notifications, "api"), (notifications, "stream")]
OTHERS = [(petitions, "stream"), (petitions, "project"), (notifications, "project")]


@pytest.mark.parametrize(("service", "role"), [*SENDERS, (notifications, "project")])
def test_right_settings_let_a_process_go_on(service: Callable[[], Service], role: str) -> None:
    with pytest.raises(ReachedError):
        processes.run(service(), role)


@pytest.mark.parametrize(("service", "role"), SENDERS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KENES_SMTP_FROM", "nobody"),
        ("KENES_SMTP_PORT", "0"),
        ("KENES_SMTP_USER", "k"),
        ("KENES_SMTP_SECURITY", "ssl"),
        ("KENES_LETTERS_BY_CLIENT", "0"),
    ],
)
def test_a_wrong_setting_of_mail_ends_whoever_writes_letters(
    service: Callable[[], Service], role: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^{name}: "):
        processes.run(service(), role)


@pytest.mark.parametrize("role", ["api", "stream"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("KENES_TELEGRAM_BOT", "a b"), ("KENES_WEBPUSH_KEY", "short"), ("KENES_EGRESS_TEST_TARGETS", '["nowhere"]')],
)
def test_a_wrong_setting_of_another_way_out_is_named_too(
    role: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^{name}: "):
        processes.run(notifications(), role)


def test_what_comes_back_is_heard_by_the_api_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENES_BOUNCES_TOKEN", "short")
    with pytest.raises(SettingError, match=r"^KENES_BOUNCES_TOKEN: "):
        processes.run(notifications(), "api")
    with pytest.raises(ReachedError):
        processes.run(notifications(), "stream")


@pytest.mark.parametrize(("service", "role"), OTHERS)
def test_whoever_writes_no_letter_needs_no_settings_of_mail(
    service: Callable[[], Service], role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KENES_SMTP_FROM", "nobody")
    monkeypatch.setenv("KENES_LETTERS_BY_CLIENT", "0")
    with pytest.raises(ReachedError):
        processes.run(service(), role)
