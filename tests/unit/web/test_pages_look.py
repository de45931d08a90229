"""The style sheet: contrast computed from its tokens, fonts that exist, no colour named outside the tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kenes.web.assets import Assets
from kenes.web.pages import KIT_TEMPLATES

STATIC = Path(__file__).parents[3] / "kenes" / "web" / "static"
CSS = (STATIC / "kenes.css").read_text()
TOKENS = CSS[CSS.index("@layer tokens {") : CSS.index("@layer base {")]
LIGHT_PART, _, DARK_PART = TOKENS.partition("@media (prefers-color-scheme: dark)")

TEXT = 4.5  # WCAG 2.2 SC 1.4.3
PARTS = 3.0  # SC 1.4.11: borders of controls, focus, bars of charts
PAIRS = [
    *[
        (ink, paper, TEXT)
        for ink in ("ink", "ink-soft", "accent", "accent-strong", "bad")
        for paper in ("paper", "surface")
    ],
    *[("ink", paper, TEXT) for paper in ("sunken", "accent-soft", "good-soft", "caution-soft", "bad-soft")],
    ("ink-soft", "sunken", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-hero", "hero", TEXT),
    ("hero", "on-hero", TEXT),
    ("accent-strong", "accent-soft", TEXT),
    ("surface", "bad", TEXT),
    ("surface", "ink", TEXT),
    *[(kind, f"{kind}-soft", TEXT) for kind in ("good", "caution", "bad")],
    *[(part, paper, PARTS) for part in ("line-strong", "accent", "warm", "focus") for paper in ("paper", "surface")],
    ("accent", "sunken", PARTS),
    ("warm", "sunken", PARTS),
]


def colours(part: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))


SCHEMES = {"light": colours(LIGHT_PART), "dark": colours(DARK_PART)}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("fore", "back", "wanted"), PAIRS)
def test_contrast(scheme: str, fore: str, back: str, wanted: float) -> None:
    tokens = SCHEMES[scheme]
    assert contrast(tokens[fore], tokens[back]) >= wanted


def test_both_schemes_define_the_same_colours() -> None:
    assert set(SCHEMES["light"]) == set(SCHEMES["dark"])


def test_no_colour_is_named_outside_the_tokens() -> None:
    rest = CSS.replace(TOKENS, "")
    rest = rest[: rest.index("@layer print {")]
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(|oklch\(", re.sub(r"/\*.*?\*/", "", rest, flags=re.S))


def test_every_token_used_is_defined() -> None:
    assert set(re.findall(r"var\(--([a-z0-9-]+)", CSS)) <= set(re.findall(r"--([a-z0-9-]+):", TOKENS))


def test_every_file_the_style_sheet_names_is_served_under_that_name() -> None:
    assets = Assets()
    served = {assets.url(f"fonts/{path.name}") for path in (STATIC / "fonts").glob("*.woff2")}
    named = {f"/static/{name}" for name in re.findall(r'url\("(.*?)"\)', CSS)}
    assert named == served


def test_the_faces_cover_the_kazakh_letters() -> None:
    ranges = [
        (int(first, 16), int(last or first, 16))
        for face in re.findall(r"unicode-range: (.*?);", CSS)
        for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face)
    ]
    for letter in "ӘҒҚҢӨҰҮҺІәғқңөұүһі":
        assert sum(first <= ord(letter) <= last for first, last in ranges) == 1, letter


def test_the_fonts_of_one_page_weigh_less_than_60_kb() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")) < 60_000


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL Open Font License, Version 1.1" in (STATIC / "fonts" / "OFL.txt").read_text()


@pytest.mark.parametrize("name", ["live.js", "forms.js"])
def test_scripts_stay_small(name: str) -> None:
    assert (STATIC / name).stat().st_size < 5_000


def test_the_browser_bar_has_the_colour_of_the_header() -> None:
    named = re.findall(r'name="theme-color" content="(#\w+)"', (KIT_TEMPLATES / "base.html").read_text())
    assert named == [SCHEMES["light"]["surface"], SCHEMES["dark"]["surface"]]


def test_every_class_a_template_uses_is_styled() -> None:
    markup = "".join(path.read_text() for path in KIT_TEMPLATES.rglob("*.html"))
    literal = re.findall(r'class="([a-z0-9 -]+)"', markup)
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", CSS))
    bare = {"mark", "form", "live", "breadcrumb", "languages", "error-summary"}  # a hook, or styled by what is inside
    assert {name for names in literal for name in names.split()} - styled - bare == set()
