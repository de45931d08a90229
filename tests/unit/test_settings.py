"""Settings: a wrong one stops the process with its name, and no secret is ever shown."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from kenes.settings import KitSettings
from services.petitions.settings import Settings

KEY = bytes(range(32))
PASSWORD = "correct-horse-battery"
NEEDED = {
    "KENES_KAFKA_BOOTSTRAP": "broker:9092",
    "KENES_MONGO_URI": f"mongodb://kenes:{PASSWORD}@db:27017",
    "KENES_MASTER_KEY": base64.b64encode(KEY).decode(),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but what is needed."""
    for name in list(os.environ):
        if name.startswith("KENES_"):
            monkeypatch.delenv(name)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)


def refused(capsys: pytest.CaptureFixture[str], kind: type[KitSettings] = Settings) -> str:
    """What a process that is stopped at start says."""
    with pytest.raises(SystemExit) as stopped:
        kind.load()
    assert stopped.value.code == 78
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1, "one line for one mistake"
    return said.err


def test_what_is_needed_is_enough() -> None:
    settings = Settings.load()

    assert settings.environment == "production", "the careful one is the default"
    assert settings.master_key.get_secret_value() == KEY
    assert settings.api_host == settings.metrics_host == "127.0.0.1"
    assert settings.petitions_rule_packs.is_dir()
    assert settings.small_group == 5


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.delenv(name)

    assert refused(capsys) == f"setting {name}: Field required\n"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("KENES_ENVIRONMENT", "prod", "'local', 'test' or 'production'"),
        ("KENES_API_PORT", "70000", "less than or equal to 65535"),
        ("KENES_API_PORT", "http", "valid integer"),
        ("KENES_METRICS_PORT", "-1", "greater than or equal to 0"),
        ("KENES_KAFKA_REPLICATION", "0", "greater than or equal to 1"),
        ("KENES_KAFKA_SESSION_TIMEOUT", "0.5", "greater than or equal to 1"),
        ("KENES_MONGO_TIMEOUT", "0", "greater than 0"),
        ("KENES_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("KENES_PUBLIC_URL", "nope", "not an http(s) origin"),
        ("KENES_PUBLIC_URL", "https://kenes.example/path", "must not have a path"),
        ("KENES_WAIT_LIMIT", "0", "greater than 0"),
        ("KENES_SMALL_GROUP", "0", "greater than or equal to 1"),
        ("KENES_MASTER_KEY", "not base64!", "must be base64"),
        ("KENES_MASTER_KEY", "ключ", "ASCII"),
        ("KENES_MASTER_KEY", base64.b64encode(b"short").decode(), "must be 32 bytes, base64; it is 5 bytes"),
        ("KENES_MASTER_KEY", base64.b64encode(b"l" * 33).decode(), "it is 33 bytes"),
        ("KENES_MASTER_KEY", "", "it is 0 bytes"),
        ("KENES_WEB__READ_LIMIT", "0", "greater than or equal to 1"),
        ("KENES_WEB__UNHEARD_OF", "1", "Extra inputs are not permitted"),
        ("KENES_WEB__TRUSTED_PROXIES", '["10.0.0.0/33"]', "not a valid IPv4 network"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)

    said = refused(capsys)

    assert said.startswith(f"setting {name}: ")
    assert reason in said
    if name == "KENES_MASTER_KEY" and value:
        assert value not in said


@pytest.mark.parametrize(("name", "value"), [("KENES_WEB", "{bad"), ("KENES_WEB__ALLOWED_HOSTS", "kenes.example")])
def test_what_should_be_json_and_is_not_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    said = refused(capsys)

    assert said.startswith("setting KENES_WEB: must be JSON")
    assert value not in said


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KENES_API_PORT", "x")
    monkeypatch.setenv("KENES_LOG_LEVEL", "x")
    monkeypatch.delenv("KENES_MASTER_KEY")

    with pytest.raises(SystemExit):
        Settings.load()

    said = capsys.readouterr().err.splitlines()
    assert {line.split(":")[0] for line in said} == {
        "setting KENES_API_PORT",
        "setting KENES_LOG_LEVEL",
        "setting KENES_MASTER_KEY",
    }


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("KENES_MASTER_KEY", NEEDED["KENES_MASTER_KEY"] + "\n", KEY),
        ("KENES_MONGO_URI", " mongodb://x \n", "mongodb://x"),
        ("KENES_KAFKA_BOOTSTRAP", "b:1", "b:1"),
    ],
)
def test_a_setting_may_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: str, expected: object
) -> None:
    (tmp_path / "secret").write_text(content)
    monkeypatch.delenv(name)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    found = getattr(Settings.load(), name.removeprefix("KENES_").lower())

    assert (found.get_secret_value() if name == "KENES_MASTER_KEY" else found) == expected


def test_a_setting_given_outright_wins_over_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KENES_MONGO_URI_FILE", str(tmp_path / "nowhere"))

    assert Settings.load().mongo_uri == NEEDED["KENES_MONGO_URI"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b"\xff\xfe", "not UTF-8 text"),
        (b"not base64!", "must be base64"),
        (b"", "Field required"),
    ],
)
def test_a_wrong_file_is_named_and_its_content_is_not(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes | None,
    reason: str,
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.delenv("KENES_MASTER_KEY")
    monkeypatch.setenv("KENES_MASTER_KEY_FILE", str(tmp_path / "secret"))

    said = refused(capsys)

    assert said.startswith("setting KENES_MASTER_KEY")
    assert reason in said
    assert "not base64!" not in said


def test_no_secret_is_shown() -> None:
    settings = Settings.load()

    shown = repr(settings) + str(settings)
    for secret in (PASSWORD, NEEDED["KENES_MASTER_KEY"], repr(KEY)[2:-1], KEY.hex()):
        assert secret not in shown
    assert NEEDED["KENES_MASTER_KEY"] not in settings.model_dump_json()


def test_secrets_have_no_default() -> None:
    for name in ("master_key", "mongo_uri"):
        assert KitSettings.model_fields[name].is_required()


def test_settings_do_not_change() -> None:
    settings = Settings.load()

    with pytest.raises(ValidationError, match="frozen"):
        settings.api_port = 1  # type: ignore[misc]  # which is the point


@pytest.mark.parametrize("kind", [KitSettings, Settings])
def test_every_setting_says_what_it_is(kind: type[KitSettings]) -> None:
    assert [name for name, field in kind.model_fields.items() if not field.description] == []


def test_the_public_url_reaches_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENES_PUBLIC_URL", "https://kenes.example")
    monkeypatch.setenv("KENES_WEB__WRITE_LIMIT", "7")
    monkeypatch.setenv("KENES_WEB__ALLOWED_HOSTS", '["Www.Kenes.example"]')

    web = Settings.load().web

    assert (web.public_url, web.secure, web.write_limit) == ("https://kenes.example", True, 7)
    assert web.hosts == {"kenes.example", "www.kenes.example"}


@pytest.mark.parametrize(
    ("verb", "wrong", "said"),
    [
        ("audit", {"KENES_MASTER_KEY": "short"}, "setting KENES_MASTER_KEY: must be base64\n"),
        # Known before the broker is looked for, which is not there.
        ("api", {"KENES_ISSUERS": "[]"}, "setting KENES_ISSUERS: Tuple should have at least 1 item"),
    ],
)
def test_a_service_with_a_wrong_setting_ends_with_78(verb: str, wrong: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.petitions", verb],
        env={**NEEDED, **wrong},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 78
    assert done.stderr.startswith(said)
