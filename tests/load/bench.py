"""`python -m tests.load.bench [--only GROUP[,GROUP]]`: measures the product and writes build/bench.json.

Everything runs on this machine: the broker, the MongoDB-wire server, the product and the load.
ONLY=signing does the same as --only signing; KENES_LOCAL_MONGO_BINARY chooses the MongoDB-wire server.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import uvloop

from kenes.load.files import allow_connections
from kenes.local.services import ROLES
from tests.load import (
    baseline,
    campaigns,
    comments,
    console,
    export,
    ledger,
    live,
    memory,
    notifying,
    opinion,
    paced,
    pages,
    polis,
    reads,
    rebuild,
    search,
    senders,
    signing,
    streaming,
    sweep,
    voting,
)
from tests.load.machine import describe
from tests.load.measures import Measures
from tests.load.setting import ENVIRONMENT, Setting
from tests.processes import ROOT, running_product

FILE: Final = ROOT / "build" / "bench.json"
_LIMIT: Final = 600.0
"""Seconds one group may take."""

Group = Callable[[Setting], Awaitable[None]]
GROUPS: Final[dict[str, Group]] = {
    "baseline": baseline.run,
    "signing": signing.run,
    "paced": paced.run,
    "reads": reads.run,
    "pages": pages.run,
    "memory": memory.run,
    "live": live.run,
    "search": search.run,
}
"""Groups that share one product, in this order: memory is looked at after the rushes and before the streams.

The petitions of `search` are in no topic: nothing comes after them.
"""
APART: Final[dict[str, Group]] = {"export": export.run, "sweep": sweep.run}
"""Groups with a product of their own each, because others would be seen in what they measure."""
CONSULTING: Final[dict[str, Group]] = {"voting": voting.run, "comments": comments.run, "polis": polis.run}
"""Groups with a product of their own that runs the consultations service."""
OPERATING: Final[dict[str, Group]] = {"console": console.run}
"""Groups with a product of their own that runs the operators' console."""
NOTIFYING: Final[dict[str, Group]] = {"notifying": notifying.run, "senders": senders.run}
"""Groups with a product of their own each, that runs the notifications service, without its api."""
ALONE: Final[dict[str, Group]] = {
    "rebuild": rebuild.run,
    "opinion": opinion.run,
    "campaigns": campaigns.run,
    "ledger": ledger.run,
    "streaming": streaming.run,
}
"""Groups with servers of their own and no processes."""
_BESIDE_BASELINE: Final = {"signing"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 when every goal is met, 1 when one is not or a group failed, 2 for a group that does not exist."""
    wanted = _wanted(arguments)
    # Whoever ends it early gets the same tidy end as at Ctrl-C: servers stopped, folders gone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Children inherit the limit: the api process holds as many connections as the load does.
    allow_connections(2 * live.CLIENTS)
    # New topics have no leader for a moment: the client tries again by itself, and tells of it a line for each.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    measures = Measures()
    failed: list[str] = []
    binary = os.environ.get("KENES_LOCAL_MONGO_BINARY")
    apart = [({name: group}, ROLES, "petitions") for name, group in APART.items()]
    telling = [({name: group}, ("stream", "project"), "notifications") for name, group in NOTIFYING.items()]
    products = (
        (GROUPS, ROLES, "petitions"),
        *apart,
        (CONSULTING, ROLES, "consultations"),
        (OPERATING, ROLES, "console"),
        *telling,
        (ALONE, (), "petitions"),
    )
    for groups, roles, service in products:
        chosen = {name: group for name, group in groups.items() if name in wanted}
        if not chosen:
            continue
        with running_product(
            service=service, roles=roles, environment=ENVIRONMENT, killed=True, mongo_binary=binary
        ) as product:
            machine = describe(product.mongo)
            _say(f"{machine['cpu']}, {machine['cores']} cores, {machine['kafka']}, {machine['mongo']}")
            failed += uvloop.run(_run(Setting(product, measures), chosen, machine))
    _say("", *measures.table(), "", f"written to {os.path.relpath(FILE)}")
    if failed:
        _say(f"not measured to the end: {', '.join(failed)}")
    return 1 if failed or any(measure.met is False for measure in measures.found.values()) else 0


async def _run(setting: Setting, groups: dict[str, Group], machine: dict[str, Any]) -> list[str]:
    """Runs groups one after another and saves after each; returns the names of those that failed."""
    failed = []
    running = asyncio.current_task()
    assert running is not None
    # Raised within a callback of the loop, the end of the process would be taken for a lost connection.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    for name, group in groups.items():
        began, exits = time.monotonic(), len(setting.product.exits)
        _say(f"{name} ...")
        try:
            async with asyncio.timeout(_LIMIT):
                await group(setting)
        except Exception:  # noqa: BLE001 - what went wrong is shown, and the other groups still tell something
            traceback.print_exc()
            failed.append(name)
        died = [f"{each.role} ({each.status})" for each in setting.product.exits[exits:]]
        _say(f"{name}: {time.monotonic() - began:.0f} s", *[f"  ended and was started again: {each}" for each in died])
        setting.measures.add(f"{name}.restarts", len(died), "processes")
        setting.measures.save(FILE, machine)
    return failed


def _wanted(arguments: Sequence[str] | None) -> set[str]:
    known = [*GROUPS, *APART, *CONSULTING, *OPERATING, *NOTIFYING, *ALONE]
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default=os.environ.get("ONLY", ""), help=f"groups of {', '.join(known)}")
    asked = [name for name in parser.parse_args(arguments).only.replace(",", " ").split() if name]
    if unknown := set(asked) - set(known):
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    wanted = set(asked or known)
    # What is measured beside the bare client needs it in the same run.
    return wanted | {"baseline"} if wanted & _BESIDE_BASELINE else wanted


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
