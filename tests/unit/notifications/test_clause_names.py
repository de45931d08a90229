"""What one follows is called by the words people read: clauses by number and heading, bodies by their names."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.kafka.records import Recorded
from kenes.mongo.folding import Lookup
from kenes.mongo.projection import LiveCollections
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.course import VersionAdded
from schemas.consultations.parts import DraftText
from schemas.envelope import Event
from schemas.notifications.about import About, Kind
from schemas.parts import Language
from services.notifications.addresses import Addresses
from services.notifications.folds.clause_names import CLAUSE_NAMES, LONGEST, NAMES, name_id
from services.notifications.publishing.relay import SUBJECTS
from services.notifications.publishing.subjects import Subject
from services.notifications.serving import FOLDERS
from services.notifications.wording import interests
from services.notifications.wording.interests import InterestNames
from tests.unit.store import Store

CATALOGS = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales, *FOLDERS.more_locales))
DRAFT = About(kind=Kind.CONSULTATION, id="d", title={"ru": "О книгах"}, body="b", level="country", category="law")


def tree(*clauses: Clause) -> ClauseTree:
    return ClauseTree(clauses=clauses)


def article(heading: str = "Права читателей", label: str = "Статья 5", text: str = "") -> Clause:
    point = Clause(id="p", kind=ClauseKind.POINT, label="2)", text="Библиотеки открыты и вечером.")
    return Clause(id="a", kind=ClauseKind.ARTICLE, label=label, heading=heading, text=text, children=(point,))


def added(version: int, trees: dict[Language, ClauseTree]) -> Recorded:
    texts = tuple(DraftText(language=language, tree=each) for language, each in trees.items())
    data = VersionAdded(consultation="d", version=version, texts=texts, note=None)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    event = Event(id=str(version), source="/test", subject="d", time=now, data=data, sequence=version)
    return Recorded(0, version, now, b"d", event)


def folded(*decisions: Recorded) -> Store:
    store = Store()
    for each in decisions:
        store.apply(store.fold(CLAUSE_NAMES, [each]))
    return store


def named(store: Store, clause: str) -> dict[str, str]:
    names: dict[str, str] = store.collections[NAMES][name_id("d", clause)]["names"]
    return names


def test_a_clause_is_called_by_its_number_and_heading_in_each_language() -> None:
    store = folded(added(1, {"ru": tree(article()), "kk": tree(article("Оқырман құқықтары", "5-бап."))}))
    assert named(store, "a") == {"ru": "Статья 5. Права читателей", "kk": "5-бап. Оқырман құқықтары"}
    assert named(store, "p") == {"ru": "Статья 5 2)", "kk": "5-бап. 2)"}


def test_the_newest_version_names_it_and_one_that_is_gone_keeps_its_name() -> None:
    gone = Clause(id="g", kind=ClauseKind.ARTICLE, label="Статья 6")
    store = folded(added(1, {"ru": tree(article(), gone)}), added(2, {"ru": tree(article(label="Статья 7"))}))
    assert named(store, "a")["ru"].startswith("Статья 7")
    assert named(store, "g") == {"ru": "Статья 6"}


@pytest.mark.parametrize(
    ("clause", "name"),
    [
        (Clause(id="x", kind=ClauseKind.PREAMBLE, text="Настоящий закон"), "Настоящий закон"),
        (Clause(id="x", kind=ClauseKind.PREAMBLE), "x"),
        (
            Clause(id="x", kind=ClauseKind.ARTICLE, heading="Слово " * 100),
            ("Слово " * 100)[: LONGEST - 1].rstrip() + "…",
        ),
    ],
)
def test_without_a_number_it_is_called_by_its_words_and_never_at_length(clause: Clause, name: str) -> None:
    found = named(folded(added(1, {"ru": tree(clause)})), "x")["ru"]
    assert len(found) <= LONGEST
    assert found.rstrip("…") == name.rstrip("…")[: len(found.rstrip("…"))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> InterestNames:
    """Everything is stored that there is to know of a public draft."""
    store = folded(added(1, {"ru": tree(article())}))
    subject = Subject(about=DRAFT, public=True, sequence=0).model_dump(mode="json")
    store.collections[SUBJECTS] = {"d": {"_id": "d", **subject}}

    async def find_in(_collection: object, lookup: Lookup) -> list[dict[str, Any]]:
        return store.find(lookup)

    async def of(_self: object, name: str) -> str:
        return name

    monkeypatch.setattr(interests, "find_in", find_in)
    monkeypatch.setattr(LiveCollections, "of", of)
    database = cast(Any, SimpleNamespace(__getitem__=None))
    return InterestNames(cast(Any, {SUBJECTS: database}), Addresses({}, "https://kenes.test"))


@pytest.mark.parametrize(
    ("interest", "name"),
    [
        ("clause:d/a", "Статья 5. Права читателей: О книгах"),
        ("said:d/p", "Пункт с моим комментарием (Статья 5 2)): О книгах"),
        ("clause:d/whole", "Проект в целом: О книгах"),
        ("clause:d/unheard-of", "unheard-of: О книгах"),
        ("clause:other/a", "a: other/a"),
        ("consultation:d", "О книгах"),
        ("body:kz-justice", "Орган: Министерство юстиции"),
        ("body:kz-akimat:KZ-75", "Орган: Акимат (Город Алматы)"),
        ("body:kz-akimat:KZ-101000", "Орган: Акимат (Город Семей)"),
        ("region:KZ-101000", "Регион: Город Семей"),
        ("body:unheard-of", "Орган: unheard-of"),
    ],
)
async def test_an_interest_is_called_by_words_or_else_by_its_id(names: InterestNames, interest: str, name: str) -> None:
    assert (await names.one(interest, Translator(CATALOGS, "ru"))).name == name
