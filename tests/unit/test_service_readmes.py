"""The README of a service: the same headings for each, and every module and folder of it named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "services"
NAMES = (SERVICES / "order.txt").read_text(encoding="utf-8").split()
HEADINGS = ["What it decides", "Topics", "Collections", "Where things are", "Run it alone"]


def readme(service: str) -> str:
    return (SERVICES / service / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("service", NAMES)
def test_it_has_the_headings_of_all_of_them(service: str) -> None:
    assert re.findall("^## (.+)$", readme(service), re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("service", NAMES)
def test_every_module_and_package_is_named(service: str) -> None:
    folder = SERVICES / service
    modules = {each.name for each in folder.glob("*.py") if not each.name.startswith("__")}
    packages = {f"{each.parent.name}/" for each in folder.glob("*/__init__.py")}
    assert modules | packages <= set(re.findall(r"`([\w.]+/?)`", readme(service)))


@pytest.mark.parametrize("service", NAMES)
def test_every_module_it_names_is_there(service: str) -> None:
    for named in re.findall(r"`([\w/]+\.py)`", readme(service)):
        assert (ROOT / named).exists() or [*(SERVICES / service).rglob(named)], named
