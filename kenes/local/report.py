"""What the terminal shows: tables of addresses and processes, and what to do next."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

import click
import psutil

from kenes.local.state import RunningProcess, StackState


def say(line: str = "") -> None:
    """One line of progress, at once."""
    # When the terminal or the reading end of a pipe is gone there is nobody to tell, and children still to look after.
    with suppress(OSError):
        click.echo(line)


def table(rows: Iterable[Sequence[str]], indent: str = "  ") -> list[str]:
    """Columns as wide as their widest cell, two spaces between."""
    cells = [list(row) for row in rows]
    if not cells:
        return []
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    ]


def addresses(state: StackState) -> list[str]:
    return table(state.addresses)


def processes(state: StackState) -> list[str]:
    """A row per process: name, state, id, port, memory, age and how often it was restarted."""
    rows: list[Sequence[str]] = [("process", "state", "pid", "port", "memory", "up", "restarts")]
    rows += [_row(process) for process in state.processes]
    return table(rows)


def next_steps(home: str | None) -> list[str]:
    """What a newcomer may do now."""
    if home is None:
        return ["No service was found in services/: only the servers run. Press Ctrl-C to stop."]
    return [
        f"Open {home} and sign in as one of the test people the sign-in page lists.",
        "See a count fly:     kenes load",
        "See what runs:       make status",
        "Stop:                Ctrl-C here, or make down elsewhere",
    ]


def _row(process: RunningProcess) -> tuple[str, ...]:
    alive = process.find()
    memory = age = "-"
    if alive is not None:
        with suppress(psutil.Error):
            memory = f"{alive.memory_info().rss / 1e6:.0f} MB"
            age = _age(time.time() - alive.create_time())
    return (
        process.name,
        process.state if alive is not None or process.pid is None else "ended",
        str(process.pid) if alive is not None else "-",
        str(process.port or "-"),
        memory,
        age,
        str(process.restarts),
    )


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
