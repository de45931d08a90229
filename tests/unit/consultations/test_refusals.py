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
