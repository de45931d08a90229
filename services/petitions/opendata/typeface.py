"""Onest for drawing: the kit's font files, each with the letters it has (see the fonts' README)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kenes.web.assets import KIT_STATIC

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

_FILES: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "latin": (
        *((0x20, 0x7E), (0xA0, 0xFF), (0x2009, 0x2009), (0x2010, 0x2015), (0x2018, 0x201E), (0x2022, 0x2022)),
        *((0x2026, 0x2026), (0x2032, 0x2032), (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2212, 0x2212)),
    ),
    "cyrillic": ((0x0301, 0x0301), (0x0400, 0x045F), (0x0490, 0x0491), (0x04B0, 0x04B1), (0x2116, 0x2116)),
    "kazakh": ((0x0492, 0x04AF), (0x04B2, 0x04FF), (0x20B4, 0x20B4)),
}


@dataclass(frozen=True)
class Typeface:
    """Onest in one size (pixels) and weight (400 to 700). Not for use by two threads at once."""

    size: int
    weight: int

    def width(self, text: str) -> float:
        """Pixels the text takes across."""
        return sum(font.getlength(run) for font, run in self._runs(text))

    def draw(self, canvas: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: str) -> None:
        """Draws one line from `place`, the left end of its base line."""
        across, down = place
        for font, run in self._runs(text):
            canvas.text((across, down), run, colour, font, anchor="ls")
            across += font.getlength(run)

    def _runs(self, text: str) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """Parts of the text by the file that has their letters; letters that none has are left out."""
        for name, letters in groupby(text, _file_of):
            if name is not None:
                yield _font(name, self.size, self.weight), "".join(letters)


def readable(text: str) -> str:
    """The text with one plain blank for each run of blanks, and without letters the typeface lacks."""
    plain = "".join(" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(letter for letter in plain if _file_of(letter)).split(" ")).strip()


@cache
def _file_of(letter: str) -> str | None:
    return next(
        (name for name, ranges in _FILES.items() if any(low <= ord(letter) <= high for low, high in ranges)), None
    )


@cache
def _font(name: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 - 4 MB for which many a process never has a use

    path = KIT_STATIC / "fonts" / f"onest-{name}.woff2"
    font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font
