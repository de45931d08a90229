"""Messages, plural forms, fallback, and the choice of a language."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup
from structlog.testing import capture_logs

from kenes.web.i18n import LANGUAGES, Catalogs, MissingMessageError, Translator, negotiate

RUSSIAN = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language in LANGUAGES:
        plurals = RUSSIAN if language == "ru" else "nplurals=2; plural=(n != 1);"
        text = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        text += f'"Language: {language}\\nPlural-Forms: {plurals}\\n"\n'
        text += f'\nmsgid "test.tell"\nmsgstr "{language}: {{what}}"\n'
        if language == "en":
            text += (
                '\nmsgid "test.only_english"\nmsgid_plural "x"\nmsgstr[0] "{count} thing"\nmsgstr[1] "{count} things"\n'
            )
        (tmp_path / f"{language}.po").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("en", 1, "1 working day left"),
        ("en", 0, "0 working days left"),
        ("ru", 1, "Остался 1 рабочий день"),
        ("ru", 3, "Осталось 3 рабочих дня"),
        ("ru", 11, "Осталось 11 рабочих дней"),
        ("ru", 21, "Остался 21 рабочий день"),
        ("ru", 112, "Осталось 112 рабочих дней"),
        ("kk", 1, "1 жұмыс күні қалды"),
        ("kk", 12, "12 жұмыс күні қалды"),
    ],
)
def test_the_count_selects_the_form(language: str, count: int, text: str) -> None:
    assert Translator(Catalogs(strict=True), language)("time.working_days_left", count=count) == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "of 50,000"), ("ru", "из 50\xa0000"), ("kk", "меже — 50\xa0000")]
)
def test_numbers_are_written_as_the_language_writes_them(language: str, text: str) -> None:
    assert Catalogs(strict=True).translate(language, "count.of", goal=50_000) == text


def test_a_plural_message_without_a_count_is_refused() -> None:
    with pytest.raises(TypeError, match="count"):
        Catalogs().translate("en", "time.days_left")


def test_a_missing_key_fails_strict_catalogues(folder: Path) -> None:
    with pytest.raises(MissingMessageError, match=r"test\.only_english"):
        Catalogs([folder], strict=True).translate("kk", "test.only_english", count=2)


def test_a_missing_key_falls_back_to_english_and_is_logged(folder: Path) -> None:
    with capture_logs() as told:
        assert Catalogs([folder]).translate("ru", "test.only_english", count=1200) == "1\xa0200 things"
    assert [each["key"] for each in told] == ["test.only_english"]


def test_a_key_nobody_has_shows_itself() -> None:
    assert Catalogs().translate("kk", "no.such.key") == "no.such.key"


def test_markup_values_stand_in_an_escaped_sentence(folder: Path) -> None:
    text = Catalogs([folder], strict=True).translate("en", "test.tell", what=Markup("<b>{0}</b>"))
    assert text == Markup("en: <b>{0}</b>")
    assert isinstance(text, Markup)


def test_what_people_wrote_is_a_value_and_never_a_pattern(folder: Path) -> None:
    assert Catalogs([folder], strict=True).translate("en", "test.tell", what="{count} {0} %s") == "en: {count} {0} %s"


def test_a_folder_without_one_of_the_languages_stops_the_start(folder: Path) -> None:
    (folder / "ru.po").unlink()
    with pytest.raises(FileNotFoundError, match=r"ru\.po"):
        Catalogs([folder])


def test_scripts_get_each_form_with_the_count_left_open() -> None:
    forms = Catalogs(strict=True).plural_forms("ru", "count.to_go", threshold="слушания")
    assert forms["one"] == "слушания: нужна ещё {count} подпись"
    assert forms["many"] == "слушания: нужно ещё {count} подписей"


@pytest.mark.parametrize(
    ("header", "query", "cookie", "language"),
    [
        ("kk", "ru", "en", "ru"),
        ("kk", None, "en", "en"),
        ("kk", "xx", "yy", "kk"),
        ("de-DE, ru-RU;q=0.7, en;q=0.9", None, None, "en"),
        ("EN-us", None, None, "en"),
        ("en;q=0, ru", None, None, "ru"),
        ("en;q=two, ru;q=0.1", None, None, "ru"),
        ("en; q=0.2, ru; q=0.9", None, None, "ru"),
        ("*", None, None, "kk"),
        ("fr, de", None, None, "kk"),
        (",;=,,", None, None, "kk"),
        ("", None, None, "kk"),
        (None, None, None, "kk"),
    ],
)
def test_negotiation(header: str | None, query: str | None, cookie: str | None, language: str) -> None:
    assert negotiate(header, query, cookie) == language
