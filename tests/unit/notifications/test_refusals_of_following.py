"""Every refusal of a follower's request is told in words, in every language."""

from __future__ import annotations

import pytest

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.mail.letter import LOCALES as MAIL_LOCALES
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.language import edge_catalogs
from services.notifications.domain.refusals import Refusal
from services.notifications.serving import FOLDERS

CATALOGS = edge_catalogs((LOGIN_LOCALES, MAIL_LOCALES, FOLDERS.locales))


@pytest.mark.parametrize("refusal", [*Refusal, "address-unusable", "by-mail-not-offered", "link-unknown"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_has_words(refusal: str, language: str) -> None:
    t = Translator(CATALOGS, language)
    for part in ("title", "detail"):
        key = f"problem.{refusal}.{part}"
        assert t(key) != key
