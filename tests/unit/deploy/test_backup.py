"""The nightly backup, and its page for operators: every collection is either kept or left out with a reason."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = (ROOT / "deploy/k8s/base/backup.yaml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("\n## Back up")[2].partition("\n## ")[0]
SERVICES = (ROOT / "services/order.txt").read_text(encoding="utf-8").split()


def rows(text: str) -> list[list[str]]:
    """The rows of a page's tables, by cells."""
    return [re.split(r" ?(?<!\\)\| ?", line.strip("| ")) for line in text.splitlines() if line.startswith("|")]


def named(cell: str) -> list[str]:
    return re.findall(r"`([\w.*]+)`", cell)


def kept() -> list[str]:
    """What is kept by `--keep`, as the page says."""
    [names] = [named(what) for what, backed_up, *_ in rows(PAGE) if backed_up == "by `--keep`"]
    return names


def collections(service: str) -> list[str]:
    """The collections of a service that are neither a projection nor a decider's state, as its README names them."""
    readme = (ROOT / f"services/{service}/README.md").read_text(encoding="utf-8")
    table = readme.partition("\n## Collections\n")[2].partition("\n## ")[0]
    found = [name for what, *_ in rows(table) for name in named(what)]
    return [name for name in found if not name.endswith(".vN") and not name.startswith("state.")]


@pytest.mark.parametrize("text", [MANIFEST, PAGE], ids=["manifest", "page"])
def test_what_is_kept_is_what_the_page_says(text: str) -> None:
    assert re.findall(r"--keep (\w+\.\w+)", text) == kept()


@pytest.mark.parametrize("service", SERVICES)
def test_every_collection_is_kept_or_left_out_on_purpose(service: str) -> None:
    told = [name.rpartition(".")[2] if name in kept() else name for what, *_ in rows(PAGE) for name in named(what)]
    own = {
        "N",
        "people",
        "vault.keys",
    }  # words of the table's head and of people's database, which has a row of its own
    missing = [
        name
        for name in collections(service)
        if name not in own and not any(fnmatch.fnmatch(name, each) for each in told)
    ]
    assert missing == []


def test_lanes_are_read_before_dead_letters() -> None:
    """An event that is given up meanwhile is then among the dead letters, or its lane has not passed it."""
    assert kept().index("notifications.stream_lanes") < kept().index("notifications.stream_dead_letters")
