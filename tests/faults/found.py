"""What drills found: measures, a line for each fault, and the file that keeps both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.drilled import Check
from tests.faults.fault import Row
from tests.load.measures import Measures

_FAULTS = "faults"


@dataclass
class Found:
    """Measures, named `drill.fault.what`; the line of each fault; and what is wrong in words."""

    measures: Measures = field(default_factory=Measures)
    rows: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Goals that were not met, by the names of their measures."""
        return [name for name, measure in self.measures.found.items() if measure.met is False]

    def add_checks(self, name: str, checks: Sequence[Check]) -> None:
        """Notes them under a name."""
        for check in checks:
            self.measures.add(f"{name}.{check.name}", check.value, check.unit, goal=check.goal)
            self.wrong += check.wrong

    def save(self, file: Path, machine: dict[str, Any]) -> None:
        """Writes both; those of an earlier run under other names stay."""
        kept = json.loads(file.read_text(encoding="utf-8")).get(_FAULTS, {}) if file.exists() else {}
        self.measures.save(file, machine)
        written = json.loads(file.read_text(encoding="utf-8"))
        written[_FAULTS] = kept | {row.fault: row.document() for row in self.rows}
        file.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
