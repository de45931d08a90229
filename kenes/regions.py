"""Names of regions, and of the districts and cities in them, in the three languages; their files name the source."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale

_HERE: Final = Path(__file__).parent


def _read(file: str) -> dict[str, dict[str, str]]:
    """Names by code and language."""
    return tomllib.loads((_HERE / file).read_text(encoding="utf-8"))


_NAMES: Final = _read("regions.toml")
_DISTRICTS: Final = _read("districts.toml")


def region_name(code: str, language: str) -> str:
    """The name of a region by ISO 3166-2 code; a code of another country is shown as it is."""
    names = _NAMES.get(code)
    return code if names is None else names[language]


def unit_name(code: str, language: str) -> str:
    """The name of an administrative unit: of a region, or of a district or city in one; others as they are."""
    names = _DISTRICTS.get(code)
    return region_name(code, language) if names is None else names[language]


def place_name(code: str, language: str) -> str:
    """The name of a country by ISO 3166-1 code, or of a region; what nobody knows is shown as it is."""
    return Locale(language).territories.get(code) or region_name(code, language)


@cache
def regions(language: str) -> Sequence[tuple[str, str]]:
    """(code, name) of every region, in the order of the alphabet."""
    # Sorting by code points puts Kazakh letters last; reading them as their neighbours is what readers expect.
    named = ((code, names[language]) for code, names in _NAMES.items())
    return tuple(sorted(named, key=lambda pair: sortable(pair[1])))


_LETTERS: Final = str.maketrans(
    {"ә": "а\uffff", "ғ": "г\uffff", "қ": "к\uffff", "ң": "н\uffff", "ө": "о\uffff"}
    | {"ұ": "у\uffff", "ү": "у\uffff\uffff", "һ": "х\uffff", "і": "ы\uffff"}
)


def sortable(name: str) -> str:
    """A key that puts names in the order of the alphabet, Kazakh letters after those they come from."""
    return name.casefold().translate(_LETTERS)
