"""docs/operations.md tells every setting: those of the services by name, the others by the file that describes them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from kenes.settings import KitSettings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
FILES = sorted(
    path.relative_to(ROOT)
    for folder in ("kenes", "services")
    for path in ROOT.glob(f"{folder}/**/*.py")
    if re.search(r"^class \w+\((?:Base|File|Kit)Settings\):", path.read_text(encoding="utf-8"), re.MULTILINE)
)
SERVICES = [each.parts[1] for each in FILES if each.match("services/*/settings.py")]


def fields(kind: type[KitSettings]) -> set[str]:
    return {f"KENES_{name.upper()}" for name in kind.model_fields if name != "web"}


def test_there_are_files_of_settings() -> None:
    assert len(FILES) > 10
    assert len(SERVICES) == 4


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_file_of_settings_is_named(file: Path) -> None:
    assert f"`{file}`" in PAGE


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_is_in_the_table(service: str) -> None:
    told = {
        name for row in re.findall(r"^\| (`KENES_.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"KENES_\w+", row)
    }
    assert fields(importlib.import_module(f"services.{service}.settings").Settings) - told == set()
