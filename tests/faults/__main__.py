"""`make faults`: every drill, or SERVICE alone. SECONDS and RATE shorten them.

build/faults.json gets the measures and the line of each fault; those of a drill that was left out stay as they were.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial

from kenes.local.mongo import EmbeddedMongo
from tests.faults.disk import no_disk
from tests.faults.drill import run, say
from tests.faults.drilled import Drilled
from tests.faults.fault import faults, skipped, table
from tests.faults.following import Following
from tests.faults.found import Found
from tests.faults.kills import Plan, killing
from tests.faults.on_disks import FULL, SLOW, disk_site, on_disks
from tests.faults.signing import Signing
from tests.faults.site import tapped_site
from tests.faults.speaking import Speaking
from tests.faults.step_down import SETTING, primary_steps_down, step_down_site, unfit
from tests.faults.wider import wider
from tests.load.machine import describe
from tests.processes import ROOT, running_product

FILE = ROOT / "build" / "faults.json"
BINARY = os.environ.get("KENES_LOCAL_MONGO_BINARY")

Drill = Callable[[str, Plan], Found]
"""Held under its name."""


def main() -> int:
    """Runs the drills; the exit status is 1 when a goal is missed."""
    # That the broker is away is what the drill is about, not worth a line for each try.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    # Whoever ends a drill wants nothing left of it: no process, no mounted disk.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    drills = _drills()
    asked = os.environ.get("SERVICE")
    if asked is not None and asked not in drills:
        say(f"{asked} has no drill; there are {', '.join(drills)}")
        return 2
    plan = Plan(seconds=float(os.environ.get("SECONDS", "180")), rate=float(os.environ.get("RATE", "150")))
    say(f"{plan.rate:g} people/s; a process is killed every {plan.pace:g} s for {plan.seconds:g} s, then the rest")
    machine = describe(EmbeddedMongo(FILE.parent / "mongo", binary=BINARY))
    found = []
    for name, drill in drills.items():
        if asked in (None, name):
            found.append(drill(name, plan))
            found[-1].save(FILE, machine)
    _tell(found)
    return max(1 if each.missed else 0 for each in found)


def _drills() -> Mapping[str, Drill]:
    """By what SERVICE calls them."""
    killed: tuple[Drilled, ...] = (Signing(), Speaking(), Following())
    return {each.service: partial(_killed, each) for each in killed} | {
        "petitions-wider": _wider,
        "petitions-disks": _on_disks,
        "petitions-stepdown": _step_down,
    }


def _killed(drilled: Drilled, name: str, plan: Plan) -> Found:
    with running_product(
        service=drilled.service, environment=drilled.settings, killed=True, mongo_binary=BINARY
    ) as product:
        return asyncio.run(run(product, drilled, name, plan.rate, killing(product, plan)))


def _wider(name: str, plan: Plan) -> Found:
    drilled = Signing()
    with tapped_site(drilled.service, drilled.settings, BINARY) as site:
        return asyncio.run(run(site.product, drilled, name, plan.rate, wider(site)))


def _on_disks(name: str, plan: Plan) -> Found:
    if (why := no_disk()) is not None:
        return Found(rows=skipped(name, (*FULL, *SLOW), why))
    drilled = Signing()
    with disk_site(drilled.service, drilled.settings, BINARY) as site:
        return asyncio.run(run(site.product, drilled, name, plan.rate, on_disks(site)))


def _step_down(name: str, plan: Plan) -> Found:
    if (why := unfit(os.environ)) is not None:
        return Found(rows=skipped(name, [primary_steps_down], why))
    drilled = Signing()
    with step_down_site(drilled.service, drilled.settings, os.environ[SETTING]) as site:
        return asyncio.run(run(site.product, drilled, name, plan.rate, faults(site, primary_steps_down)))


def _tell(found: list[Found]) -> None:
    rows = [row for each in found for row in each.rows]
    measures = [line for each in found if each.measures.found for line in [*each.measures.table(), ""]]
    wrong = [f"  {line}" for each in found for line in each.wrong]
    print("\n".join([*measures, *wrong, "", *table(rows), "", f"written to {FILE}"]))


sys.exit(main())
