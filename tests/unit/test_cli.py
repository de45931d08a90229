"""What every command of `kenes` says of wrong settings: one line with the name of the setting, and status 1."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kenes.cli import main

COMMANDS = ["up", "down", "status", "audit", "rebuild petitions", "backup one", "restore one", "rules list", "load"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_setting_is_told_in_one_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENES_LOCAL_KAFKA_PORT", "abc")
    ran = CliRunner().invoke(main, command.split())
    assert isinstance(ran.exception, SystemExit)
    assert ran.exit_code == 1
    [line] = ran.output.splitlines()
    assert line.startswith("kenes: setting KENES_LOCAL_KAFKA_PORT: ")


@pytest.mark.parametrize("command", ["up", "status", "audit"])
def test_so_is_a_port_of_the_services_own(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("KENES_LOCAL_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("KENES_API_PORT", "65535")
    ran = CliRunner().invoke(main, [command])
    assert isinstance(ran.exception, SystemExit)
    assert ran.exit_code == 1
    [line] = ran.output.splitlines()
    assert line == "kenes: setting KENES_API_PORT: must be a port from 1 to 65000"
