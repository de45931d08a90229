"""What stands in addresses and forms as text: instants and whole numbers, such as can be worked with."""

from datetime import UTC, datetime
from typing import Final

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str) -> datetime:
    """An instant as ISO 8601 has it, in UTC.

    Raises `ValueError` for anything else, for one without its offset from UTC, and for one before 1970: nothing here is
    older, and what is looked for days before the first of all days is no instant any more.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no offset from UTC")
    try:
        at = at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not in the years 1 to 9999") from error
    if at < _EARLIEST:
        raise ValueError("before 1970")
    return at


def whole_number(text: str, digits: int = 9) -> int | None:
    """A whole number from 0, of at most so many `digits`; `None` for anything else.

    Python itself reads the digits of every script, and refuses to read thousands of them.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
