"""What is found, in which order, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.petitions.v1 import Category
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import LISTED, Status
from services.petitions.search.following import new_index
from services.petitions.search.index import Hits, Index, cursor_of
from services.petitions.search.wanted import Filter
from tests.unit.petitions.pages_support import NOW, petition

TITLES = (
    ("kk", "Ауыл кітапханаларының қоры жаңарып отырсын"),
    ("kk", "Мектеп жанындағы қауіпсіз өткелдер"),
    ("ru", "Закрыть свалки вокруг Павлодара"),
    ("ru", "Показывать замеры воздуха у школ города"),
    ("en", "Clear the cycle lanes in winter"),
    ("en", "Fruit trees along the cycle lanes"),
)


def made(number: int, title: str, language: str = "en", **changes: object) -> Petition:
    """Petition `number`, opened so many days ago; the sooner the later it closes."""
    plain = petition(Status.COLLECTING, number, title)
    fields = {
        "language": language,
        "text": "What people say about it, at some length, since we asked them.",
        "proposal": "Do it soon.",
    }
    text = plain.text.model_copy(update=fields | changes)
    opened = NOW - timedelta(days=number)
    return plain.model_copy(update={"text": text, "opened_at": opened, "closes_at": NOW + timedelta(days=number)})


LIBRARY = [made(number, title, language) for number, (language, title) in enumerate(TITLES, 1)]


@pytest.fixture(scope="module")
def library() -> Iterator[Index]:
    with new_index() as index:
        for number, each in enumerate(LIBRARY):
            index.put(each, number)
        index.commit()
        yield index


def numbers(hits: Hits) -> list[int]:
    return [int(hit.petition[-12:]) for hit in hits.hits]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("кітапхана", [1]),
        ("китапхана", [1]),
        ("Кiтапханаларды", [1]),  # another form, with a Latin i
        ("кытапхана", [1]),  # a slip
        ("кітапх", [1]),  # still being typed
        ("өткел", [2]),
        ("Откел", [2]),
        ("свалка", [3]),
        ("cвалки павлодар", [3]),  # a Latin c
        ("сваlки", [3]),
        ("свлаки", [3]),  # two letters swapped
        ("воздух", [4]),
        ("школы", [4]),
        ("cycle", [6, 5]),
        ("cycles in winter", [5]),
        ("cyclle lanes winter", [5]),
        ("the fruits", [6]),
        ("cycle zeppelin", [6, 5]),  # no petition has both
        ("zeppelin", []),
        ("zz", []),
    ],
)
def test_words_are_found_in_other_forms_and_with_slips(library: Index, search: str, found: list[int]) -> None:
    assert sorted(numbers(library.best(Filter(search=search)))) == sorted(found)


def test_a_title_that_has_all_words_comes_before_a_text_that_does(library: Index) -> None:
    with new_index() as index:
        index.put(made(1, "Something else altogether", text="It is about lakes, and lakes only, as all know."), 1)
        index.put(made(2, "Lakes without fences"), 2)
        index.commit()
        assert numbers(index.best(Filter(search="lakes"))) == [2, 1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Кітапхана қорын жаңарту", [1]),
        ("Китапхана корын жанарту", [1]),
        ("Свалку у Павлодара — закрыть!", [3]),
        ("Wider cycle lanes for the winter", [5, 6]),
        ("cycel", [5, 6]),
        ("и у в на", []),
        ("(a+)+$ [.*", []),
        ("", []),
    ],
)
def test_what_shares_rare_words_is_similar(library: Index, text: str, found: list[int]) -> None:
    assert sorted(numbers(library.similar(text, 3))) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), [1, 2, 3, 4, 5, 6]),
        (Filter(language="kk"), [1, 2]),
        (Filter(language="en", search="школа"), []),
        (Filter(status=(Status.CLOSED,)), []),
        (Filter(category=Category.ENVIRONMENT, region="KZ-35", limit=2), [1, 2]),
        (Filter(category=Category.HEALTH), []),
        (Filter(region="KZ-75"), []),
        (Filter(before=cursor_of(LIBRARY[2])), [4, 5, 6]),
        (Filter(search=" (*"), [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_filter_narrows_and_the_newest_come_first(library: Index, wanted: Filter, found: list[int]) -> None:
    assert numbers(library.newest(wanted)) == found


def test_what_closes_first_may_come_first(library: Index) -> None:
    late = made(9, "Fruit trees that close today").model_copy(update={"closes_at": NOW})
    with new_index() as index:
        for each in (*LIBRARY, late):
            index.put(each, 1)
        index.commit()
        assert numbers(index.closing(Filter())) == [9, 1, 2, 3, 4, 5, 6]
        assert numbers(index.closing(Filter(search="trees"), offset=1)) == [6]


def test_totals_are_counted_where_asked(library: Index) -> None:
    assert library.newest(Filter(limit=2), count=True).total == 6
    assert library.best(Filter(search="cycle", limit=1), count=True).total == 2
    assert len(library) == 6


def test_some_of_what_was_found_are_read_in_the_order_asked_for(library: Index) -> None:
    found = library.newest(Filter(), count=True)
    some = found.only([LIBRARY[4].id, LIBRARY[1].id])
    assert (numbers(some), some.total) == ([5, 2], 6)
    assert [some.read(0), some.read(1)] == [LIBRARY[4], LIBRARY[1]]


def test_the_sequence_of_a_hit_is_that_of_the_text_it_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that began before a commit ends after it."""
    with new_index() as index:
        index.put(made(1, "Lakes without fences"), 3)
        index.commit()
        searcher = index._index.searcher()
        index.put(made(1, "Rivers without dams"), 4)
        index.commit()
        monkeypatch.setattr(index, "_index", SimpleNamespace(searcher=lambda: searcher))
        found = index.newest(Filter())
        monkeypatch.undo()
    assert [hit.sequence for hit in found.hits] == [3]
    assert found.read(0) == made(1, "Lakes without fences")


