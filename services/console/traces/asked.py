"""What somebody looks for: a trace, an event or a receipt, and how far back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from kenes.kafka.records import Receipt
from kenes.observe import tracing

BACK: Final[Mapping[str, timedelta]] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
}
"""How far back a search may begin; requests are kept for a month."""
USUAL: Final = "hour"

_TRACE: Final = re.compile(r"[0-9a-f]{32}")
_EVENT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECEIPT: Final = re.compile(r"(?:[a-z]{1,20}-)?([0-9]{1,5})-([0-9]{1,18})")


class MalformedError(ValueError):
    """What nobody can look for."""


class Kind(StrEnum):
    """What an id names."""

    TRACE = "trace"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Window:
    """From `back` (a word of `BACK`) before `at` on; before now where `at` is None."""

    back: str = USUAL
    at: datetime | None = None

    @classmethod
    def told(cls, back: str, at: str) -> "Window":
        """The window of a query; empty words leave it open. Raises `MalformedError`."""
        if back and back not in BACK:
            raise MalformedError(back)
        return cls(back or USUAL, _instant(at) if at else None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Every record of a trace, or the one that is an event, in a window."""

    kind: Kind
    id: str
    window: Window = Window()


def asked_for(text: str, window: Window) -> Asked:
    """What a trace id, a whole `traceparent` or an event's id names. Raises `MalformedError`."""
    told = text.strip().lower()
    trace = tracing.parse(told)
    if trace is not None:
        return Asked(Kind.TRACE, trace.trace_id, window)
    if _TRACE.fullmatch(told) and told.strip("0"):
        return Asked(Kind.TRACE, told, window)
    if _EVENT.fullmatch(told):
        return Asked(Kind.EVENT, told, window)
    raise MalformedError(text)


def receipt_of(text: str) -> Receipt | None:
    """The receipt that a text is, `3-1204` or as pages show it, `signature-3-1204`; None for what is none."""
    found = _RECEIPT.fullmatch(text.strip())
    return None if found is None else Receipt(int(found[1]), int(found[2]))


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedError(text) from error
