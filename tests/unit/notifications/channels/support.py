"""Notices to send, and the words they are told in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from kenes.web.i18n import Catalogs
from schemas.parts import Language
from services.notifications.channels.port import Fact, Item, Notice
from services.notifications.wording.telling import LOCALES, Wording

WORDING: Final = Wording(Catalogs((LOCALES,), strict=True))
AT: Final = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
ID: Final = "8f14e45f-ceea-567a-9d3c-0a1b2c3d4e5f"
TITLE: Final = "Мектеп жанындағы өткелдерге бағдаршам орнату"
URL: Final = "https://petitions.example/petitions/p1"
UNSUBSCRIBE: Final = "https://news.example/unsubscribe/" + "t" * 120


def item(**changes: Any) -> Item:
    told: dict[str, Any] = {
        "kind": "notifications.petition.goal-reached.v1",
        "title": TITLE,
        "url": URL,
        "at": AT,
        "facts": {Fact.SIGNATURES: 50_000, Fact.DUE: AT},
    }
    return Item(**(told | changes))


def notice(*items: Item, language: Language = "kk", **changes: Any) -> Notice:
    told: dict[str, Any] = {
        "id": ID,
        "unsubscribe": UNSUBSCRIBE,
        "manage": "https://news.example/mine",
        "zone": ZoneInfo("Asia/Almaty"),
    }
    return Notice(language=language, items=items or (item(),), **(told | changes))
