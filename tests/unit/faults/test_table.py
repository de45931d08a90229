"""The table of faults: each with what was injected, events in, lost, doubled, and the time to recover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.faults.asking import Books
from tests.faults.drilled import Check
from tests.faults.fault import Row, faults, table
from tests.faults.found import Found
from tests.faults.kills import Plan, killing
from tests.faults.on_disks import on_disks
from tests.faults.step_down import primary_steps_down
from tests.faults.wider import wider
from tests.load.measures import Goal
from tests.processes import ROOT

ROW = Row("petitions.broker_killed", "SIGKILL of the broker", 1234, 0, 2, 12.34, 0.56)
SKIPPED = Row("petitions.full_broker", "The broker's disk is full", skipped="no loop devices here")


async def broker_away(where: list[str], books: Books) -> list[Check]:
    """The broker is away for a while.

    This line is for whoever reads the code.
    """
    where.append(f"away at {books.acts}")
    return [Check("outages", 1, "outages", Goal(">=", 1))]


async def test_a_fault_is_named_and_told_by_its_function() -> None:
    where: list[str] = []
    (fault,) = faults(where, broker_away, unable=None)
    assert (fault.name, fault.injected, fault.unable) == ("broker_away", "The broker is away for a while", None)
    assert await fault.inject(Books(acts=7)) == [Check("outages", 1, "outages", Goal(">=", 1))]
    assert where == ["away at 7"]


def test_a_line_has_all_that_is_asked_of_a_fault() -> None:
    heads, row, skipped = table([ROW, SKIPPED])
    assert heads.split() == ["fault", "events", "in", "lost", "doubled", "silent", "s", "recovered", "s", "injected"]
    assert row.split()[:6] == ["petitions.broker_killed", "1,234", "0", "2", "12.3", "0.6"]
    assert row.endswith("SIGKILL of the broker")
    assert skipped.split()[:6] == ["petitions.full_broker", "-", "-", "-", "-", "-"]
    assert skipped.endswith("skipped: no loop devices here")


def test_the_file_keeps_the_lines_of_other_drills(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    first = Found(rows=[ROW, SKIPPED])
    first.add_checks(ROW.fault, [Check("kills", 3, "kills", Goal(">=", 3), ("a word",))])
    first.save(file, {"cores": 2})
    Found(rows=[Row(SKIPPED.fault, SKIPPED.injected, 10, 0, 0, 20.0, 0.4)]).save(file, {"cores": 2})

    written = json.loads(file.read_text(encoding="utf-8"))
    assert set(written) == {"date", "machine", "measures", "faults"}
    assert written["measures"]["petitions.broker_killed.kills"]["met"] is True
    assert written["faults"] == {
        ROW.fault: {
            "injected": "SIGKILL of the broker",
            "events_in": 1234,
            "lost": 0,
            "doubled": 2,
            "longest_silence_seconds": 12.34,
            "seconds_to_recover": 0.56,
        },
        SKIPPED.fault: {
            "injected": "The broker's disk is full",
            "events_in": 10,
            "lost": 0,
            "doubled": 0,
            "longest_silence_seconds": 20.0,
            "seconds_to_recover": 0.4,
        },
    }
    assert first.wrong == ["a word"]
    assert first.missed == []


def test_what_is_expected_of_each_fault_is_written() -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Faults\n")[2]
    nowhere: Any = None
    all_faults = (*killing(nowhere, Plan()), *wider(nowhere), *on_disks(nowhere), *faults(nowhere, primary_steps_down))
    assert [fault.name for fault in all_faults if f"`{fault.name}`" not in told] == []
