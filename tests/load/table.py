"""`python -m tests.load.table`: puts what build/bench.json holds into docs/performance.md, between its two marks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from tests.processes import ROOT

BENCH: Final = ROOT / "build" / "bench.json"
PAGE: Final = ROOT / "docs" / "performance.md"
BEGIN: Final = "<!-- bench: written by python -m tests.load.table -->"
END: Final = "<!-- /bench -->"
_MET: Final = {None: "", True: "yes", False: "**no**"}


def main() -> int:
    """Exit status: 0, or 1 when there is nothing to show."""
    if not BENCH.exists():
        sys.stderr.write(f"{BENCH} does not exist: run `make bench` first\n")
        return 1
    replace(PAGE, "\n".join(lines(json.loads(BENCH.read_text(encoding="utf-8")))))
    return 0


def lines(bench: dict[str, Any]) -> list[str]:
    """The machine in a sentence, then a row for each measure."""
    machine = bench["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    return [
        f"{bench['date'][:10]}, {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB,"
        f" {machine['system']}, Python {machine['python']}, {machine['kafka']}, {machine['mongo']}; {libraries}."
        f" Before the run the machine was {machine['busy_before']} busy.",
        "",
        "| measure | value | unit | baseline | ratio | goal | met |",
        "|---|---:|---|---:|---:|---|---|",
        *(_row(name, measure) for name, measure in bench["measures"].items()),
    ]


def replace(page: Path, text: str) -> None:
    """Puts `text` between the marks; raises ValueError where the page has none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for the table: {BEGIN} ... {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _row(name: str, measure: dict[str, Any]) -> str:
    cells = (
        f"`{name}`",
        _number(measure["value"]),
        measure["unit"],
        _number(measure["baseline"]),
        "" if measure["ratio"] is None else f"{measure['ratio']:.2f}",
        measure["goal"] or "",
        _MET[measure["met"]],
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


if __name__ == "__main__":
    sys.exit(main())
