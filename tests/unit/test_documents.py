"""What the documents name is there: pages, headings, files, settings and the verbs people are told to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from kenes.cli import main
from kenes.local.identity_provider.people import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "services/*/README.md", "deploy/**/*.md")
    for path in ROOT.glob(pattern)
)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def text_of(page: Path) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def headings(page: Path) -> frozenset[str]:
    """The names under which a page's headings are linked to."""
    found = re.findall(r"^#+ (.+)$", _FENCE.sub("", text_of(page)), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found)


def links(page: Path) -> Iterator[str]:
    """Where a page leads to within this checkout."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if not re.match(r"[a-z]+:", target):
            yield target


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Every command there is, with the words before it."""
    for name, command in group.commands.items():
        yield before + name
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        file, _, heading = link.partition("#")
        target = (ROOT / page.parent / file).resolve() if file else ROOT / page
        assert target.exists(), link
        if heading and target.suffix == ".md":
            assert heading in headings(target.relative_to(ROOT)), link


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_files_that_are_named_are_there(page: Path) -> None:
    named = re.findall(r"`((?:kenes|services|schemas|tests|deploy|docs)/[\w./-]+)`", text_of(page))
    assert [path for path in named if "/NAME" not in path and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_that_are_named_can_be_typed(page: Path) -> None:
    verbs = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    typed = re.findall(r"(?:`|^    )make ([a-z]+)", text_of(page), re.MULTILINE)
    assert set(typed) <= {*verbs}
    known = {*commands(main)}
    for words in re.findall(r"(?:`|^    )(?:\.venv/bin/)?kenes ((?:[a-z]+ ?)+)", text_of(page), re.MULTILINE):
        first, *more = words.split()
        assert first in known, words
        if any(name.startswith(f"{first} ") for name in known):
            assert more, words
            assert f"{first} {more[0]}" in known, words


def test_settings_that_are_named_are_read() -> None:
    """Each is spelled somewhere, or the end of its name is a field of some settings, whose beginning has a prefix."""
    sources = [*ROOT.glob("tests/**/*.py"), ROOT / "Makefile"]
    for folder in ("kenes", "services", "deploy"):
        sources += [path for path in ROOT.glob(f"{folder}/**/*") if path.suffix in {".py", ".yml", ".yaml", ".sh"}]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources if path != Path(__file__))
    known = {*re.findall(r"\bKENES_[A-Z_]*[A-Z]\b", text)}
    known |= {
        f"{prefix}{field.upper()}"
        for field in re.findall(r"^    ([a-z_]+): .*=", text, re.MULTILINE)
        for prefix in ("KENES_", "KENES_LOCAL_", "KENES_WEB__")
    }
    named = {(str(page), name) for page in PAGES for name in re.findall(r"\bKENES_[A-Z_]*[A-Z]\b", text_of(page))}
    assert len(named) > 50
    assert [each for each in sorted(named) if each[1] not in known] == []


def test_programs_are_told_every_test_person_there_is() -> None:
    told = re.search(r"^The people are (.+?);", text_of(Path("docs/api.md")), re.MULTILINE | re.DOTALL)
    assert told is not None
    assert re.findall(r"`(\w+)`", told[1]) == [each.key for each in PEOPLE]
