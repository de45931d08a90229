"""Measures say whether a goal is met, and a file keeps what other groups measured."""

from __future__ import annotations

import json
from pathlib import Path

from tests.load.measures import Goal, Measures
from tests.load.table import BEGIN, END, lines, replace


def _measures() -> Measures:
    measures = Measures()
    measures.add("signing.hot_64", 1600.0, "decisions/s", baseline=40_000.0, goal=Goal(">=", 1500))
    measures.add("paced.p50", 30.0, "ms", goal=Goal("<", 25))
    measures.add("rebuild.documents", 900.0, "documents/s", baseline=1000.0, goal=Goal(">=", 0.8, ratio=True))
    measures.add("reads.count", 7000.0, "reads/s")
    return measures


def test_goals_are_met_or_not() -> None:
    found = {name: (measure.ratio, measure.met) for name, measure in _measures().found.items()}

    assert found == {
        "signing.hot_64": (0.04, True),
        "paced.p50": (None, False),
        "rebuild.documents": (0.9, True),
        "reads.count": (None, None),
    }


def test_a_ratio_without_a_baseline_meets_no_goal() -> None:
    assert Goal(">=", 0.8, ratio=True).met(1000.0, None) is False


def test_the_file_has_the_agreed_form_and_keeps_other_groups(tmp_path: Path) -> None:
    file = tmp_path / "build" / "bench.json"
    _measures().save(file, {"cpu": "one"})
    later = Measures()
    later.add("reads.count", 8000.0, "reads/s")
    later.save(file, {"cpu": "another"})

    written = json.loads(file.read_text())
    assert written.keys() == {"date", "machine", "measures"}
    assert written["machine"] == {"cpu": "another"}
    assert written["measures"]["reads.count"]["value"] == 8000.0
    assert written["measures"]["signing.hot_64"] == {
        "value": 1600.0,
        "unit": "decisions/s",
        "baseline": 40_000.0,
        "ratio": 0.04,
        "goal": ">= 1500",
        "met": True,
    }


def test_the_table_names_what_is_not_met() -> None:
    lines = _measures().table()

    assert len(lines) == 5
    assert [line.split()[0] for line in lines if "NOT MET" in line] == ["paced.p50"]


def test_the_page_gets_the_table_between_its_marks(tmp_path: Path) -> None:
    file, page = tmp_path / "bench.json", tmp_path / "performance.md"
    machine = dict.fromkeys(("cpu", "cores", "memory_gb", "system", "python", "kafka", "mongo", "busy_before"), "x")
    _measures().save(file, {**machine, "libraries": {"aiokafka": "0.14.0"}})
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    replace(page, "\n".join(lines(json.loads(file.read_text()))))

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| `paced.p50` | 30.0 | ms |  |  | < 25 | **no** |" in text
