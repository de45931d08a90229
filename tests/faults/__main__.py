"""`make faults`: the drill of each service and the wider faults, or SERVICE alone. SECONDS and RATE shorten it.

build/faults.json gets the measures; those of a drill that was left out stay as they were.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial

from tests.faults.drill import Found, run, say
from tests.faults.drilled import Drilled
from tests.faults.following import Following
from tests.faults.kills import Plan
from tests.faults.signing import Signing
from tests.faults.site import tapped_site
from tests.faults.speaking import Speaking
from tests.faults.wider import FAULTS, run_wider, wider_name
from tests.load.machine import describe
from tests.processes import ROOT, running_product

FILE = ROOT / "build" / "faults.json"
BINARY = os.environ.get("KENES_LOCAL_MONGO_BINARY")

Drill = Callable[[Plan], Found]


def main() -> int:
    """Runs the drills; the exit status is 1 when a goal is missed."""
    # That the broker is away is what the drill is about, not worth a line for each try.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    drills = _drills()
    asked = os.environ.get("SERVICE")
    if asked is not None and asked not in drills:
        say(f"{asked} has no drill; there are {', '.join(drills)}")
        return 2
    plan = Plan(seconds=float(os.environ.get("SECONDS", "180")), rate=float(os.environ.get("RATE", "150")))
    say(f"{plan.rate:g} people/s; a process is killed every {plan.pace:g} s for {plan.seconds:g} s, then the servers")
    return max(_told(drill(plan)) for name, drill in drills.items() if asked in (None, name))


def _drills() -> Mapping[str, Drill]:
    """By what SERVICE calls them."""
    killed: tuple[Drilled, ...] = (Signing(), Speaking(), Following())
    wider = Signing()
    return {each.service: partial(_killed, each) for each in killed} | {wider_name(wider): partial(_wider, wider)}


def _killed(drilled: Drilled, plan: Plan) -> Found:
    with running_product(
        service=drilled.service, environment=drilled.settings, restart=True, mongo_binary=BINARY
    ) as product:
        machine = describe(product.mongo)
        found = asyncio.run(run(product, drilled, plan))
    found.measures.save(FILE, machine)
    return found


def _wider(drilled: Drilled, plan: Plan) -> Found:
    with tapped_site(drilled.service, drilled.settings, BINARY) as site:
        machine = describe(site.product.mongo)
        found = asyncio.run(run_wider(site, drilled, plan, FAULTS))
    found.measures.save(FILE, machine)
    return found


def _told(found: Found) -> int:
    print("\n".join([*found.measures.table(), *(f"  {line}" for line in found.wrong), f"written to {FILE}"]))
    return 0 if all(measure.met is not False for measure in found.measures.found.values()) else 1


sys.exit(main())
