"""Share images: what is seen on them, and how little work they are however many ask."""

from __future__ import annotations

import asyncio
import io
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.petitions.opendata.share_image import Picture, draw, picture, shorten, wrap
from services.petitions.opendata.share_images import EVERY, ShareImages
from services.petitions.opendata.typeface import Typeface, readable
from services.petitions.serving import FOLDERS
from tests.unit.petitions.pages_support import petition

CATALOGS = edge_catalogs((FOLDERS.locales,), strict=True)
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"


def shown(title: str = "Кітапхана", count: str = "7", share: float = 0.5) -> Picture:
    return Picture("Kenes", title, count, "қол", "50 000 ішінен", share, "kenes.example")


@pytest.mark.parametrize(
    ("language", "words", "goal"),
    [
        ("kk", "қол қойылды", "меже — 50\u00a0000"),
        ("ru", "подписей", "из 50\u00a0000"),
        ("en", "signatures", "of 50,000"),
    ],
)
def test_a_picture_speaks_a_language(language: str, words: str, goal: str) -> None:
    seen = picture(petition(), 42_318, 50_000, Translator(CATALOGS, language), "kenes.example")

    assert (seen.words, seen.goal.replace(" ", "\u00a0"), seen.share) == (words, goal.replace(" ", "\u00a0"), 0.846)


@pytest.mark.parametrize("letter", KAZAKH)
def test_every_kazakh_letter_has_a_form_of_its_own(letter: str) -> None:
    """A missing letter would be drawn as the empty box that all missing letters share."""
    faces = {each: draw(shown(each * 3)) for each in {letter, "Ж", "W"}}

    assert readable(letter) == letter
    assert len(set(faces.values())) == 3


def test_the_picture_is_as_large_as_it_says_and_light() -> None:
    png = draw(shown("Ауылдық кітапханаларды кешкі уақытта да ашық ұстауды сұраймыз " * 4))

    assert Image.open(io.BytesIO(png)).size == (1200, 630)
    assert len(png) < 60_000


def test_more_signatures_are_a_longer_bar() -> None:
    def filled(share: float) -> int:
        image = Image.open(io.BytesIO(draw(shown(share=share)))).convert("RGB")
        blue = (11, 95, 112)
        return sum(image.getpixel((x, 508)) == blue for x in range(1200))

    assert 0 == filled(0) < filled(0.2) < filled(0.8)


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_title_fits(title: str) -> None:
    face = Typeface(50, 700)
    lines = wrap(readable(title), face, 1000)

    assert all(face.width(line) <= 1000 for line in lines)
    assert face.width(shorten("".join(lines) or "a", face, 1000)) <= 1000
    assert "".join(lines).replace(" ", "") == readable(title).replace(" ", "")


class Studio:
    """Counts drawings and notices when two are made at once, or on the loop's own thread."""

    def __init__(self) -> None:
        self.drawn: list[Picture] = []
        self.now = 1000.0
        self.loop = threading.get_ident()
        self._busy = threading.Lock()
        self.broken = False

    def draw(self, wanted: Picture) -> bytes:
        assert threading.get_ident() != self.loop, "off the event loop"
        assert self._busy.acquire(blocking=False), "one at a time"
        try:
            if self.broken:
                raise OSError("no font")
            self.drawn.append(wanted)
            return wanted.count.encode()
        finally:
            self._busy.release()

    def images(self, most: int = 10) -> ShareImages:
        return ShareImages(self.draw, lambda: self.now, most)


async def test_a_rush_is_one_drawing() -> None:
    studio = Studio()
    images = studio.images()

    got = await asyncio.gather(*(images.get("p", shown(count=str(n))) for n in range(500)))

    assert len(studio.drawn) == 1
    assert {each.png.result() for each in got} == {b"0"}


async def test_a_moving_count_is_drawn_again_once_in_thirty_seconds() -> None:
    studio = Studio()
    images = studio.images()
    for second in range(int(EVERY) * 10):
        studio.now = 1000.0 + second
        await images.get("p", shown(count=str(second)))

    assert len(studio.drawn) == 10


async def test_what_has_not_changed_is_not_drawn_again() -> None:
    studio = Studio()
    images = studio.images()
    first = await images.get("p", shown())
    studio.now += 100 * EVERY

    assert await images.get("p", shown()) is first
    assert len(studio.drawn) == 1


async def test_petitions_wait_for_each_other_and_memory_is_bounded() -> None:
    studio = Studio()
    images = studio.images(most=3)

    await asyncio.gather(*(images.get(str(n), shown()) for n in range(8)))

    assert len(studio.drawn) == 8
    assert len(images._drawn) == 3


async def test_a_failed_drawing_is_tried_again() -> None:
    studio = Studio()
    studio.broken = True
    images = studio.images()
    with pytest.raises(OSError, match="no font"):
        await images.get("p", shown())
    studio.broken = False

    assert (await images.get("p", shown())).png.result() == b"7"
