"""An operator's file is checked before it can move a deadline."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kenes.calendar import WorkingCalendar
from kenes.calendar.data import read_calendar

SOURCE = "Order of the Minister, made up for this test"


def written(folder: Path, **content: Any) -> Path:
    path = folder / "calendar.json"
    path.write_text(json.dumps({"calendar": "kk", **content}), encoding="utf-8")
    return path


def test_an_extension_transfers_a_day(tmp_path: Path) -> None:
    moved = {"off": "2027-05-06", "working": "2027-05-15", "source": SOURCE}
    calendar = WorkingCalendar.named("kk", written(tmp_path, transfers=[moved]))
    assert not calendar.is_working_day(date(2027, 5, 6))
    assert calendar.is_working_day(date(2027, 5, 15))
    assert calendar.is_working_day(date(2024, 5, 4))  # what was shipped stays


def test_an_extension_overrules_the_shipped_file(tmp_path: Path) -> None:
    day = {"date": "2026-05-27", "reason": "moved by the moon", "source": SOURCE}
    other = {"date": "2026-05-28", "reason": "Kurban Ait", "source": SOURCE}
    calendar = WorkingCalendar.named("kk", written(tmp_path, working_days=[day], days_off=[other]))
    assert calendar.is_working_day(date(2026, 5, 27))
    assert not calendar.is_working_day(date(2026, 5, 28))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"calendar": "uz"}, "extends calendar 'uz'"),
        ({"transfers": [{"off": "2027-05-06", "working": "2027-05-15"}]}, "source"),
        ({"transfers": [{"off": "2027-05-06", "working": "2027-05-06", "source": SOURCE}]}, "itself"),
        ({"holidays": []}, "holidays"),
        (
            {
                "days_off": [{"date": "2027-05-06", "reason": "one", "source": SOURCE}],
                "working_days": [{"date": "2027-05-06", "reason": "two", "source": SOURCE}],
            },
            "both off and worked: 2027-05-06",
        ),
        # A day more than was published for 2026.
        ({"working_days": [{"date": "2026-10-26", "reason": "oops", "source": SOURCE}]}, "248 working days in 2026"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, content: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        WorkingCalendar.named("kk", written(tmp_path, **content))


def test_a_file_that_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.json"):
        WorkingCalendar.named("kk", tmp_path / "gone.json")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.json"):
        WorkingCalendar.named("kk", tmp_path / "broken.json")


def test_an_unknown_calendar_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: de, ee, eu, fi, kk, uk"):
        WorkingCalendar.named("../kk")


def test_every_shipped_entry_names_where_it_comes_from() -> None:
    data = read_calendar("kk")
    sources = [entry.source for entry in data.transfers] + [total.source for total in data.totals]
    sources += [day.source for day in data.days_off + data.working_days]
    assert sources
    assert all("https://" in source for source in sources)
