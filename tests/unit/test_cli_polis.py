"""`kenes import polis` and `kenes export polis` go to whichever service takes them, options and all."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kenes import cli
from kenes.local.services import Service


@pytest.mark.parametrize(
    "line",
    [
        ["import", "polis", "folder", "--title", "The park", "--days", "5"],
        ["import", "polis", "--language", "kk", "folder"],
        ["export", "polis", "c-1", "folder"],
        ["import", "polis", "--help"],
    ],
)
def test_the_line_goes_on_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: list[str]) -> None:
    for name in ("coffee", "tea"):
        (tmp_path / name).mkdir()
    (tmp_path / "tea" / "polis_command.py").touch()
    asked: list[tuple[str, int, list[str]]] = []

    def run(service: Service, number: int, arguments: Sequence[str]) -> int:
        asked.append((service.name, number, list(arguments)))
        return 65

    monkeypatch.setattr(cli, "find_services", lambda: [Service(name, tmp_path / name) for name in ("coffee", "tea")])
    monkeypatch.setattr(cli, "_run", run)
    done = CliRunner().invoke(cli.main, line)

    assert done.exit_code == 65, "the service's own status"
    assert asked == [("tea", 1, line)]