def test_a_change_replaces_and_a_removal_holds_at_once() -> None:
    with new_index() as index:
        index.put(made(1, "Lakes without fences"), 3)
        index.commit()
        assert index.sequence(made(1, "x" * 10).id) == 3
        before = index.newest(Filter())
        index.put(made(1, "Rivers without dams"), 4)
        assert [hit.sequence for hit in index.best(Filter(search="lakes")).hits] == [3], "not before it is committed"
        assert index.sequence(made(1, "x" * 10).id) == 4
        index.commit()
        assert before.read(0) == made(1, "Lakes without fences"), "as it was when it was found"
        assert index.best(Filter(search="lakes")).hits == []
        after = index.best(Filter(search="rivers"))
        assert [hit.sequence for hit in after.hits] == [4]
        assert after.read(0) == made(1, "Rivers without dams")
        index.remove(made(1, "x" * 10).id)
        assert index.newest(Filter()).hits == []
        index.commit()
        assert len(index) == 0
        assert index.sequence("unheard of") == -1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=st.text(max_size=80), text=st.text(max_size=200))
def test_nothing_that_is_typed_breaks_a_search(library: Index, search: str, text: str) -> None:
    assert set(numbers(library.best(Filter(search=search)))) <= set(range(1, 7))
    assert set(numbers(library.similar(text, 3))) <= set(range(1, 7))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_slip_in_a_long_word_is_forgiven(library: Index, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(["кітапханаларының", "қауіпсіз", "Павлодара", "Показывать", "winter"]))
    at = data.draw(st.integers(1, len(word) - 2))
    typed = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]])
    )
    exact = numbers(library.best(Filter(search=word)))
    assert set(exact) <= set(numbers(library.best(Filter(search=typed))))


INSTANTS = st.lists(st.integers(0, 20), min_size=1, max_size=25)


@settings(max_examples=25)
@given(minutes=INSTANTS, size=st.integers(1, 7), closed=st.sets(st.integers(0, 24)))
def test_pages_hold_every_listed_petition_once_in_order(minutes: list[int], size: int, closed: set[int]) -> None:
    states = {number: Status.CLOSED if number in closed else Status.COLLECTING for number in range(len(minutes))}
    petitions = [
        made(number, "Lakes without fences").model_copy(
            update={"opened_at": NOW - timedelta(minutes=minute), "status": states[number]}
        )
        for number, minute in enumerate(minutes)
    ]
    by_id = {each.id: each for each in petitions}
    with new_index() as index:
        for number, each in enumerate(petitions):
            index.put(each, number)
        index.commit()
        for status in (LISTED, (Status.CLOSED,)):
            wanted, seen = Filter(status=status, limit=size), list[Petition]()
            while page := [by_id[hit.petition] for hit in index.newest(wanted).hits]:
                seen += page
                wanted = Filter(status=status, limit=size, before=cursor_of(page[-1]))
            assert sorted(each.id for each in seen) == sorted(e.id for e in petitions if e.status in status)
            opened = [each.opened_at for each in seen if each.opened_at]
            assert opened == sorted(opened, reverse=True)
