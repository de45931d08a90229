"""Whoever wrote a wrong file is told the line: of every value, whatever stands around it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.rules.toml_file import Place, TomlFile, read_toml

PACKS = Path("services/petitions/rule_packs")
TRICKY = '''\
# a = 1
"a.b" = """
[x]
c = 2
"""
list = [
  1,  # [y]
  { z = 2 },
]
c.d.e = 'x = "y"'

[x.y]
w = { v = 1 }
[[t]]
[[t]]
u = """one"""
'''


def places(content: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for part, value in inner:
        yield (*above, part)
        yield from places(value, (*above, part))


@pytest.mark.parametrize("name", ["kz-republic", "eu-initiative", "uk-parliament", "subjects/kz-2026"])
def test_the_line_of_every_value_names_it(name: str) -> None:
    file = read_toml(PACKS / f"{name}.toml")
    found = list(places(file.content))
    assert len(found) > 40
    for place in found:
        line = file.lines[file.line(place) - 1]
        key = next(part for part in reversed(place) if isinstance(part, str))
        assert key in line, (place, line)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (["a.b"], 2),
        (["list"], 6),
        (["list", 1, "z"], 6),
        (["c", "d", "e"], 10),
        (["x"], 12),
        (["x", "y", "w", "v"], 13),
        (["t", 0], 14),
        (["t", 1], 15),
        (["t", 1, "u"], 16),
        (["t", 1, "missing"], 15),
        (["t", 2], 14),
        (["x", "y", "missing", "deep"], 12),
        (["missing"], 1),
        ([], 1),
    ],
)
def test_lines_of_a_tricky_file(tmp_path: Path, place: Place, line: int) -> None:
    (tmp_path / "a.toml").write_text(TRICKY, encoding="utf-8")
    assert read_toml(tmp_path / "a.toml").line(place) == line


@given(st.lists(st.sampled_from(["", "# note", 'k{} = """\na = 1\n"""', "k{} = 2", "[t{}]"]), max_size=12))
def test_what_stands_above_moves_the_line_and_nothing_else(above: list[str]) -> None:
    head = "\n".join(part.format(number) for number, part in enumerate(above))
    lines = [*head.split("\n"), "[last]", "value = 1"]
    file = TomlFile(Path("a.toml"), tomllib.loads("\n".join(lines)), tuple(lines))
    assert file.line(["last", "value"]) == len(lines)
