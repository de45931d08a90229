"""Names of bodies in the three languages: the directory that every page and letter takes them from."""

import tomllib
from pathlib import Path
from typing import Final

from kenes.regions import unit_name

_FILE: Final = Path(__file__).parent / "bodies.toml"
_NAMES: Final[dict[str, dict[str, str]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))


def body_name(code: str, language: str) -> str:
    """The name of a body by the code that its officials' role ends in, with that of its unit where it is one's.

    What is not in the directory is shown by its code.
    """
    body, _, unit = code.partition(":")
    names = _NAMES.get(body)
    if names is None:
        return code
    return f"{names[language]} ({unit_name(unit, language)})" if unit else names[language]
