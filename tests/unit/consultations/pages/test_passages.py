"""Passages are found where they stand and marked without changing a letter; small regions are never told."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.quotes import Passage, locate
from services.consultations.drafts.tree import own_words
from services.consultations.pages.coverage import coverage, stepped
from services.consultations.pages.outline import LONG, contents, holds_articles, name_of, words_of
from services.consultations.pages.passages import anchor_of, marked
from services.consultations.serving import FOLDERS
from tests.unit.consultations.pages.world import tree

WORDS = st.text(st.sampled_from("аб вғ\n.,«»*("), min_size=1, max_size=60).filter(lambda text: text.strip() != "")


def article(text: str, heading: str = "") -> Clause:
    return Clause(id="a", kind=ClauseKind.ARTICLE, heading=heading, text=text)


@given(WORDS, st.sampled_from(["", "Heading"]), st.data())
def test_marking_keeps_every_letter(text: str, heading: str, data: st.DataObject) -> None:
    clause = article(text, heading)
    length = len(own_words(clause))
    spans = data.draw(st.lists(st.tuples(st.integers(0, length), st.integers(0, length)), max_size=4))
    places = [(Passage(min(span), max(span)), str(number)) for number, span in enumerate(spans)]
    runs = marked(clause, places)
    assert "\n".join("".join(run.text for run in each) for each in runs) == "\n".join(filter(None, text.split("\n")))


@given(WORDS, st.data())
def test_what_is_copied_from_the_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    clause = article(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    anchor = anchor_of(text[start:end], clause)
    words = text[start:end].strip(' \n\t«»"“”').split()
    if not words:
        assert anchor is None
        return
    assert anchor is not None
    assert anchor.quote is not None
    assert anchor.quote.exact.split() == words
    assert locate(anchor.quote, own_words(clause)) is not None


@pytest.mark.parametrize("pasted", ["1) a journalist is a person;", "1) a  journalist", "a journalist is"])
def test_a_passage_may_be_pasted_with_the_number_of_its_point(pasted: str) -> None:
    point = Clause(id="point", kind=ClauseKind.POINT, label="1)", text="a journalist is a person;")
    anchor = anchor_of(pasted, article("Words.").model_copy(update={"children": (point,)}))
    assert anchor is not None
    assert anchor.clause == "point"
    assert anchor.quote is not None
    assert anchor.quote.exact == pasted.removeprefix("1) ").replace("  ", " ").strip()


def test_a_number_before_words_that_do_not_begin_its_clause_is_no_label() -> None:
    point = Clause(id="point", kind=ClauseKind.POINT, label="1)", text="a journalist is a person;")
    assert anchor_of("1) is a person;", point) is None


@pytest.mark.parametrize("pasted", ["", "  ", "«»", "nowhere to be found", "a" * 2_000])
def test_what_is_not_there_has_no_anchor(pasted: str) -> None:
    assert anchor_of(pasted, article("Everybody may ask.")) is None


def test_the_list_of_contents_counts_what_is_below() -> None:
    draft = tree("en")
    (chapter,) = contents(draft, {"art_1": 2, "art_1__point_1": 3, "art_2": 1})
    assert [each.comments for each in (chapter, *chapter.below)] == [6, 5, 1]
    assert holds_articles(draft.clauses[0])
    assert not holds_articles(draft.clauses[0].children[0])
    assert words_of(article("Word " * 100)).endswith("…")
    assert words_of(article("")) == ""


def test_a_clause_is_called_by_its_number_within_its_article() -> None:
    (chapter,) = tree("en").clauses
    first, second = chapter.children
    point = first.children[0]
    assert name_of(chapter, []) == "I. Media"
    assert name_of(first, [chapter]) == "1. Asking"
    assert name_of(second, [chapter]) == "2"
    assert name_of(point, [chapter, first]) == "1, 1)"
    assert name_of(article(""), []) == ""


def test_a_very_long_list_of_contents_ends_where_articles_begin() -> None:
    articles = tuple(Clause(id=f"art_{number}", kind=ClauseKind.ARTICLE, text="Text.") for number in range(LONG))
    chapter = Clause(id="chp_1", kind=ClauseKind.CHAPTER, heading="Media", children=articles)
    (short,) = contents(ClauseTree(clauses=(chapter,)), {"art_7": 3})
    assert short.below == ()
    assert short.comments == 3
    whole = chapter.model_copy(update={"children": articles[:-1]})
    (full,) = contents(ClauseTree(clauses=(whole,)), {})
    assert len(full.below) == LONG - 1


@given(st.dictionaries(st.sampled_from(["KZ-71", "KZ-75", "KZ-35", "US-CA"]), st.integers(0, 40)), st.integers(1, 9))
def test_regions_are_told_in_steps(people: dict[str, int], least: int) -> None:
    shown = stepped(people, least)
    for region, number in people.items():
        assert (region in shown) == (number >= least)
        assert shown.get(region, 0) <= number < shown.get(region, 0) + least
    assert all(number % least == 0 for number in shown.values())


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_meter_names_every_region_once(language: str) -> None:
    t = Translator(edge_catalogs((FOLDERS.locales,), strict=True), language)
    people = {"people": 12, "classes": {"ngo": 4, "expert": 9}, "regions": {"KZ-75": 12, "KZ-71": 4}}
    found = coverage(people, t, 5)
    named = Counter([*(bar.label for bar in found.regions), *found.missing])
    assert len(named) == 20
    assert set(named.values()) == {1}
    assert [bar.value for bar in found.regions] == [10]
    assert found.classes_heard == 2
    assert not any("4" in line.people for line in found.classes)
