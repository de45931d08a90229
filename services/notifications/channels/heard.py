"""What a server says of when to come again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=1).total_seconds()
"""Seconds that anybody may put us off for: a mistake of theirs must not silence us for years."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from `now` (UTC) that a `retry-after` header asks for (RFC 9110, 10.2.3); None where it asks nothing."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return min(float(said[:10]), LONGEST)
    try:
        asked = (parsedate_to_datetime(said) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None
    return min(max(asked, 0.0), LONGEST)
