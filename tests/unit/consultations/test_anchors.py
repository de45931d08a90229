"""Comments by the API are about something that is in the draft."""

from typing import Any

import pytest

from kenes.web.problems import Problem
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.parts import Anchor, TextQuote
from services.consultations.anchors import located
from services.consultations.texts import Texts

WORDS = {"kk": "Бала мұражайға тегін кіреді.", "ru": "Дети ходят в музей бесплатно."}


class Stored:
    """The first version in two languages; the second has not come yet."""

    async def text(self, _consultation: str, version: int, language: str) -> ClauseTree | None:
        if version != 1 or language not in WORDS:
            return None
        return ClauseTree(clauses=(Clause(id="art_1", kind=ClauseKind.ARTICLE, heading="Музей", text=WORDS[language]),))


async def found(clause: str, exact: str | None = None, version: int = 1, **around: str) -> Anchor:
    stored: Any = Stored()
    quote = None if exact is None else TextQuote(exact=exact, **around)
    return located(Anchor(clause=clause, quote=quote), await Texts(stored).all("c", version))


@pytest.mark.parametrize("exact", [None, "музей бесплатно", "тегін", "Музей"])
async def test_a_clause_and_a_passage_in_any_language_are_found(exact: str | None) -> None:
    await found("art_1", exact)


@pytest.mark.parametrize(
    ("clause", "exact", "code"),
    [("art_99", None, "clause-unknown"), ("art_1", "нет таких слов", "passage-unknown")],
)
async def test_what_is_nowhere_is_refused(clause: str, exact: str | None, code: str) -> None:
    with pytest.raises(Problem, match=code):
        await found(clause, exact)


async def test_a_version_that_has_not_come_is_left_to_the_decision() -> None:
    await found("art_99", "нет таких слов", version=2)


@pytest.mark.parametrize("clause", ["art.1", "$art", "a b", "..", "-art_1"])
async def test_what_no_clause_is_ever_called_is_refused_whatever_the_version(clause: str) -> None:
    """It would be the name of a field, in which counts are kept."""
    with pytest.raises(Problem, match="clause-unknown"):
        await found(clause, version=2)


@pytest.mark.parametrize("version", [1, 2])
async def test_what_stands_around_a_passage_is_the_texts_own(version: int) -> None:
    """Whatever is written there would be published, and no moderator reads it."""
    told = (await found("art_1", "музей", version, prefix="Позвоните мне", suffix=": 8 701")).quote
    assert told is not None
    around = ("Музей\nДети ходят в ", " бесплатно.") if version == 1 else ("", "")
    assert (told.exact, told.prefix, told.suffix) == ("музей", *around)


@pytest.mark.parametrize("suffix", ["\nБала", "\nДети"])
async def test_a_passage_that_two_languages_have_is_the_one_whose_surroundings_are_told(suffix: str) -> None:
    told = (await found("art_1", "Музей", suffix=suffix)).quote
    assert told is not None
    assert told.suffix.startswith(suffix)
