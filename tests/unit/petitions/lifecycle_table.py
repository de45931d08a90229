"""The life cycle as docs/lifecycle.md has it: the arrows of its drawing, and the table of every request in every state.

`python -m tests.unit.petitions.lifecycle_table` writes the table anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from schemas.petitions.v1 import PetitionRefused
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.status import Status
from tests.unit.petitions.lives import LIVES, PACKS, REQUESTS, live, moment_of, whole

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "lifecycle.md"
_BEGIN, _END = "<!-- table -->\n", "<!-- /table -->"
_ARROW: Final = re.compile(r"^ {4}(\S+) --> (\S+):", re.MULTILINE)


def arrows() -> set[tuple[Status | None, Status | None]]:
    """The transitions that the first drawing of the page shows."""
    drawing = PAGE.read_text(encoding="utf-8").partition("stateDiagram-v2")[2].partition("```")[0]
    return {(_state(before), _state(after)) for before, after in _ARROW.findall(drawing)}


def _state(name: str) -> Status | None:
    return None if name == "[*]" else Status(name)


def outcomes() -> dict[str, dict[str, str]]:
    """By state and request: the type of the event that follows, or the code of the refusal."""
    found: dict[str, dict[str, str]] = {}
    for status, steps in LIVES.items():
        petition, now, _ = live(whole(steps))
        row = found[status or "nothing"] = {}
        for name, request in REQUESTS.items():
            decision = decide(petition, request, moment_of(name, petition, now), PACKS)
            row[name] = decision.code if isinstance(decision, PetitionRefused) else decision.TYPE
    return found


def table() -> str:
    """The outcomes, a row for each request and a column for each state; events in bold, by the verb of their type."""
    found = outcomes()
    rows = ["| | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    rows += [f"| **{name}** | " + " | ".join(_cell(row[name]) for row in found.values()) + " |" for name in REQUESTS]
    return "\n".join(rows) + "\n"


def _cell(outcome: str) -> str:
    return f"**{outcome.split('.')[-2]}**" if "." in outcome else outcome


def written() -> str:
    """The table as the page has it now."""
    return PAGE.read_text(encoding="utf-8").partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    """Writes the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.replace(_BEGIN + written() + _END, _BEGIN + table() + _END), encoding="utf-8")


if __name__ == "__main__":
    main()
