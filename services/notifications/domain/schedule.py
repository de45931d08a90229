"""When somebody is told: at once, or with everything else of a day or week; never in their quiet hours."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.notifications.parts import Cadence, Preferences, Priority, QuietHours, ZonedQuietHours

RETRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
"""The pause after each try that did not work. After the last pause there is one more try."""

SPREAD: Final = 0.2
"""By how much of itself a pause may be longer, so that not all come back at once."""


def knows_zone(zone: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def due_at(now: datetime, cadence: Cadence, priority: Priority, preferences: Preferences) -> datetime:
    """When something that happened is told, UTC: `now` or later. What is urgent does not wait for the morning."""
    zone = ZoneInfo(preferences.zone)
    if cadence is Cadence.AT_ONCE:
        return now if priority is Priority.URGENT else _after_quiet(now, preferences.quiet, zone)
    weekday = preferences.digest_weekday if cadence is Cadence.WEEKLY else None
    return _after_quiet(_next_digest(now, preferences.digest_hour, weekday, zone), preferences.quiet, zone)


def priority_when_due(priority: Priority, now: datetime, due: datetime) -> Priority:
    """What waits is told together, and then hurries as little as the rest; what is urgent stays so."""
    return priority if due == now or priority is Priority.URGENT else Priority.LOW


def quiet_hours(priority: Priority, preferences: Preferences) -> ZonedQuietHours | None:
    """When something is not tried again; what is urgent is tried at any hour."""
    if priority is Priority.URGENT or preferences.quiet is None:
        return None
    return ZonedQuietHours(begin=preferences.quiet.begin, end=preferences.quiet.end, zone=preferences.zone)


def retry_at(
    now: datetime, tries: int, subscriber: str, after: float | None, quiet: ZonedQuietHours | None
) -> datetime | None:
    """When it is tried again after so many tries, UTC; `None` to give up.

    Not before the other side wants, and not in quiet hours. What one subscriber was told together is tried again
    together.
    """
    if tries > len(RETRIES):
        return None
    spread = 1 + SPREAD * crc32(subscriber.encode()) / 2**32
    pause = RETRIES[tries - 1] * spread
    again = now + max(pause, timedelta(seconds=min(after or 0.0, RETRIES[-1].total_seconds())))
    return again if quiet is None else _after_quiet(again, quiet, ZoneInfo(quiet.zone))


def _next_digest(now: datetime, hour: int, weekday: int | None, zone: ZoneInfo) -> datetime:
    """The next beginning of the hour, on the day of the week where one is named."""
    day = now.astimezone(zone).date()
    while True:
        found = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if found > now and weekday in (None, day.weekday()):
            return found
        day += timedelta(days=1)


def _after_quiet(instant: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime:
    """The instant itself, or the end of the quiet hours that it falls into."""
    if quiet is None or not _is_quiet(instant.astimezone(zone).hour, quiet):
        return instant
    return _next_digest(instant, quiet.end, None, zone)


def _is_quiet(hour: int, quiet: QuietHours) -> bool:
    if quiet.begin <= quiet.end:
        return quiet.begin <= hour < quiet.end
    return hour >= quiet.begin or hour < quiet.end  # over midnight
