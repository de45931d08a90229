"""What a drill found, as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Measure:
    """One number. `goal` says what it must be, in words; `met` is `None` where there is no goal."""

    value: float
    unit: str
    goal: str | None = None
    met: bool | None = None
    baseline: float | None = None
    ratio: float | None = None


Measures = dict[str, Measure]


def none_of(value: int, unit: str) -> Measure:
    """A number that must be 0."""
    return Measure(value, unit, "0", value == 0)


def at_most(value: float, unit: str, limit: float) -> Measure:
    """A number with an upper bound."""
    return Measure(round(value, 2), unit, f"<= {limit:g}", value <= limit)


def at_least(value: float, unit: str, limit: float) -> Measure:
    """A number with a lower bound."""
    return Measure(round(value, 2), unit, f">= {limit:g}", value >= limit)


def write(measures: Measures, path: Path, mongo: str) -> None:
    """Saves the measures. `mongo` names the MongoDB-wire server they were taken on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
            "mongo": mongo,
        },
        "measures": {name: asdict(measure) for name, measure in measures.items()},
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def table(measures: Measures) -> str:
    """One line per measure: name, value, goal, whether it is met."""
    width = max(map(len, measures))
    lines = []
    for name, each in measures.items():
        verdict = {True: "met", False: "MISSED", None: ""}[each.met]
        lines.append(f"{name:<{width}}  {each.value:>10,.6g} {each.unit:<12} {each.goal or '':>8}  {verdict}".rstrip())
    return "\n".join(lines)
