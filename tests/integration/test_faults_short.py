"""The drills of `make faults`, short: each process, the broker and the database killed under use, and odd records."""

from __future__ import annotations

import pytest

from tests.faults.drill import run
from tests.faults.drilled import Drilled
from tests.faults.fault import faults, table
from tests.faults.following import Following
from tests.faults.found import Found
from tests.faults.kills import Plan, killing
from tests.faults.signing import Signing
from tests.faults.site import tapped_site
from tests.faults.speaking import Speaking
from tests.faults.wider import STRANGE_RECORDS
from tests.processes import Product, running_product

pytestmark = pytest.mark.stack


def assert_met(found: Found, product: Product) -> None:
    told = "\n".join([*found.measures.table(), *table(found.rows)])
    assert not found.missed, f"{told}\n{found.wrong}\n{product.last_lines()}"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("drilled", [Signing(), Speaking(), Following()], ids=lambda drilled: drilled.service)
async def test_nothing_is_lost_and_nothing_counts_twice(drilled: Drilled) -> None:
    with running_product(service=drilled.service, environment=drilled.settings, killed=True) as product:
        plan = Plan(seconds=6, rate=15, pace=1, outage=0.5)
        found = await run(product, drilled, drilled.service, plan.rate, killing(product, plan))
        assert_met(found, product)


@pytest.mark.timeout(900)
async def test_strange_records_harm_nobody() -> None:
    drilled = Signing()
    with tapped_site(drilled.service, drilled.settings, None) as site:
        found = await run(site.product, drilled, "strange", 15, faults(site, *STRANGE_RECORDS))
        assert_met(found, site.product)
