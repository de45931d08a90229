"""Feeds: one model, written as Atom (RFC 4287) and as JSON Feed 1.1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

import orjson

ATOM_TYPE: Final = "application/atom+xml; charset=utf-8"
JSON_FEED_TYPE: Final = "application/feed+json; charset=utf-8"

_ATOM: Final = "http://www.w3.org/2005/Atom"
# XML 1.0 has no place for these, however they are escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `id` is a URN that never changes; times are UTC."""

    id: str
    title: str
    address: str
    published: datetime
    updated: datetime
    text: str = ""
    language: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Feed:
    """A list of entries, the newest first. Addresses are absolute; `own` is the feed's, `page` a person's."""

    title: str
    author: str
    own: str
    page: str
    language: str
    entries: Sequence[Entry] = ()
    following: str | None = None
    icon: str | None = None

    @property
    def updated(self) -> datetime:
        """When the newest of its entries changed; of an empty feed the beginning of time: it has never changed."""
        return max((entry.updated for entry in self.entries), default=_NEVER)


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": feed.language})
    _text(root, "id", feed.own)
    _text(root, "title", feed.title)
    _text(root, "updated", _instant(feed.updated))
    _text(ET.SubElement(root, "author"), "name", feed.author)
    _link(root, "self", feed.own, "application/atom+xml")
    _link(root, "alternate", feed.page, "text/html")
    if feed.following:
        _link(root, "next", feed.following, "application/atom+xml")
    if feed.icon:
        _text(root, "icon", feed.icon)
    for entry in feed.entries:
        _entry(root, entry)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, "entry", {"xml:lang": entry.language} if entry.language else {})
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _link(element, "alternate", entry.address, "text/html")
    _text(element, "published", _instant(entry.published))
    _text(element, "updated", _instant(entry.updated))
    if entry.category:
        ET.SubElement(element, "category", term=entry.category)
    # Without a text of its own an entry is what its title says (RFC 4287 wants one or an alternate link).
    if entry.text:
        _text(element, "content", entry.text, type="text")


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = _NOT_XML.sub("\ufffd", text)


def _link(parent: ET.Element, relation: str, address: str, kind: str) -> None:
    ET.SubElement(parent, "link", rel=relation, type=kind, href=address)


def json_feed(feed: Feed) -> bytes:
    """The feed as a JSON Feed document."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.own,
        "next_url": feed.following,
        "icon": feed.icon,
        "language": feed.language,
        "authors": [{"name": feed.author}],
    }
    return orjson.dumps(_without_none(document) | {"items": [_item(entry) for entry in feed.entries]})


def _item(entry: Entry) -> dict[str, Any]:
    return _without_none(
        {
            "id": entry.id,
            "url": entry.address,
            "title": entry.title,
            "content_text": entry.text or entry.title,
            "date_published": _instant(entry.published),
            "date_modified": _instant(entry.updated),
            "language": entry.language,
            "tags": [entry.category] if entry.category else None,
        }
    )


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _instant(at: datetime) -> str:
    """RFC 3339."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
