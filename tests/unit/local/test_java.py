"""Which Java: the first that runs and is new enough, and one clear line when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from kenes.local import java
from kenes.local.errors import LocalStackError
from kenes.local.java import find_java, java_version


def fake_java(folder: Path, says: str, status: int = 0) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {status}\n")
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(java, "_wheel", lambda: None)


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_401"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("Unable to locate a Java Runtime.", None),
    ],
)
def test_the_version_is_read_from_what_java_says(tmp_path: Path, says: str, version: int | None) -> None:
    assert java_version(fake_java(tmp_path, says)) == version


def test_java_home_comes_before_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, path = fake_java(tmp_path / "home", 'version "21.0.1"'), fake_java(tmp_path / "path", 'version "21.0.1"')
    monkeypatch.setenv("PATH", str(path.parent))
    assert find_java() == path
    monkeypatch.setenv("JAVA_HOME", str(home.parent.parent))
    assert find_java() == home


def test_a_java_that_is_too_old_or_broken_is_passed_over_for_the_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    monkeypatch.setenv("PATH", str(fake_java(tmp_path / "old", 'version "11.0.2"').parent))
    wheel = fake_java(tmp_path / "wheel", 'version "25.0.2"')
    monkeypatch.setattr(java, "_wheel", lambda: wheel)
    assert find_java() == wheel


def test_no_java_is_said_in_one_line_that_tells_what_was_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    monkeypatch.setenv("PATH", str(fake_java(tmp_path / "old", 'version "11.0.2"').parent))
    with pytest.raises(LocalStackError) as refusal:
        find_java()
    message = str(refusal.value)
    assert "\n" not in message
    assert "JAVA_HOME: does not run; PATH: version 11" in message
