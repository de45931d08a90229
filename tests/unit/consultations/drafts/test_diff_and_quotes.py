"""Two texts word by word, and passages that are found again."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.consultations.parts import TextQuote
from services.consultations.drafts.diff import Change, Run, diff
from services.consultations.drafts.quotes import locate, quote, refind

OLD = (
    "Журналист имеет право запрашивать информацию. Государственные органы обязаны ответить на запрос редакции "
    "в течение пяти рабочих дней со дня его поступления. Отказ может быть обжалован в суд."
)


@given(st.text(), st.text())
def test_the_runs_make_both_texts(old: str, new: str) -> None:
    runs = diff(old, new)
    assert "".join(run.text for run in runs if run.change is not Change.NEW) == old
    assert "".join(run.text for run in runs if run.change is not Change.GONE) == new
    assert all(run.text for run in runs)
    assert all(first.change is not second.change for first, second in pairwise(runs))


def test_changed_words_are_shown_as_a_phrase() -> None:
    assert diff("в срок пяти рабочих дней", "в срок десяти календарных дней") == (
        Run(Change.SAME, "в срок "),
        Run(Change.GONE, "пяти рабочих"),
        Run(Change.NEW, "десяти календарных"),
        Run(Change.SAME, " дней"),
    )


@given(st.text(min_size=1, max_size=200), st.data())
def test_a_quote_is_found_where_it_was_made(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = locate(quote(text, start, end), text)
    assert found is not None
    assert text[found.start : found.end] == text[start:end]


def test_of_several_places_the_surroundings_decide() -> None:
    text = "орган отвечает редакции. суд отвечает редакции. орган молчит."
    start = text.index("отвечает", 20)
    found = locate(quote(text, start, start + 8), text)
    assert found is not None
    assert found.start == start


@pytest.mark.parametrize(
    ("new", "passage"),
    [
        (f"Сначала новое предложение. {OLD}", "ответить на запрос редакции в течение пяти рабочих дней"),
        (
            OLD.replace("пяти рабочих", "десяти рабочих"),
            "ответить на запрос редакции в течение десяти рабочих дней",
        ),
        (
            OLD.replace("запрос редакции", "письменный или устный запрос редакции"),
            "ответить на письменный или устный запрос редакции в течение пяти рабочих дней",
        ),
    ],
)
def test_a_passage_is_found_in_the_next_version(new: str, passage: str) -> None:
    wanted = "ответить на запрос редакции в течение пяти рабочих дней"
    found = refind(quote(OLD, OLD.index(wanted), OLD.index(wanted) + len(wanted)), new)
    assert found is not None
    assert new[found.start : found.end] == passage
    assert (found.likeness == 1) == (passage == wanted)


@pytest.mark.parametrize(
    "new",
    [
        "",
        "Журналист имеет право запрашивать информацию. Отказ может быть обжалован в суд.",
        "Редакция хранит записи передач шесть месяцев, если иной срок не установлен законом.",
    ],
)
def test_a_removed_passage_is_not_found(new: str) -> None:
    wanted = "ответить на запрос редакции в течение пяти рабочих дней"
    assert refind(quote(OLD, OLD.index(wanted), OLD.index(wanted) + len(wanted)), new) is None


def test_a_short_passage_is_found_word_for_word_only() -> None:
    assert refind(TextQuote(exact="пяти"), "десяти дней") is None


def test_a_passage_outside_the_text() -> None:
    with pytest.raises(ValueError, match="within"):
        quote("text", 2, 9)
