"""Whole polis conversations through the running product: in by the command line, groups live, and out again.

Its agreement with polis's groups is that of what comes out, so the topics, the projections and the export are in it.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import orjson

from kenes.load.client import Connection
from services.consultations.polis import PolisFolder
from tests.conversations import BOWLING_GREEN, BREXIT, adjusted_rand
from tests.load.measures import Goal
from tests.load.setting import Setting

PREFIX: Final = "/api/consultations/v1"
_MOST_SECONDS: Final = 1200.0
_LEAST: Final = {"brexit": (BREXIT, 0.85), "bowling_green": (BOWLING_GREEN, 0.70)}


async def run(setting: Setting) -> None:
    """Both conversations one after another; nothing where they are not on this machine."""
    for name, (folder, least) in _LEAST.items():
        if not folder.is_dir():
            continue
        add = setting.measures.add
        began = time.perf_counter()
        printed = await _command(setting, "import", "polis", str(folder))
        took = time.perf_counter() - began
        consultation, votes = _told(printed)
        add(f"polis.{name}.import", took, "s", goal=Goal("<=", 300))
        add(f"polis.{name}.votes", votes / took, "votes/s")
        add(f"polis.{name}.new_vote", await _new_vote(setting, consultation), "s", goal=Goal("<", 5))
        with tempfile.TemporaryDirectory() as place:
            began = time.perf_counter()
            await _command(setting, "export", "polis", consultation, place)
            add(f"polis.{name}.export", time.perf_counter() - began, "s")
            agreed = await asyncio.to_thread(_agreement, PolisFolder(folder), PolisFolder(Path(place)))
        add(f"polis.{name}.agreement", agreed, "adjusted Rand index", goal=Goal(">=", least))


async def _command(setting: Setting, *arguments: str) -> str:
    status, printed = await asyncio.to_thread(setting.product.run, *arguments, seconds=_MOST_SECONDS)
    if status:
        raise RuntimeError(f"{' '.join(arguments)} ended with {status}\n{printed}")
    return printed


def _told(printed: str) -> tuple[str, int]:
    """The consultation, and how many votes were new."""
    found = re.search(r"consultation (\S+): .* ([\d,]+) new votes", printed)
    if found is None:
        raise RuntimeError(f"the import told nothing of what it made\n{printed}")
    return found.group(1), int(found.group(2).replace(",", ""))


async def _new_vote(setting: Setting, consultation: str) -> float:
    """Seconds from a vote being asked for to groups that have it in them, whoever asks meanwhile."""
    path = f"{PREFIX}/consultations/{consultation}"
    async with Connection(setting.address) as connection:

        async def read(address: str) -> Any:
            return (await connection.request(setting.address.request("GET", address))).json()

        groups = f"{path}/groups"
        # The first who asks may come before the projections have all of the import in them.
        before = (await _until(read, groups, lambda found: "votes" in found))["votes"]
        comment = (await read(f"{path}/comments"))["comments"][0]["id"]
        [token] = setting.crowd(1)
        headers = {"authorization": f"Bearer {token}", "prefer": "wait=20", "content-type": "application/json"}
        body = orjson.dumps({"vote": "agree"})
        began = time.perf_counter()
        asked = setting.address.request("PUT", f"{path}/comments/{comment}/vote", headers, body)
        answer = await connection.request(asked)
        assert answer.status == 200, answer.body
        await _until(read, groups, lambda found: found["votes"] != before)
        return time.perf_counter() - began


async def _until(read: Callable[[str], Awaitable[Any]], address: str, holds: Callable[[Any], bool]) -> Any:
    """What a read says, once `holds` says yes to it."""
    while True:
        found = await read(address)
        if holds(found):
            return found
        await asyncio.sleep(0.05)


def _agreement(source: PolisFolder, out: PolisFolder) -> float:
    theirs = {person.id: person.group for person in source.participants() if person.group is not None}
    ours = {person.id: person.group for person in out.participants()}
    return adjusted_rand(list(theirs.values()), [ours.get(person) for person in theirs])
