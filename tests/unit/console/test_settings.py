"""The console's settings, and the services it looks at."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.setting_files import SettingError
from services.console.databases import databases_of, service_names
from services.console.service import Console
from services.console.settings import Settings


def settings(**told: object) -> Settings:
    needed = {
        "kafka_bootstrap": "k:9092",
        "mongo_uri": "mongodb://m",
        "master_key": base64.b64encode(b"k" * 32).decode(),
        "environment": "test",
    }
    return Settings.model_validate(needed | told)


def test_its_session_is_not_the_citizens() -> None:
    assert settings().web.session_cookie == "kenes-console"
    assert settings(public_url="https://console.kenes.example").web.session_cookie == "__Host-kenes-console"


def test_every_service_that_owns_a_topic_is_looked_at() -> None:
    assert {"petitions", "consultations"} <= set(service_names())
    client = SimpleNamespace(get_database=lambda name, **_options: SimpleNamespace(name=name))
    told = settings(console_databases={"petitions": "kz_petitions"}, console_database="watch")
    found = databases_of(told, cast("Any", SimpleNamespace(client=client)))
    names = {service: database.name for service, database in found.items()}
    assert (names["petitions"], names["consultations"], names["console"]) == ("kz_petitions", "consultations", "watch")


def test_a_wrong_alert_rule_stops_it_with_the_name_of_the_setting(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[alert]]\nname = "X1"\n')
    with pytest.raises(SettingError, match=r"^KENES_CONSOLE_ALERTS: .*mine\.toml:1: "):
        Console(settings(console_alerts=tmp_path))
