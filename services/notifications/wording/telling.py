"""A notice in the words of its reader: headlines, labelled facts, a subject. Channels only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from kenes.home import HOME_ZONE
from kenes.web.formats import Formats
from kenes.web.i18n import LANGUAGES, Catalogs, Translator
from services.notifications.channels.port import Fact, FactValue, Item, Notice
from services.notifications.wording.plain import line

LOCALES: Final = Path(__file__).parent / "locales"
LONGEST_SUBJECT: Final = 200
LONGEST_TITLE: Final = 160
LONGEST_FACT: Final = 300
_NEWS: Final = "notice.news"


@dataclass(frozen=True, slots=True)
class ToldItem:
    """One thing that happened: `headline` says what, `title` to what; `facts` are labels with values."""

    headline: str
    title: str
    facts: tuple[tuple[str, str], ...]
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words. `subject` fits a line; `site` is the host that people know."""

    subject: str
    items: tuple[ToldItem, ...]
    site: str


class Wording:
    """Puts notices into words. An event of a kind that has no headline here reads as news, and nothing is lost."""

    def __init__(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs
        self._keys = {language: catalogs.keys(language) for language in LANGUAGES}

    def translator(self, notice: Notice) -> Translator:
        """The reader's language."""
        return Translator(self._catalogs, notice.language)

    def tell(self, notice: Notice) -> Told:
        """The notice in its reader's language."""
        t = self.translator(notice)
        items = tuple(self.item(item, t, notice.zone) for item in notice.items)
        if notice.is_digest:
            subject = t("notice.digest.subject", count=len(items))
        else:
            subject = f"{items[0].headline}: {items[0].title}"
        return Told(line(subject, LONGEST_SUBJECT), items, urlsplit(notice.manage).netloc)

    def item(self, item: Item, t: Translator, zone: tzinfo = HOME_ZONE) -> ToldItem:
        """One thing that happened, in the translator's language and by the clock of `zone`."""
        formats = _formats(t.language, zone)
        return ToldItem(
            headline=self._known(_headline(item.kind), t) or t(_NEWS),
            title=line(item.title, LONGEST_TITLE),
            facts=tuple(
                (t(f"notice.fact.{fact}"), self._value(fact, value, t, formats)) for fact, value in item.facts.items()
            ),
            when=formats.date_time(item.at),
            url=item.url,
        )

    def _value(self, fact: Fact, value: FactValue, t: Translator, formats: Formats) -> str:
        match value:
            case datetime():
                return formats.date_time(value)
            case date():
                return formats.date(value)
            case int():
                return formats.number(value)
            case str():
                return self._known(f"notice.{fact}.{value}", t) or line(value, LONGEST_FACT)

    def _known(self, key: str, t: Translator) -> str | None:
        return t(key) if key in self._keys[t.language] else None


@lru_cache(maxsize=256)
def _formats(language: str, zone: tzinfo) -> Formats:
    return Formats(language, zone)


def _headline(kind: str) -> str:
    """`notifications.petition.closed.v1` as `notice.petition.closed`."""
    return "notice." + kind.removeprefix("notifications.").rpartition(".")[0]
