"""What a benchmark measured, each value beside its baseline and its goal, and the file that keeps them."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

_HOLDS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound a value must keep: `Goal(">=", 1500)`. With `ratio`, the value's ratio to its baseline must keep it."""

    sign: str
    bound: float
    ratio: bool = False

    def met(self, value: float, ratio: float | None) -> bool:
        """Whether it is kept; a ratio without a baseline is not."""
        found = ratio if self.ratio else value
        return found is not None and _HOLDS[self.sign](found, self.bound)

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}" + (" x baseline" if self.ratio else "")


@dataclass(frozen=True, slots=True)
class Measure:
    """One value. `baseline` is the same thing done by the bare client or server in the same run."""

    value: float
    unit: str
    baseline: float | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """Value to baseline."""
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met, `None` where there is none."""
        return None if self.goal is None else self.goal.met(self.value, self.ratio)

    def document(self) -> dict[str, Any]:
        """As it is written to the file."""
        return {
            "value": round(self.value, 4),
            "unit": self.unit,
            "baseline": None if self.baseline is None else round(self.baseline, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "goal": None if self.goal is None else str(self.goal),
            "met": self.met,
        }


@dataclass
class Measures:
    """All values of a run, by name: `group.what`."""

    found: dict[str, Measure] = field(default_factory=dict)

    def add(
        self, name: str, value: float, unit: str, *, baseline: float | None = None, goal: Goal | None = None
    ) -> None:
        """Notes a value; the last one under a name counts."""
        self.found[name] = Measure(value, unit, baseline, goal)

    def value(self, name: str) -> float | None:
        """A value measured earlier in this run, as a baseline for another."""
        measure = self.found.get(name)
        return None if measure is None else measure.value

    def table(self) -> list[str]:
        """A line per value, aligned, ending with whether its goal is met."""
        rows: list[tuple[str, ...]] = [("measure", "value", "unit", "baseline", "ratio", "goal", "")]
        rows += [_row(name, measure) for name, measure in self.found.items()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return ["  ".join(_aligned(row, widths)).rstrip() for row in rows]

    def save(self, file: Path, machine: dict[str, Any]) -> None:
        """Writes the file; values of an earlier run under other names stay, so groups can be run one by one."""
        kept: dict[str, Any] = {}
        if file.exists():
            kept = json.loads(file.read_text(encoding="utf-8"))["measures"]
        written = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine,
            "measures": kept | {name: measure.document() for name, measure in self.found.items()},
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _row(name: str, measure: Measure) -> tuple[str, ...]:
    met = {None: "", True: "met", False: "NOT MET"}[measure.met]
    return (
        name,
        _number(measure.value),
        measure.unit,
        "" if measure.baseline is None else _number(measure.baseline),
        "" if measure.ratio is None else f"{measure.ratio:.2f}",
        "" if measure.goal is None else str(measure.goal),
        met,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    numbers = (1, 3, 4)
    return [cell.rjust(widths[n]) if n in numbers else cell.ljust(widths[n]) for n, cell in enumerate(row)]
