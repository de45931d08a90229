"""How the whole is put together: services found by shape, ports, environment, and what the user's settings change."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import stat
from pathlib import Path

import pytest

from kenes.local import environment
from kenes.local.errors import LocalStackError
from kenes.local.keys import LocalKeys
from kenes.local.managed import ProcessSpec
from kenes.local.ports import free_port, is_free, require_free
from kenes.local.process import ChildProcess
from kenes.local.services import Service, services_in
from kenes.local.settings import LocalSettings
from kenes.local.stack import Stack

EXTERNAL = {
    environment.KAFKA: "kafka:9092",
    environment.MONGO: "mongodb://m",
    environment.LOGIN: "https://id.example",
    environment.SMTP: "mail.example",
    environment.TELEGRAM: "1:real",
    environment.WEBPUSH: "real",
}


def stack(folder: Path, services: list[Service] | None = None, user: dict[str, str] | None = None) -> Stack:
    found = [Service("tea", folder / "services" / "tea")] if services is None else services
    return Stack(LocalSettings(data=folder / "var"), found, EXTERNAL if user is None else user)


def env_of(spec: ProcessSpec) -> dict[str, str]:
    assert spec.child.env is not None
    return spec.child.env


def test_a_service_is_a_package_that_can_be_run(tmp_path: Path) -> None:
    for name in ("tea", "coffee"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__main__.py").touch()
    (tmp_path / "notes").mkdir()
    (tmp_path / "tea" / "seed.py").touch()
    (tmp_path / "coffee" / "rules_command.py").touch()
    found = services_in(tmp_path)
    assert [(one.name, one.has_demo_data, one.has_rules) for one in found] == [
        ("coffee", False, True),
        ("tea", True, False),
    ]


def test_each_process_has_a_metrics_port_of_its_own_and_each_service_a_site(tmp_path: Path) -> None:
    services = [Service(name, tmp_path / "services" / name) for name in ("tea", "coffee")]
    specs = stack(tmp_path, services).specs()
    assert [spec.name for spec in specs] == [
        f"{n}-{r}" for n in ("tea", "coffee") for r in ("api", "stream", "project")
    ]
    assert len({env_of(spec)["KENES_METRICS_PORT"] for spec in specs}) == 6
    assert [env_of(spec)["KENES_API_PORT"] for spec in specs] == ["8080"] * 3 + ["8081"] * 3
    assert env_of(specs[3])["KENES_PUBLIC_URL"] == "http://127.0.0.1:8081"


def test_the_order_file_says_which_site_comes_first(tmp_path: Path) -> None:
    for name in ("coffee", "tea", "water"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__main__.py").touch()
    (tmp_path / "order.txt").write_text("water\nlemonade\n")
    assert [service.name for service in services_in(tmp_path)] == ["water", "coffee", "tea"]


def test_every_process_is_told_the_sites_of_all_services(tmp_path: Path) -> None:
    services = [Service(name, tmp_path / "services" / name) for name in ("tea", "coffee")]
    told = {env_of(spec)["KENES_SITES"] for spec in stack(tmp_path, services).specs()}
    assert [json.loads(each) for each in told] == [
        {"tea": "http://127.0.0.1:8080", "coffee": "http://127.0.0.1:8081"},
    ]
    named = EXTERNAL | {"KENES_SITES": "{}"}
    assert env_of(stack(tmp_path, services, named).specs()[0])["KENES_SITES"] == "{}"


def test_every_process_is_told_where_all_of_them_tell_their_health(tmp_path: Path) -> None:
    services = [Service(name, tmp_path / "services" / name) for name in ("tea", "coffee")]
    specs = stack(tmp_path, services).specs()
    (told,) = {env_of(spec)["KENES_PROCESSES"] for spec in specs}
    own = {spec.name: f"http://127.0.0.1:{env_of(spec)['KENES_METRICS_PORT']}" for spec in specs}
    assert json.loads(told) == own


def test_the_variables_of_the_user_win(tmp_path: Path) -> None:
    user = EXTERNAL | {
        "KENES_MASTER_KEY": "mine",
        "KENES_PUBLIC_URL": "https://kenes.example",
        "KENES_API_PORT": "9000",
    }
    told = env_of(stack(tmp_path, user=user).specs()[0])
    assert told["KENES_MASTER_KEY"] == "mine"
    assert told["KENES_PUBLIC_URL"] == "https://kenes.example"
    assert told["KENES_API_PORT"] == "9000"
    assert told["KENES_KAFKA_BOOTSTRAP"] == "kafka:9092"


def test_a_server_the_user_names_is_not_started_here(tmp_path: Path) -> None:
    assert [spec.name for spec in stack(tmp_path).specs()] == ["tea-api", "tea-stream", "tea-project"]


def test_mail_goes_to_the_relay_of_this_machine_unless_the_user_names_one(tmp_path: Path) -> None:
    user = {name: value for name, value in EXTERNAL.items() if name != environment.SMTP}
    relay, api, *_ = stack(tmp_path, user=user).specs()
    assert (relay.name, relay.port) == ("mail", 8091)
    assert relay.child.argv[1:] == ["-m", "kenes.local.mail_sink", "--port", "8091", "--smtp-port", "19025"]
    told = {name: value for name, value in env_of(api).items() if name.startswith("KENES_SMTP")}
    assert told == environment.mail("127.0.0.1", 19025)
    assert ("mail that was sent", "http://127.0.0.1:8091") in stack(tmp_path, user=user).addresses()
    assert env_of(stack(tmp_path).specs()[0])["KENES_SMTP_HOST"] == "mail.example"


def test_telegram_and_push_go_to_this_machine_unless_the_user_names_the_real_ones(tmp_path: Path) -> None:
    real = {environment.TELEGRAM, environment.WEBPUSH}
    user = {name: value for name, value in EXTERNAL.items() if name not in real}
    telegram, push, api, *_ = stack(tmp_path, user=user).specs()
    assert [(spec.name, spec.port) for spec in (telegram, push)] == [("telegram", 8092), ("push", 8093)]
    told = env_of(api)
    assert told["KENES_TELEGRAM_API"] == "http://127.0.0.1:8092"
    assert len(base64.urlsafe_b64decode(told["KENES_WEBPUSH_KEY"])) == 32
    assert "127.0.0.1" in json.loads(told["KENES_WEBPUSH_HOSTS"])
    assert json.loads(told["KENES_EGRESS_TEST_TARGETS"]) == ["http://127.0.0.1:8093"]
    theirs = env_of(stack(tmp_path).specs()[0])
    assert theirs["KENES_TELEGRAM_TOKEN"] == "1:real"
    assert "KENES_EGRESS_TEST_TARGETS" not in theirs


def test_a_password_in_a_connection_string_of_the_user_is_not_shown(tmp_path: Path) -> None:
    user = EXTERNAL | {environment.MONGO: "mongodb://me:secret@db"}
    assert "secret" not in str(stack(tmp_path, user=user).addresses())


def test_demo_data_comes_after_the_processes_of_its_service(tmp_path: Path) -> None:
    folder = tmp_path / "services" / "tea"
    folder.mkdir(parents=True)
    (folder / "seed.py").touch()
    last = stack(tmp_path).specs()[-1]
    assert (last.name, last.once) == ("tea-seed", True)
    assert last.depends_on == ("tea-api", "tea-stream", "tea-project")


def test_the_local_issuer_comes_first_and_others_are_appended() -> None:
    issuers = json.loads(
        environment.issuers("http://127.0.0.1:1", {"KENES_ISSUERS_EXTRA": '[{"issuer": "https://x"}]'})
    )
    assert [one["issuer"] for one in issuers] == ["http://127.0.0.1:1", "https://x"]
    assert issuers[0]["claims"]["role_values"]["moderator"] == "moderator"


def test_an_issuer_of_the_user_makes_no_moderators_unasked() -> None:
    (issuer,) = json.loads(environment.issuers("https://id.example", {environment.LOGIN: "https://id.example"}))
    assert "claims" not in issuer


@pytest.mark.parametrize("value", ["{", '{"issuer": "x"}'])
def test_extra_issuers_that_are_no_list_are_refused_by_name(value: str) -> None:
    with pytest.raises(LocalStackError, match="KENES_ISSUERS_EXTRA"):
        environment.issuers("http://x", {"KENES_ISSUERS_EXTRA": value})


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    keys = LocalKeys.of(tmp_path)
    assert LocalKeys.of(tmp_path) == keys
    assert len(base64.b64decode(keys.master_key, validate=True)) == 32
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert keys.master_key not in repr(keys)
    assert LocalKeys.of(tmp_path / "other") != keys


def test_damaged_secrets_are_said_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{}")
    with pytest.raises(LocalStackError, match=r"secrets\.json cannot be read"):
        LocalKeys.of(tmp_path)


def test_a_taken_port_is_named_with_its_use_its_holder_and_its_setting() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(LocalStackError) as refusal:
            require_free(port, "Kafka", "KENES_LOCAL_KAFKA_PORT")
    message = str(refusal.value)
    assert re.match(rf"port {port} for Kafka is taken by \S+ \(pid {os.getpid()}\): ", message)
    assert "KENES_LOCAL_KAFKA_PORT" in message
    assert "\n" not in message


def test_a_port_given_out_twice_is_refused_with_both_uses(tmp_path: Path) -> None:
    site, metrics = free_port(), free_port()
    user = EXTERNAL | {environment.API_PORT: str(site), environment.METRICS_PORT: str(metrics)}
    stack(tmp_path, user=user).require_ports()
    with pytest.raises(LocalStackError, match=f"port {site} is meant for the site of tea and for metrics of tea api"):
        stack(tmp_path, user=user | {environment.METRICS_PORT: str(site)}).require_ports()


def test_nobody_is_given_a_port_that_was_just_given() -> None:
    given = [free_port() for _ in range(150)]
    assert len(set(given)) == len(given)


def test_a_port_taken_on_all_addresses_is_taken_here_too() -> None:
    port = free_port()
    assert is_free(port)
    with socket.socket() as listener:
        listener.bind(("", port))
        listener.listen()
        assert not is_free(port)


def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENES_LOCAL_KAFKA_PORT", "many")
    with pytest.raises(LocalStackError, match="KENES_LOCAL_KAFKA_PORT"):
        LocalSettings.load()
    monkeypatch.setenv("KENES_LOCAL_KAFKA_PORT", "8080")
    same = "settings: KENES_LOCAL_KAFKA_PORT and KENES_LOCAL_API_PORT are the same port"
    with pytest.raises(LocalStackError, match=f"^{same}$"):
        LocalSettings.load()


@pytest.mark.parametrize("variable", [environment.API_PORT, environment.METRICS_PORT])
@pytest.mark.parametrize("value", ["abc", "0", "65001", "-1", "²"])
def test_a_port_of_the_user_that_is_none_is_named(variable: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match=f"^setting {variable}: must be a port from 1 to 65000$"):
        stack(tmp_path, user=EXTERNAL | {variable: value})


def test_specs_keep_logs_under_the_data_folder(tmp_path: Path) -> None:
    child: ChildProcess = stack(tmp_path).specs()[0].child
    assert child.log == tmp_path / "var" / "logs" / "tea-api.log"
