"""Names of regions and of bodies in the three languages; see the two tables beside this module."""

import tomllib
from pathlib import Path
from typing import Final

Names = dict[str, dict[str, str]]


def _table(name: str) -> Names:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


REGIONS: Final = _table("regions.toml")
"""By ISO 3166-2 code."""
BODIES: Final = _table("bodies.toml")
"""By the code that their agents' role ends in."""


def region_name(code: str, language: str) -> str:
    """The name of a region; a code of another country is shown as it is."""
    names = REGIONS.get(code)
    return code if names is None else names[language]


def body_name(code: str, language: str) -> str:
    """The name of a body; one that is not in the table is shown by its code."""
    names = BODIES.get(code)
    return code if names is None else names[language]


def in_order(names: dict[str, str]) -> list[tuple[str, str]]:
    """(code, name), in the order of the alphabet."""
    # Sorting by code points puts Kazakh letters last; reading them as their neighbours is what readers expect.
    return sorted(names.items(), key=lambda pair: pair[1].casefold().translate(_LETTERS))


_LETTERS: Final = str.maketrans(
    {"ә": "а\uffff", "ғ": "г\uffff", "қ": "к\uffff", "ң": "н\uffff", "ө": "о\uffff"}
    | {"ұ": "у\uffff", "ү": "у\uffff\uffff", "һ": "х\uffff", "і": "ы\uffff"}
)
