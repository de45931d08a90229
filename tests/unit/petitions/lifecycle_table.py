"""The life cycle as docs/lifecycle.md has it: the arrows of its drawing, and tables of every request in every state.

`python -m tests.unit.petitions.lifecycle_table` writes the tables anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from schemas.petitions.v1 import PetitionRefused
from services.petitions.domain.comment import Comment, Standing
from services.petitions.domain.comment import decide as decide_comment
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.status import Status
from tests.unit.petitions.lives import (
    ABOUT_COMMENTS,
    DISCUSSED,
    LIVES,
    PACKS,
    REQUESTS,
    STRANGER,
    live,
    moment_of,
    whole,
)

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "lifecycle.md"
_TABLE: Final = "<!-- {} -->\n"
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


def comment_outcomes() -> dict[str, dict[str, str]]:
    """The same of a comment, by how it stands."""
    found: dict[str, dict[str, str]] = {}
    petition, _, _ = live(DISCUSSED)
    for standing in (None, *Standing):
        comment = None if standing is None else Comment(STRANGER.pseudonym, standing)
        decisions = {name: decide_comment(comment, request, petition) for name, request in ABOUT_COMMENTS.items()}
        found[standing or "nothing"] = {
            name: each.code if isinstance(each, PetitionRefused) else each.TYPE for name, each in decisions.items()
        }
    return found


TABLES: Final = {"table": outcomes, "comments": comment_outcomes}
"""The tables of the page, by the marks around them."""


def table(name: str) -> str:
    """The outcomes, a row for each request and a column for each state; events in bold, by the verb of their type."""
    found = TABLES[name]()
    rows = ["| | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    requests = next(iter(found.values()))
    rows += [f"| **{name}** | " + " | ".join(_cell(row[name]) for row in found.values()) + " |" for name in requests]
    return "\n".join(rows) + "\n"


def _cell(outcome: str) -> str:
    return f"**{outcome.split('.')[-2]}**" if "." in outcome else outcome


def written(name: str) -> str:
    """A table as the page has it now."""
    begin, end = _TABLE.format(name), _TABLE.format(f"/{name}")
    return PAGE.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]


def main() -> None:
    """Writes the tables into the page."""
    for name in TABLES:
        page = PAGE.read_text(encoding="utf-8")
        begin, end = _TABLE.format(name), _TABLE.format(f"/{name}")
        PAGE.write_text(page.replace(begin + written(name) + end, begin + table(name) + end), encoding="utf-8")


if __name__ == "__main__":
    main()
