"""`make faults`: the drill. SECONDS and RATE shorten it; build/faults.json gets the measures."""

from __future__ import annotations

import asyncio
import os
import sys

from tests.faults.drill import Plan, run, say
from tests.faults.results import table, write
from tests.processes import ROOT, running_product


def main() -> int:
    """Runs the drill; the exit status is 1 when a goal is missed."""
    plan = Plan(seconds=float(os.environ.get("SECONDS", "180")), rate=float(os.environ.get("RATE", "150")))
    say(f"{plan.rate:g} signers/s; a process is killed every {plan.pace:g} s for {plan.seconds:g} s, then the servers")
    with running_product(restart=True, mongo_binary=os.environ.get("KENES_LOCAL_MONGO_BINARY")) as product:
        found = asyncio.run(run(product, plan))
        engine = product.mongo.engine
    path = ROOT / "build" / "faults.json"
    write(found.measures, path, engine)
    print(table(found.measures))
    for line in found.wrong:
        print(f"  {line}")
    print(f"written to {path}")
    return 0 if all(measure.met is not False for measure in found.measures.values()) else 1


sys.exit(main())
