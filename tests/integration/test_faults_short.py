"""The drill of `make faults`, short: each process, the broker and the database killed under signing."""

from __future__ import annotations

import pytest

from tests.faults.drill import Plan, run
from tests.faults.results import table
from tests.processes import running_product

pytestmark = pytest.mark.stack


@pytest.mark.timeout(180)
async def test_nothing_is_lost_and_nothing_counts_twice() -> None:
    with running_product(restart=True) as product:
        found = await run(product, Plan(seconds=6, rate=15, pace=1, outage=0.5))
        missed = [name for name, measure in found.measures.items() if measure.met is False]
        assert not missed, f"{table(found.measures)}\n{found.wrong}\n{product.last_lines()}"
