"""The drills of `make faults`, short: each process, the broker and the database killed under use, and odd records."""

from __future__ import annotations

import pytest

from tests.faults import strange
from tests.faults.drill import Found, run
from tests.faults.drilled import Drilled
from tests.faults.following import Following
from tests.faults.kills import Plan
from tests.faults.signing import Signing
from tests.faults.site import tapped_site
from tests.faults.speaking import Speaking
from tests.faults.wider import run_wider
from tests.processes import Product, running_product

pytestmark = pytest.mark.stack


def assert_met(found: Found, product: Product) -> None:
    missed = [name for name, measure in found.measures.found.items() if measure.met is False]
    told = "\n".join(found.measures.table())
    assert not missed, f"{told}\n{found.wrong}\n{product.last_lines()}"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("drilled", [Signing(), Speaking(), Following()], ids=lambda drilled: drilled.service)
async def test_nothing_is_lost_and_nothing_counts_twice(drilled: Drilled) -> None:
    with running_product(service=drilled.service, environment=drilled.settings, restart=True) as product:
        found = await run(product, drilled, Plan(seconds=6, rate=15, pace=1, outage=0.5))
        assert_met(found, product)


@pytest.mark.timeout(300)
async def test_strange_records_harm_nobody() -> None:
    drilled = Signing()
    with tapped_site(drilled.service, drilled.settings, None) as site:
        faults = (strange.poison_flood, strange.schema_of_the_future, strange.clock_jumps)
        found = await run_wider(site, drilled, Plan(rate=15), faults)
        assert_met(found, site.product)
