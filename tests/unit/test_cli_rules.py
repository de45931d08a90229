"""`kenes rules` asks whichever services keep rules, and knows none of them by name."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kenes import cli
from kenes.local.services import Service


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, int, list[str]]]:
    """Two services, of which one keeps rules; what each is asked."""
    for name in ("coffee", "tea"):
        (tmp_path / name).mkdir()
    (tmp_path / "tea" / "rules_command.py").touch()
    calls: list[tuple[str, int, list[str]]] = []

    def run(service: Service, number: int, arguments: Sequence[str]) -> int:
        calls.append((service.name, number, list(arguments)))
        return 3

    monkeypatch.setattr(cli, "find_services", lambda: [Service(name, tmp_path / name) for name in ("coffee", "tea")])
    monkeypatch.setattr(cli, "_run", run)
    return calls


@pytest.mark.parametrize(
    ("line", "passed_on"),
    [
        (["list"], ["rules", "list"]),
        (["list", "--on", "2025-06-01"], ["rules", "list", "--on", "2025-06-01"]),
        (["explain", "p-1"], ["rules", "explain", "p-1"]),
    ],
)
def test_the_question_goes_to_the_service_that_keeps_rules(
    asked: list[tuple[str, int, list[str]]], line: list[str], passed_on: list[str]
) -> None:
    done = CliRunner().invoke(cli.main, ["rules", *line])

    assert done.exit_code == 3, "the service's own status"
    assert asked == [("tea", 1, passed_on)]


def test_explain_asks_for_a_petition(asked: list[tuple[str, int, list[str]]]) -> None:
    assert CliRunner().invoke(cli.main, ["rules", "explain"]).exit_code == 2
    assert not asked
