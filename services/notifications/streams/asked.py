"""What a reader asks of the log: from where on, how much, and which events. The same words for every way in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request

from kenes.web.problems import FieldError, InvalidInput, Problem, invalid_input
from schemas.notifications.public import PUBLIC_TYPES
from schemas.notifications.streams import StreamFilter
from services.notifications.api import PREFIX
from services.notifications.domain.streams_filtering import fits
from services.notifications.streams.log import CursorExpiredError, CursorFutureError, PublicLog

SINGLE: Final = ("threshold",)
"""Members of a filter that have one value; the others may be repeated."""
LARGEST_PAGE: Final = 500
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a request; `after` and `since` say from where on, at most one of them is set."""

    filter: StreamFilter
    after: int | None = None
    since: datetime | None = None
    limit: int = PAGE

    @classmethod
    def of(cls, request: Request, *known: str) -> "Asked":
        """What a request asks by `after`, `since`, `limit` where they are `known`, and by the members of a filter.

        Raises a problem that names what is unknown or wrong.
        """
        values: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            values.setdefault(name, []).append(value)
        mine = {name: values.pop(name)[-1] for name in known if name in values}
        return cls(
            filter=checked_filter({name: given[-1] if name in SINGLE else given for name, given in values.items()}),
            after=cursor_of(mine["after"]) if "after" in mine else None,
            since=instant_of(mine["since"]) if "since" in mine else None,
            limit=_limit(mine.get("limit", str(PAGE))),
        )


def checked_filter(given: dict[str, Any]) -> StreamFilter:
    """A filter of its members. Raises `InvalidInput` that names every unknown or wrong one."""
    try:
        wanted = StreamFilter.model_validate(given)
    except ValidationError as error:
        raise invalid_input(error) from None
    check_types(wanted)
    return wanted


def check_types(wanted: StreamFilter, pointer: str = "") -> None:
    """Raises `InvalidInput` for a type that no event has: it would wait for ever, and nobody would notice."""
    unknown = [
        FieldError(f"{pointer}/types/{place}", "type-unknown", {"type": pattern})
        for place, pattern in enumerate(wanted.types)
        if not any(fits(pattern, kind) for kind in PUBLIC_TYPES)
    ]
    if unknown:
        raise InvalidInput(unknown)


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= LARGEST_PAGE):
        raise InvalidInput([FieldError("/limit", "less-than-equal", {"le": LARGEST_PAGE})])
    return int(text)


def cursor_of(text: str) -> int:
    """The place a cursor names; raises a problem."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem(400, "cursor-malformed")
    return int(text)


def place_of(request: Request, name: str) -> int | None:
    """Where a page begins, as the page before gave it in a parameter; raises a problem."""
    text = request.query_params.get(name)
    return None if text is None else cursor_of(text)


def instant_of(text: str) -> datetime:
    """An ISO 8601 instant, or day, in UTC unless it says otherwise; raises a problem."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(400, "time-malformed") from None


async def place_in(log: PublicLog, after: int | None, since: datetime | None, otherwise: int) -> int:
    """The cursor that was asked for, by itself or by a time. Raises the problems of `checked`, and one for both."""
    if after is not None and since is not None:
        raise InvalidInput([FieldError("/since", "not-beside", {"other": "after"})])
    if after is not None:
        return await checked(log, after)
    if since is None:
        return otherwise
    found = await log.at(since)
    return (await log.bounds())[1] if found is None else found


async def checked(log: PublicLog, cursor: int) -> int:
    """The cursor itself. Raises a problem where there is nothing yet, or where it has been dropped."""
    try:
        await log.check(cursor)
    except CursorFutureError:
        raise Problem(400, "cursor-future") from None
    except CursorExpiredError:
        snapshot = f"{PREFIX}/snapshot"
        link = {"link": f'<{snapshot}>; rel="alternate"'}
        raise Problem(410, "cursor-expired", members={"snapshot": snapshot}, headers=link) from None
    return cursor
