"""The helper that starts a whole product, and a rush through it."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from kenes.load.rush import Plan, Rush
from tests.load.measures import Measures
from tests.load.setting import ENVIRONMENT, Setting
from tests.processes import Product, ProductError, running_product
from tests.waiting import eventually

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(environment=ENVIRONMENT, killed=True) as found:
        pids = found.pids()
        yield found
        pids |= found.pids()
    assert not [role for role, pid in pids.items() if psutil.pid_exists(pid)]


async def test_a_rush_through_the_whole_product_leaves_no_difference(product: Product) -> None:
    setting = Setting(product, Measures())
    await setting.open_petitions(3)
    plan = Plan(concurrency=16, count=300, duplicates_share=0.1, withdrawals_share=0.1)
    result = await Rush(product.url, setting.crowd(300), setting.petitions, plan).run()

    assert result.clean, result.lines()
    assert result.decided == 300
    assert result.receipts_checked == result.accepted + result.withdrawn


def test_a_killed_process_comes_back(product: Product) -> None:
    before = product.pid("project")
    product.kill("project")
    eventually(lambda: product.running("project") and product.pid("project") != before)
    product.wait_ready(["project"])

    assert product.exits[-1].role == "project"
    assert product.exits[-1].status == -9


def test_the_command_line_of_the_service_is_at_hand(product: Product) -> None:
    status, told = product.run("audit")

    assert status == 0, told
    assert "0 differences" in told


def test_a_process_that_cannot_start_is_named_with_its_words() -> None:
    with (
        pytest.raises(ProductError, match=r"(?s)api ended with status 78.*KENES_WAIT_LIMIT"),
        running_product(roles=["api"], environment={"KENES_WAIT_LIMIT": "-1"}),
    ):
        pass
