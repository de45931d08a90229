"""The measurement of streams, in small: nothing is lost, and each petition's events come in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.load.measures import Measures
from tests.load.setting import Setting
from tests.load.streaming import Sizes, run
from tests.processes import Product, running_product

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(roles=()) as started:
        yield started


async def test_a_small_run_measures_everything(product: Product) -> None:
    measures = Measures()
    await run(Setting(product, measures), Sizes(events=300, receivers=2, turns=1, seconds=2, replayed=5_000))
    assert measures.value("streaming.out_of_order") == 0
    assert measures.value("streaming.repeats") == 0
    assert measures.value("streaming.replayed") == 5_000
    assert measures.value("streaming.healthy_p99")
