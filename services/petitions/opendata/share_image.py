"""The picture that other sites show beside a link to a petition: title, count and goal, 1200 by 630."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kenes.web.i18n import Translator
from services.petitions.domain.petition import Petition
from services.petitions.opendata.oembed import SHARE_HEIGHT, SHARE_WIDTH
from services.petitions.opendata.typeface import Typeface, readable

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

_PAPER, _INK, _SOFT, _LINE, _ACCENT, _WARM = "#ffffff", "#12252b", "#48595f", "#cfdadc", "#0b5f70", "#b8690f"
_EDGE: Final = 72
_SIZES: Final = (66, 58, 50)
_LINES: Final = 4
_BAR: Final = (496, 520)
# The site's mark, in a square of 40: see static/mark.svg.
_CURVES: Final = (
    ((13.5, 6.5), (17, 15), (17, 25), (13.5, 33.5)),
    ((26.5, 6.5), (23, 15), (23, 25), (26.5, 33.5)),
    ((6.5, 13.5), (15, 17), (25, 17), (33.5, 13.5)),
    ((6.5, 26.5), (15, 23), (25, 23), (33.5, 26.5)),
    ((20, 5), (20, 15), (20, 25), (20, 35)),
    ((5, 20), (15, 20), (25, 20), (35, 20)),
)


@dataclass(frozen=True)
class Picture:
    """All that is seen; equal ones look the same. `share` is the part of the goal that is reached, 0 to 1."""

    site: str
    title: str
    count: str
    words: str
    goal: str
    share: float
    address: str


def picture(petition: Petition, count: int, goal: int, t: Translator, host: str) -> Picture:
    """What a petition's picture shows, in the language of `t`."""
    return Picture(
        site=t("site.name"),
        title=readable(petition.text.title),
        count=readable(t.formats.number(count)),
        words=readable(t("count.signatures_word", count=count)),
        goal=readable(t("count.of", goal=goal)),
        # A pixel of the bar is a thousandth: finer differences cannot be seen.
        share=round(min(max(count, 0) / goal, 1.0), 3),
        address=host,
    )


def draw(shown: Picture) -> bytes:
    """The picture as PNG. Takes about a tenth of a second of one core."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - 4 MB for which many a process never has a use

    image = Image.new("RGB", (SHARE_WIDTH, SHARE_HEIGHT), _PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, SHARE_WIDTH, 12), _ACCENT)
    image.paste(_mark(), (_EDGE, 52))
    Typeface(40, 700).draw(canvas, (_EDGE + 74, 98), shown.site, _INK)
    _title(canvas, shown.title)
    _count(canvas, shown)
    Typeface(28, 400).draw(canvas, (_EDGE, 590), shown.address, _SOFT)
    # A handful of colours and their blends: a palette makes the file a third.
    small = image.quantize(64, dither=Image.Dither.NONE)
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True)
    return file.getvalue()


def _title(canvas: ImageDraw.ImageDraw, title: str) -> None:
    width = SHARE_WIDTH - 2 * _EDGE
    for size in _SIZES:
        face = Typeface(size, 700)
        lines = wrap(title, face, width)
        room = 3 if size > _SIZES[-1] else _LINES
        if len(lines) <= room:
            break
    else:
        lines = [*lines[: _LINES - 1], shorten(lines[_LINES - 1], face, width)]
    for number, line in enumerate(lines):
        face.draw(canvas, (_EDGE, 192 + number * size * 1.14), line, _INK)


def _count(canvas: ImageDraw.ImageDraw, shown: Picture) -> None:
    number, words = Typeface(64, 700), Typeface(34, 400)
    number.draw(canvas, (_EDGE, 470), shown.count, _ACCENT)
    words.draw(canvas, (_EDGE + number.width(shown.count) + 18, 470), shown.words, _SOFT)
    words.draw(canvas, (SHARE_WIDTH - _EDGE - words.width(shown.goal), 470), shown.goal, _SOFT)
    top, bottom = _BAR
    canvas.rounded_rectangle((_EDGE, top, SHARE_WIDTH - _EDGE, bottom), 6, _LINE)
    if shown.share > 0:
        right = _EDGE + max(round((SHARE_WIDTH - 2 * _EDGE) * shown.share), 12)
        canvas.rounded_rectangle((_EDGE, top, right, bottom), 6, _WARM if shown.share >= 1 else _ACCENT)


def wrap(text: str, face: Typeface, width: float) -> list[str]:
    """The text in lines no wider than `width`; a word wider than that is broken."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(longer) <= width:
            lines[-1] = longer
        else:
            lines.extend(_pieces(word, face, width))
    return lines


def _pieces(word: str, face: Typeface, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and face.width(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def shorten(line: str, face: Typeface, width: float) -> str:
    """The line cut where an ellipsis still fits behind it."""
    while line and face.width(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _mark() -> Image.Image:
    """The mark, 60 pixels wide; drawn four times as large, for smooth edges."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - as above

    scale, side = 6, 60
    image = Image.new("RGB", (40 * scale, 40 * scale), _PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.ellipse([part * scale for part in (1.5, 1.5, 38.5, 38.5)], outline=_ACCENT, width=4 * scale)
    for curve in _CURVES:
        points = [(x * scale, y * scale) for x, y in (_along(curve, step / 24) for step in range(25))]
        canvas.line(points, _ACCENT, round(2.4 * scale), joint="curve")
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _along(curve: tuple[tuple[float, float], ...], part: float) -> tuple[float, float]:
    """A point of a cubic curve by its four control points."""
    weights = ((1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3)
    x = sum(weight * point[0] for weight, point in zip(weights, curve, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, curve, strict=True))
    return x, y
