"""Feeds that feed readers can read, whatever people wrote."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from kenes.web.feeds import Entry, Feed, atom, json_feed

A = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def feed(title: str = "Lists", text: str = "Build it.") -> Feed:
    entry = Entry("urn:uuid:1", title, "https://k.example/petitions/1", AT, AT, text, "kk", "health")
    own, page = "https://k.example/feed.atom?q=a&b=c", "https://k.example/petitions"
    return Feed("Кеңес", "Kenes", own, page, "ru", [entry], following="https://k.example/feed.atom?after=2")


def test_atom_has_all_that_rfc_4287_requires() -> None:
    root = ET.fromstring(atom(feed()))

    assert root.tag == f"{A}feed"
    assert root.findtext(f"{A}id") == "https://k.example/feed.atom?q=a&b=c"
    assert root.findtext(f"{A}title") == "Кеңес"
    assert root.findtext(f"{A}updated") == "2026-03-02T12:30:00Z"
    assert root.findtext(f"{A}author/{A}name") == "Kenes"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{A}link")}
    assert links["self"] == root.findtext(f"{A}id")
    assert links["next"] == "https://k.example/feed.atom?after=2"
    entry = root.find(f"{A}entry")
    assert entry is not None
    assert [entry.findtext(f"{A}{tag}") for tag in ("id", "updated", "content")] == [
        "urn:uuid:1",
        "2026-03-02T12:30:00Z",
        "Build it.",
    ]
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "kk"


@given(st.text(), st.text(min_size=1))
def test_no_text_breaks_the_document(title: str, text: str) -> None:
    entry = ET.fromstring(atom(feed(title, text))).find(f"{A}entry")

    assert entry is not None
    assert len(entry.findtext(f"{A}title") or "") <= len(title)
    if text.isprintable() and max(text) < "\ufffe" and not any("\ud800" <= each < "\ue000" for each in text):
        assert entry.findtext(f"{A}content") == text


def test_markup_is_text() -> None:
    assert b"<script>" not in atom(feed("<script>alert(1)</script>", "]]>&amp;"))


def test_json_feed_is_version_1_1() -> None:
    document = json.loads(json_feed(feed()))

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert (document["feed_url"], document["home_page_url"]) == (feed().own, feed().page)
    assert document["next_url"] == feed().following
    (item,) = document["items"]
    assert item == {
        "id": "urn:uuid:1",
        "url": "https://k.example/petitions/1",
        "title": "Lists",
        "content_text": "Build it.",
        "date_published": "2026-03-02T12:30:00Z",
        "date_modified": "2026-03-02T12:30:00Z",
        "language": "kk",
        "tags": ["health"],
    }


def test_an_empty_feed_has_never_changed() -> None:
    empty = Feed("t", "a", "https://k.example/f", "https://k.example/", "en")

    assert b"<updated>1970-01-01T00:00:00Z</updated>" in atom(empty)
    assert json.loads(json_feed(empty))["items"] == []
