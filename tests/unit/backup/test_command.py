"""What the command says where a backup cannot be written."""

from __future__ import annotations

import base64
import errno
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kenes.backup import __main__ as command
from kenes.backup.files import LineFile
from kenes.kafka.producer import BrokerError
from kenes.mongo.client import DatabaseError


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that lead nowhere: nothing is asked."""
    told = {
        "KENES_ENVIRONMENT": "test",
        "KENES_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "KENES_MONGO_URI": "mongodb://127.0.0.1:1",
        "KENES_MASTER_KEY": base64.b64encode(b"k" * 32).decode(),
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("settings")
def test_a_full_disk_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def full(*_asked: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command, "back_up", full)
    ran = CliRunner().invoke(command.main, ["backup", str(tmp_path / "one")])
    assert ran.exit_code == 1
    assert ran.output == f"{tmp_path / 'one'}: No space left on device\n"


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(("error", "told"), [(BrokerError, "the broker"), (DatabaseError, "the database")])
def test_what_does_not_answer_is_told_in_one_line(
    error: type[Exception], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def away(*_asked: Any) -> None:
        raise error("away")

    monkeypatch.setattr(command, "restore", away)
    ran = CliRunner().invoke(command.main, ["restore", str(tmp_path / "one")])
    assert ran.exit_code == 69
    assert f"{told} does not answer" in ran.output


def test_a_file_that_cannot_be_written_to_its_end_is_closed(tmp_path: Path) -> None:
    (tmp_path / "lines").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"), LineFile(tmp_path, "lines") as file:
        file.write("a line")
    assert file._raw.closed
