"""Notices as push messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import UUID

import orjson

from kenes.egress.client import Answer, Poster
from kenes.egress.errors import EgressError
from schemas.notifications.parts import Priority
from services.notifications.channels.heard import retry_after
from services.notifications.channels.port import Gone, Notice, Outcome, Retry, Sent
from services.notifications.channels.webpush.settings import WebPushSettings
from services.notifications.channels.webpush.subscription import SubscriptionError, parse_subscription
from services.notifications.channels.webpush.vapid import Vapid
from services.notifications.wording.plain import line
from services.notifications.wording.telling import Told, Wording

_URGENCY: Final = {Priority.URGENT: "high", Priority.NORMAL: "normal", Priority.LOW: "low"}
_LONGEST: Final = 300
"""Letters of a text: systems show less, and all of it fits into the 4,096 bytes that every push service takes."""
_SHOWN: Final = 3
_GONE: Final = (404, 410)


class WebPushChannel:
    """Hands messages to the browsers' push services. A later try replaces an earlier one that still waits there."""

    name: ClassVar[str] = "webpush"

    def __init__(
        self, egress: Poster, settings: WebPushSettings, wording: Wording, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Raises `ValueError` without a key. `clock` tells the seconds since the epoch."""
        self._egress = egress
        self._settings = settings
        self._wording = wording
        self._clock = clock
        self._vapid = Vapid(settings.key, settings.webpush_contact, clock)

    async def send(self, destination: str, message: Notice, /) -> Outcome:
        """One try, to a subscription as the browser's JSON."""
        try:
            browser = parse_subscription(destination, self._settings.webpush_hosts)
        except SubscriptionError:
            return Gone("no-subscription")
        headers = {
            "authorization": self._vapid.authorization(browser.target.origin),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(self._settings.webpush_ttl),
            "urgency": _URGENCY[message.priority],
            "topic": UUID(message.id).hex,  # 32 letters are what fits (RFC 8030, 5.4)
        }
        try:
            answer = await self._egress.post(browser.endpoint, browser.encrypt(self.content(message)), headers)
        except EgressError as error:
            return Retry(error.reason)
        return self._outcome(answer)

    def content(self, notice: Notice) -> bytes:
        """What the service worker (`static/sw.js`) shows, as JSON."""
        told = self._wording.tell(notice)
        title, text, url = _digest(told, notice.manage) if notice.is_digest else _single(told)
        shown = {"id": notice.id, "language": notice.language, "title": title, "text": text, "url": url}
        return orjson.dumps(shown)

    def _outcome(self, answer: Answer) -> Outcome:
        if 200 <= answer.status < 300:
            return Sent(answer.status)
        if answer.status in _GONE:
            return Gone("gone", answer.status)
        after = retry_after(answer.headers, datetime.fromtimestamp(self._clock(), UTC))
        return Retry("refused", after, answer.status)


def _single(told: Told) -> tuple[str, str, str]:
    (item,) = told.items
    lines = [item.title, *(f"{label}: {value}" for label, value in item.facts)]
    return item.headline, "\n".join(line(each, _LONGEST) for each in lines[:_SHOWN]), item.url


def _digest(told: Told, manage: str) -> tuple[str, str, str]:
    lines = [f"{item.headline}: {item.title}" for item in told.items[:_SHOWN]]
    return told.subject, "\n".join(line(each, _LONGEST) for each in lines), manage
