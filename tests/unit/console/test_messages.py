"""Every message of the console, in every language."""

from __future__ import annotations

import re
import string

import pytest

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import LANGUAGES, read_messages
from kenes.web.language import edge_catalogs
from services.console.alerting.rules import Severity
from services.console.sampling.history import Span
from services.console.sampling.readings import State
from services.console.serving import FOLDERS
from services.console.settings import FOLDER

CATALOGS = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales, *FOLDERS.more_locales))
GROUPS: dict[str, object] = {"condition": State, "severity": (*Severity, "none"), "span": Span}


def literal_keys() -> set[str]:
    """Keys spelled out in templates and code."""
    sources = [*FOLDERS.templates.rglob("*.html"), *FOLDER.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    spelled = re.findall(r'(?<![\w.])(?:t|_t|NavItem)\("([a-z_.-]*[a-z])"', text)
    return set(spelled) | {f"problem.{code}.title" for code in re.findall(r'Problem\(\d+, "([a-z-]+)"', text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_there(language: str) -> None:
    keys = literal_keys()
    assert len(keys) > 100, "the pages were not found"
    derived = {f"{group}.{word}" for group, words in GROUPS.items() for word in words}  # type: ignore[attr-defined]
    missing = {key for key in keys | derived if key not in CATALOGS.keys(language)}
    assert not missing, sorted(missing)


def test_catalogues_say_the_same_things_with_the_same_values() -> None:
    for folder in (FOLDERS.locales, *FOLDERS.more_locales):
        found = {language: read_messages(folder / f"{language}.po") for language in LANGUAGES}
        assert found["kk"].keys() == found["ru"].keys() == found["en"].keys()
        for key, forms in found["en"].items():
            for language in LANGUAGES:
                assert _values(found[language][key]) == _values(forms), (key, language)


def _values(forms: tuple[str, ...]) -> set[str]:
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}
