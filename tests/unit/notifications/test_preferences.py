"""When somebody is told: what the form says is taken as it is meant, or refused with a reason, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.web.bodies import Form
from kenes.web.problems import Problem
from schemas.notifications.parts import Cadence, Preferences, Priority, QuietHours
from schemas.notifications.subscriptions import PreferencesChanged, PreferencesRequested, SubscriptionRefused
from schemas.payload import Payload
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.schedule import due_at, knows_zone
from services.notifications.domain.subscriber import NOBODY
from services.notifications.domain.subscribing import decide
from services.notifications.pages.centre import _preferences

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KNOWN = Preferences(zone="Europe/Berlin")
HOURS = st.integers(0, 23)


def form(**changed: str) -> Form:
    """The form as a browser sends it, but for what is changed."""
    told = {"language": "ru", "quiet_begin": "22", "quiet_end": "7", "digest_hour": "8", "digest_weekday": "4"}
    return Form({name: [value] for name, value in (told | changed).items()})


def without(*names: str) -> Form:
    """The form without some of its fields."""
    return Form({name: values for name, values in form().items() if name not in names})


def asked(preferences: Preferences) -> Payload:
    """The decision on a wish."""
    request = PreferencesRequested(subscriber="s", owner="o", account=True, preferences=preferences)
    return decide(NOBODY, request, NOW)


def refused(sent: Form) -> tuple[int, str]:
    """Status and code of the problem that a form is."""
    with pytest.raises(Problem) as problem:
        _preferences(sent, KNOWN)
    return problem.value.status, problem.value.code


def test_what_is_chosen_is_taken_in_the_zone_that_is_known() -> None:
    assert _preferences(form(), KNOWN) == Preferences(
        language="ru", zone="Europe/Berlin", quiet=QuietHours(begin=22, end=7), digest_hour=8, digest_weekday=4
    )


def test_without_either_hour_there_are_no_quiet_hours() -> None:
    assert _preferences(form(quiet_begin="none", quiet_end="none"), KNOWN).quiet is None


@pytest.mark.parametrize(
    "sent",
    [form(quiet_begin="none"), form(quiet_end="none"), form(quiet_begin="none", quiet_end="99")],
)
def test_one_hour_without_the_other_is_refused(sent: Form) -> None:
    assert refused(sent) == (422, "quiet-hours-open")


@pytest.mark.parametrize("field", ["quiet_begin", "quiet_end", "digest_hour"])
@pytest.mark.parametrize("hour", ["24", "-1", "7.5", "22:00", "noon", "", "9" * 5_000, "\u00a0", "0x7"])
def test_what_is_no_hour_is_refused(field: str, hour: str) -> None:
    assert refused(form(**{field: hour})) == (400, "form-malformed")


@pytest.mark.parametrize(("field", "value"), [("digest_weekday", "7"), ("language", "de"), ("language", "")])
def test_what_is_no_day_and_no_language_of_ours_is_refused(field: str, value: str) -> None:
    assert refused(form(**{field: value})) == (400, "form-malformed")


@pytest.mark.parametrize("missing", [("quiet_begin", "quiet_end"), ("quiet_end",), ("digest_hour",), ("language",)])
def test_a_form_without_its_fields_is_refused(missing: tuple[str, ...]) -> None:
    assert refused(without(*missing)) == (400, "form-malformed")


@given(st.dictionaries(st.sampled_from(sorted(form())), st.text() | HOURS.map(str) | st.just("none")))
def test_any_form_is_preferences_or_a_problem(changed: dict[str, str]) -> None:
    with suppress(Problem):  # any other error is a page that breaks
        assert _preferences(form(**changed), KNOWN).zone == KNOWN.zone


@given(HOURS, HOURS)
def test_quiet_hours_are_taken_unless_they_begin_when_they_end(begin: int, end: int) -> None:
    decision = asked(Preferences(quiet=QuietHours(begin=begin, end=end)))
    if begin == end:
        assert isinstance(decision, SubscriptionRefused)
        assert decision.code == Refusal.QUIET_HOURS_EMPTY
    else:
        assert isinstance(decision, PreferencesChanged)


@pytest.mark.parametrize("zone", ["Asia/Almaty", "Europe/Berlin", "UTC"])
def test_a_zone_is_taken(zone: str) -> None:
    assert isinstance(asked(Preferences(zone=zone)), PreferencesChanged)


@pytest.mark.parametrize("zone", ["", "Asia", "Asia/", "Mars/Olympus", "..", ".", "zone.tab", "+05:00", "UTC\0"])
def test_an_unknown_zone_is_refused_before_the_hours_are_looked_at(zone: str) -> None:
    decision = asked(Preferences(zone=zone, quiet=QuietHours(begin=7, end=7)))
    assert isinstance(decision, SubscriptionRefused)
    assert decision.code == Refusal.ZONE_UNKNOWN


@given(st.text(max_size=40) | st.text("abcAsiaEurope/._-+0\0", max_size=40))
def test_whatever_is_called_a_zone_can_be_counted_in_or_is_not_known(zone: str) -> None:
    if knows_zone(zone):
        due = due_at(NOW, Cadence.DAILY, Priority.NORMAL, Preferences(zone=zone))
        assert due.astimezone(ZoneInfo(zone)).hour == Preferences().digest_hour
