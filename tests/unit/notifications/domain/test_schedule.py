"""When somebody is told: never before it happened, never in quiet hours, and digests at one instant of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications.parts import Cadence, Preferences, Priority, QuietHours
from services.notifications.domain.schedule import RETRIES, due_at, knows_zone, priority_when_due, quiet_hours, retry_at

ZONES = ("Asia/Almaty", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC")
HOURS = st.integers(0, 23)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PREFERENCES = st.builds(
    Preferences,
    zone=st.sampled_from(ZONES),
    quiet=st.none() | st.builds(QuietHours, begin=HOURS, end=HOURS),
    digest_hour=HOURS,
    digest_weekday=st.integers(0, 6),
)


def quiet(instant: datetime, preferences: Preferences) -> bool:
    """Counted hour by hour, by the clock on the wall."""
    if preferences.quiet is None:
        return False
    hours, hour = [], preferences.quiet.begin
    while hour != preferences.quiet.end:
        hours.append(hour)
        hour = (hour + 1) % 24
    return instant.astimezone(ZoneInfo(preferences.zone)).hour in hours


@given(INSTANTS, st.sampled_from(Cadence), st.sampled_from(Priority), PREFERENCES)
def test_nothing_is_told_before_it_happened_or_in_quiet_hours(
    now: datetime, cadence: Cadence, priority: Priority, preferences: Preferences
) -> None:
    due = due_at(now, cadence, priority, preferences)
    assert due >= now
    urgent_now = cadence is Cadence.AT_ONCE and priority is Priority.URGENT
    assert urgent_now or not quiet(due, preferences)
    longest = {Cadence.AT_ONCE: 1, Cadence.DAILY: 2, Cadence.WEEKLY: 8}[cadence]
    assert due - now <= timedelta(days=longest, hours=2)  # a day of changed clocks is longer


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(hours=23)), st.sampled_from(Cadence), PREFERENCES)
def test_what_happens_later_is_never_told_sooner(
    now: datetime, later: timedelta, cadence: Cadence, preferences: Preferences
) -> None:
    first = due_at(now, cadence, Priority.NORMAL, preferences)
    assert due_at(now + later, cadence, Priority.NORMAL, preferences) >= first


@given(INSTANTS, PREFERENCES.filter(lambda each: each.quiet is None))
def test_what_happens_between_two_digests_is_told_in_one(now: datetime, preferences: Preferences) -> None:
    due = due_at(now, Cadence.DAILY, Priority.NORMAL, preferences)
    assert due_at(due - timedelta(milliseconds=1), Cadence.DAILY, Priority.NORMAL, preferences) == due
    assert due_at(due, Cadence.DAILY, Priority.NORMAL, preferences) > due


@pytest.mark.parametrize(
    ("now", "cadence", "priority", "expected"),
    [
        ("2026-11-22T18:30", Cadence.AT_ONCE, Priority.NORMAL, "2026-11-23T02:00"),  # half past eleven at night
        ("2026-11-22T18:30", Cadence.AT_ONCE, Priority.URGENT, "2026-11-22T18:30"),
        ("2026-11-22T06:00", Cadence.AT_ONCE, Priority.LOW, "2026-11-22T06:00"),
        ("2026-11-22T06:00", Cadence.DAILY, Priority.NORMAL, "2026-11-23T04:00"),
        ("2026-11-22T03:59", Cadence.DAILY, Priority.NORMAL, "2026-11-22T04:00"),
        ("2026-11-22T06:00", Cadence.WEEKLY, Priority.NORMAL, "2026-11-27T04:00"),
    ],
)
def test_in_almaty(now: str, cadence: Cadence, priority: Priority, expected: str) -> None:
    wanted = Preferences(quiet=QuietHours(begin=22, end=7), digest_hour=9, digest_weekday=4)
    due = due_at(datetime.fromisoformat(now).replace(tzinfo=UTC), cadence, priority, wanted)
    assert due == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_what_waits_is_told_together() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    later = now + timedelta(hours=1)
    assert priority_when_due(Priority.NORMAL, now, now) is Priority.NORMAL
    assert priority_when_due(Priority.NORMAL, now, later) is Priority.LOW
    assert priority_when_due(Priority.URGENT, now, later) is Priority.URGENT


@given(INSTANTS, st.integers(1, len(RETRIES)), st.none() | st.floats(0, 1e9), st.sampled_from(Priority), PREFERENCES)
def test_a_pause_is_as_long_as_the_other_side_wants_and_ends_outside_quiet_hours(
    now: datetime, tries: int, after: float | None, priority: Priority, preferences: Preferences
) -> None:
    hours = quiet_hours(priority, preferences)
    again = retry_at(now, tries, "subscriber", after, hours)
    assert again is not None
    assert again - now >= max(RETRIES[tries - 1], min(timedelta(seconds=after or 0), RETRIES[-1]))
    assert again - now <= RETRIES[-1] * 1.2 + (timedelta(0) if hours is None else timedelta(days=1, hours=2))
    assert priority is Priority.URGENT or not quiet(again, preferences)
    assert retry_at(now, len(RETRIES) + 1, "subscriber", after, hours) is None


def test_zones() -> None:
    assert knows_zone("Asia/Almaty")
    assert not any(map(knows_zone, ("Mars/Olympus", "", "../etc/passwd", "/etc/localtime")))
