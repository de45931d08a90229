"""The day at home, and what follows from it for who is old enough."""

from datetime import UTC, date, datetime

import pytest

from kenes.home import home_day
from kenes.identity.person import Assurance, Person
from kenes.service.asking import eligibility


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 1, 18, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 19, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_a_day_begins_with_midnight_at_home(instant: datetime, day: date) -> None:
    assert home_day(instant) == day


@pytest.mark.parametrize(("day", "age"), [(date(2026, 3, 1), 15), (date(2026, 3, 2), 16)])
def test_age_is_counted_by_the_day_at_home(monkeypatch: pytest.MonkeyPatch, day: date, age: int) -> None:
    monkeypatch.setattr("kenes.service.asking.home_day", lambda _: day)
    born, roles = date(2010, 3, 2), frozenset[str]()
    person = Person("https://id.example", "1", "A", "B", born, "KZ-75", Assurance.HIGH, citizen=True, roles=roles)
    assert eligibility(person).age == age
