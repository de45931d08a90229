"""Every refusal is told in words, in every language."""

from __future__ import annotations

import pytest

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.language import edge_catalogs
from services.consultations.domain.refusals import Refusal
from services.consultations.serving import FOLDERS

CATALOGS = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales))


@pytest.mark.parametrize("refusal", Refusal)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_has_words(refusal: Refusal, language: str) -> None:
    t = Translator(CATALOGS, language)
    for part in ("title", "detail"):
        key = f"problem.{refusal}.{part}"
        assert t(key) != key


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("ru", 1, "в 1 месте,"),
        ("ru", 3, "в 3 местах"),
        ("ru", 5, "в 5 местах"),
        ("ru", 21, "в 21 месте,"),
        ("en", 1, "in 1 place:"),
        ("en", 2, "in 2 places"),
        ("kk", 1, "1 жерде"),
    ],
)
def test_where_languages_differ_is_counted_as_people_count(language: str, number: int, words: str) -> None:
    t = Translator(CATALOGS, language)
    assert words in t("problem.draft-languages-differ.detail", count=number, clause="art_1")
