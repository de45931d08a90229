"""Names of bodies in the three languages; see the table beside this module."""

import tomllib
from pathlib import Path
from typing import Final

from kenes.regions import sortable

_FILE: Final = Path(__file__).parent / "bodies.toml"
BODIES: Final[dict[str, dict[str, str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
"""By the code that their agents' role ends in."""


def body_name(code: str, language: str) -> str:
    """The name of a body; one that is not in the table is shown by its code."""
    names = BODIES.get(code)
    return code if names is None else names[language]


def in_order(names: dict[str, str]) -> list[tuple[str, str]]:
    """(code, name), in the order of the alphabet."""
    return sorted(names.items(), key=lambda pair: sortable(pair[1]))
