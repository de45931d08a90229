"""What people write is read as it looks: nothing hidden, nothing turned around, nothing blank."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.parts import Statement
from schemas.prose import BLANK, HIDDEN, Prose, first_hidden, hidden, shows, without_hidden

PROSE = TypeAdapter[str](Prose)


def code(text: str) -> str:
    with pytest.raises(ValidationError) as refused:
        PROSE.validate_python(text)
    (error,) = refused.value.errors(include_url=False)
    return error["type"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Қазақстан Республикасының «Медиа туралы» Заңы — № 5-бап, 1) тармақша…",
        "Закон «О медиа»: 20 рабочих дней\n\nи ещё пять, т.\u00a0е. 25.\r\n\tСогласен!",
        "It’s fine – 5\u202f% of €\u00a01 000…",
        "قازاق\u200cستان و می\u200cخواهم",
        "क्\u200dष",
        "👩\u200d💻 ❤️\u200d🔥 👍🏽 1️⃣ 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙",
        "☺\ufe0e ℹ\ufe0f ‼\ufe0f ↔\ufe0f #\ufe0f\u20e3 ©\ufe0f 👁\ufe0f\u200d🗨\ufe0f 🏋🏽\u200d♀\ufe0f",
        "ᠠ\u180bᠠ",
        "\U0001fae8",
        "\U00018cd6",
        "e\u0301 й ё",
        "\u06dd\u0661",
    ],
)
def test_what_people_write_passes(text: str) -> None:
    assert PROSE.validate_python(text) == text
    assert without_hidden(text) == text


@pytest.mark.parametrize(
    "character",
    [
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
        *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f",
        *"\u2800\u3164\uffa0\u115f\u1160\u17b4",
        *"\ufe00\ufe0e\ufe0f\u180b\u180f\U000e0100",
        *"\x00\x0b\x1b\x1c\x7f\x85\x9b\ue000\ufdd0\ud800",
        "\U000e0041",
        "\U0001ffff",
    ],
)
def test_what_nobody_sees_is_refused_with_its_name_and_place(character: str) -> None:
    text = f"Yes{character} indeed"
    assert code(text) == HIDDEN
    assert first_hidden(text) == {"character": f"U+{ord(character):04X}", "before": "Yes"}
    assert without_hidden(text) == "Yes indeed"


@pytest.mark.parametrize(
    "text", [" \n\t", "\u2800\u2800", "\u3164", "\u00ad", "\u200b\u200b", "\ufe0f", "\u3000\u034f"]
)
def test_what_shows_nothing_is_refused_as_blank(text: str) -> None:
    assert not shows(text)
    assert code(text) == BLANK


def test_a_place_is_told_by_the_words_before_it() -> None:
    assert first_hidden(f"{'a' * 50}\u202e")["before"] == "a" * 20
    assert first_hidden("plain") == {}


def test_official_texts_are_held_to_the_same() -> None:
    told = "It is accepted as it stands."
    with pytest.raises(ValidationError) as refused:
        Statement(kk=told, ru=f"{told}\u202e")
    assert [(each["loc"], each["type"]) for each in refused.value.errors()] == [(("ru",), HIDDEN)]


@given(st.text(st.characters() | st.sampled_from("\u180b\u180e\u200c\u200d\u1820\ufe0fx")))
@example("\u180b\u200c\u1820")
@example("\u1820\u200d\u180bx")
def test_once_taken_out_nothing_hidden_is_left(text: str) -> None:
    """Also where one joins two letters and another, taken out, leaves it between none."""
    seen = without_hidden(text)
    assert not list(hidden(seen))
    assert first_hidden(seen) == {}


@given(st.text(), st.sampled_from("\u202e\u2066\u3164"))
def test_runs_are_in_order_apart_and_cover_every_mark(text: str, mark: str) -> None:
    whole = f"{text}{mark}{text}"
    runs = list(hidden(whole))
    assert all(start < end for start, end in runs)
    assert all(before[1] < after[0] for before, after in pairwise(runs))
    assert any(start <= len(text) < end for start, end in runs)
