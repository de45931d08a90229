"""Messages, plurals and negotiation in the three languages people read.

Every language is a catalogue, English too: a message is found by a short key (`"petition.sign"`), never by its
English text. Catalogues are gettext `.po` files read at start, one folder for the kit and one per service.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from kenes.observe.logs import get_logger
from kenes.web.formats import Formats

LANGUAGES: Final = ("kk", "ru", "en")
NAMES: Final = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
DEFAULT: Final = "kk"
FALLBACK: Final = "en"
LANGUAGE_COOKIE: Final = "lang"
KIT_LOCALES: Final = Path(__file__).parent / "locales"

# Position of each CLDR plural category in a `msgstr[n]` list. Russian fractions ("1,5 подписи") read like "few".
_FORMS: Final[Mapping[str, Mapping[str, int]]] = {
    "kk": {"one": 0, "other": 1},
    "ru": {"one": 0, "few": 1, "many": 2, "other": 1},
    "en": {"one": 0, "other": 1},
}
_log = get_logger(__name__)


class MissingMessageError(LookupError):
    """No catalogue of the language has this key (raised by strict catalogues only)."""


class Catalogs:
    """All messages of the kit and of the given service folders, by language.

    Each folder holds `kk.po`, `ru.po` and `en.po`; a later folder may replace a key of an earlier one.
    `strict` is for tests: a missing key raises `MissingMessageError` instead of falling back to English.

    Raises `FileNotFoundError` when a folder lacks a language.
    """

    def __init__(self, folders: Iterable[Path] = (), *, strict: bool = False) -> None:
        self.strict = strict
        paths = [KIT_LOCALES, *folders]
        self._messages = {
            language: {key: forms for path in paths for key, forms in read_messages(path / f"{language}.po").items()}
            for language in LANGUAGES
        }
        self._formats = {language: Formats(language) for language in LANGUAGES}
        # Which form a number takes is worked out with decimals: it takes longer than all else about a message.
        self._plural = {
            language: lru_cache(maxsize=8192, typed=True)(Locale.parse(language).plural_form) for language in LANGUAGES
        }

    def keys(self, language: str) -> frozenset[str]:
        return frozenset(self._messages[language])

    def formats(self, language: str) -> "Formats":
        return self._formats[language]

    def translate(self, language: str, key: str, /, **values: object) -> str:
        """The message `key` in `language` with `{placeholders}` filled.

        `count` selects the plural form. Numbers and dates are written as the language writes them. If a value is
        `Markup`, the rest is escaped and the answer is `Markup` too, so that a link can stand inside a sentence.
        """
        source = language
        forms = self._messages[language].get(key)
        if forms is None:
            if self.strict:
                raise MissingMessageError(f"{key} ({language})")
            _log.warning("message missing", key=key, language=language)
            source, forms = FALLBACK, self._messages[FALLBACK].get(key, (key,))
        message = forms[self._form(source, values.get("count"))] if len(forms) > 1 else forms[0]
        if not values:
            return message
        formats = self._formats[language]
        if any(isinstance(value, Markup) for value in values.values()):
            return escape(message).format(**{name: _written(formats, value) for name, value in values.items()})
        return message.format(**{name: _written(formats, value) for name, value in values.items()})

    def plural_forms(self, language: str, key: str, /, **values: object) -> dict[str, str]:
        """The forms of a message by CLDR category with `{count}` left open, for scripts that count on the page."""
        forms = self._messages[language][key]
        return {
            category: forms[position].format(count="{count}", **values)
            for category, position in _FORMS[language].items()
        }

    def _form(self, language: str, count: object) -> int:
        if not isinstance(count, int | float):
            raise TypeError("a message with plural forms needs a number as count=")
        return _FORMS[language][self._plural[language](count)]


class Translator:
    """One language of the catalogues: callable as `t("petition.sign", count=3)`."""

    def __init__(self, catalogs: Catalogs, language: str) -> None:
        self.catalogs = catalogs
        self.language = language
        self.formats = catalogs.formats(language)

    def __call__(self, key: str, /, **values: object) -> str:
        return self.catalogs.translate(self.language, key, **values)

    def plural_json(self, key: str, /, **values: object) -> str:
        """`Catalogs.plural_forms` as JSON, for a `data-` attribute."""
        return json.dumps(self.catalogs.plural_forms(self.language, key, **values), ensure_ascii=False)


def read_messages(path: Path) -> dict[str, tuple[str, ...]]:
    """Key to its forms: one string, or one per plural form. Untranslated entries are left out."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem, abort_invalid=True)
    entries = ((message.id, message.string) for message in catalog if message.id)
    return {
        (key if isinstance(key, str) else key[0]): ((text,) if isinstance(text, str) else tuple(text))
        for key, text in entries
        if text and all(text)
    }


def negotiate(
    accept_language: str | None, query: str | None = None, cookie: str | None = None, *, default: str = DEFAULT
) -> str:
    """The language of an answer: the `?lang=` link, else the remembered choice, else the browser's order."""
    for choice in (query, cookie):
        if choice in LANGUAGES:
            return choice
    return next((language for language in _accepted(accept_language or "") if language in LANGUAGES), default)


def _accepted(header: str) -> list[str]:
    """Primary subtags of an Accept-Language header, most wanted first (RFC 9110 §12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if weight > 0:
            wanted.append((weight, tag.strip().lower().partition("-")[0]))
    return [tag for _, tag in sorted(wanted, key=lambda item: -item[0])]


def _written(formats: "Formats", value: object) -> object:
    match value:
        case bool() | str():
            return value
        case int() | float():
            return formats.number(value)
        case datetime():
            return formats.date_time(value)
        case date():
            return formats.date(value)
        case _:
            return value
