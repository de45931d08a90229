"""The catalogues of the whole product: every language says everything, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from kenes.web.i18n import KIT_LOCALES, LANGUAGES, read_messages

ROOT = Path(__file__).parents[3]
FOLDERS = sorted({path.parent for top in ("kenes", "services") for path in (ROOT / top).rglob("*.po")})
# CLDR says what a language needs; gettext's header must say the same.
PLURALS = {"kk": 2, "ru": 3, "en": 2}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def messages(folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    return {language: read_messages(folder / f"{language}.po") for language in LANGUAGES}


def template_calls() -> Iterator[tuple[Path, str]]:
    """Every `t("key")` and `plural_json("key")` with a literal key in any template."""
    for path in sorted(path for top in ("kenes", "services") for path in (ROOT / top).rglob("templates/**/*.html")):
        tree = Environment(autoescape=True).parse(path.read_text())
        for call in tree.find_all(nodes.Call):
            named = isinstance(call.node, nodes.Name) and call.node.name in {"t", "plural_json"}
            if named and call.args and isinstance(call.args[0], nodes.Const):
                yield path, str(call.args[0].value)


def test_the_kit_is_among_the_catalogues_looked_at() -> None:
    assert KIT_LOCALES in FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
class TestFolder:
    def test_all_languages_have_the_same_keys(self, folder: Path) -> None:
        said = messages(folder)
        assert set(said["kk"]) == set(said["ru"]) == set(said["en"])

    def test_nothing_is_left_untranslated(self, folder: Path) -> None:
        for language in LANGUAGES:
            with (folder / f"{language}.po").open("rb") as file:
                written = {
                    entry.id if isinstance(entry.id, str) else entry.id[0] for entry in read_po(file) if entry.id
                }
            assert written == set(messages(folder)[language])

    def test_all_languages_fill_the_same_placeholders(self, folder: Path) -> None:
        said = messages(folder)
        for key, english in said["en"].items():
            wanted = {name for form in english for name in placeholders(form)}
            for language in LANGUAGES:
                assert {name for form in said[language][key] for name in placeholders(form)} == wanted, (language, key)

    def test_every_plural_message_has_the_forms_of_its_language(self, folder: Path) -> None:
        said = messages(folder)
        for key, english in said["en"].items():
            for language in LANGUAGES:
                assert len(said[language][key]) == (PLURALS[language] if len(english) > 1 else 1), (language, key)

    def test_headers_name_the_language_and_its_plurals(self, folder: Path) -> None:
        for language in LANGUAGES:
            with (folder / f"{language}.po").open("rb") as file:
                catalog = read_po(file)
            assert str(catalog.locale) == language
            assert catalog.num_plurals == PLURALS[language]

    def test_kazakh_and_russian_are_not_left_in_english(self, folder: Path) -> None:
        said = messages(folder)
        for language in ("kk", "ru"):
            latin = {key for key, forms in said[language].items() if not re.search("[а-яёәғқңөұүһі]", forms[0], re.I)}
            worded = {
                key for key in latin if re.search(r"[A-Za-z]{4,}", re.sub(r"\{.*?\}", "", said[language][key][0]))
            }
            assert not worded

    def test_no_suffix_or_postposition_stands_after_what_is_filled_in(self, folder: Path) -> None:
        """Kazakh declines the word before a postposition, and a date or number that is filled in stays as it is."""
        bent = re.compile(r"\{(when|since|until|at|day|date)\}[^.:;,]{0,3}\b(дейін|бастап|кейін)|\{count\}-")
        assert not {key for key, forms in messages(folder)["kk"].items() if any(map(bent.search, forms))}


def test_every_key_a_template_asks_for_exists() -> None:
    known = {key for folder in FOLDERS for key in messages(folder)["en"]}
    missing = {(path.name, key) for path, key in template_calls() if key not in known}
    assert not missing


def test_templates_ask_by_key_at_all() -> None:
    assert len(list(template_calls())) > 30


def test_refusals_name_no_country_since_every_rule_pack_shares_them() -> None:
    said = messages(ROOT / "services/petitions/locales")
    for language, name in (("kk", "Қазақстан"), ("ru", "Казахстан"), ("en", "Kazakhstan")):
        assert not {key for key, forms in said[language].items() if key.startswith("problem.") and name in forms[0]}
