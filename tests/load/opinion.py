"""Groups of opinion of two polis conversations: agreement with polis's own, time and memory.

`python -m tests.load.opinion FOLDER` measures one folder in a process of its own and prints it as JSON: only so its
memory is that of the groups alone.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Final

from tests.conversations import BOWLING_GREEN, BREXIT, agreement, filled
from tests.load.measures import Goal
from tests.load.setting import Setting

_LEAST: Final = {"brexit": (BREXIT, 0.85), "bowling_green": (BOWLING_GREEN, 0.70)}


async def run(setting: Setting) -> None:
    """Both conversations one after another; nothing where they are not on this machine."""
    for name, (folder, least) in _LEAST.items():
        if not folder.is_dir():
            continue
        found = await _apart(folder)
        measures = setting.measures
        measures.add(f"opinion.{name}.agreement", found["agreement"], "adjusted Rand index", goal=Goal(">=", least))
        measures.add(f"opinion.{name}.votes", found["votes"], "votes")
        measures.add(f"opinion.{name}.first", found["first"], "s", goal=Goal("<", 2))
        measures.add(f"opinion.{name}.again", found["again"], "s", goal=Goal("<", 2))
        measures.add(f"opinion.{name}.memory", found["memory"], "MB", goal=Goal("<=", 150))


def measured(folder: Path) -> dict[str, float]:
    """Agreement with polis, seconds of the first recompute and of one after one more vote, MB of this process."""
    state = filled(folder)
    began = time.perf_counter()
    groups = state.recompute()
    first = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    person, comment = next(iter(groups.group_of)), groups.comments[0]
    agreed = agreement(folder, groups)
    began = time.perf_counter()
    state.take(person, comment, 0)
    state.recompute()
    again = time.perf_counter() - began
    return {"agreement": agreed, "votes": groups.votes, "first": first, "again": again, "memory": memory}


async def _apart(folder: Path) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load.opinion", str(folder), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"measuring the groups of {folder.name} ended with {process.returncode}")
    found: dict[str, float] = json.loads(printed)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(Path(sys.argv[1]))) + "\n")
