"""A rush keeps its own books, and names everything that is not in them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kenes.load.rush import Plan, Rush, rush
from tests.load.fake_site import FakeSite, Handled, fake_site

PEOPLE = [f"person-{number}" for number in range(40)]
QUICK = Plan(concurrency=4, patience=1.0)


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with fake_site() as found:
        yield found


async def test_everybody_signs_each_petition_once(site: FakeSite) -> None:
    result = await rush(site.url, PEOPLE, ["one", "two"], concurrency=8)

    assert result.clean, result.lines()
    assert result.accepted == result.receipts_checked == 2 * len(PEOPLE)
    assert result.counts_checked == 2


async def test_second_signatures_and_withdrawals_are_booked(site: FakeSite) -> None:
    plan = Plan(concurrency=4, count=120, duplicates_share=0.3, withdrawals_share=0.2, patience=1.0)
    result = await Rush(site.url, PEOPLE, ["one", "two", "three"], plan).run()

    assert result.clean, result.lines()
    assert result.refused["already-signed"] > 0
    assert result.withdrawn > 0
    assert result.decided == 120
    assert sum(map(len, site.signed.values())) == result.accepted - result.withdrawn


async def test_a_planned_rush_keeps_its_rate(site: FakeSite) -> None:
    result = await rush(site.url, PEOPLE, ["one"], concurrency=4, rate=100.0, count=30)

    assert result.clean, result.lines()
    assert result.seconds == pytest.approx(0.29, abs=0.15)


async def test_a_sample_of_receipts_is_enough_where_asked(site: FakeSite) -> None:
    result = await rush(site.url, PEOPLE, ["one"], concurrency=4, sample=5)

    assert (result.receipts_given, result.receipts_checked) == (len(PEOPLE), 5)


async def test_a_count_that_is_too_high_is_a_difference(site: FakeSite) -> None:
    crowd = Rush(site.url, PEOPLE, ["one"], QUICK)
    await crowd.act()
    site.extra = 1
    result = await crowd.verify()

    assert any("one counts 41, must be 40" in difference for difference in result.differences)


async def test_a_petition_that_goes_to_moderators_is_checked_by_count_and_receipts(site: FakeSite) -> None:
    crowd = Rush(site.url, PEOPLE, ["one", "two"], QUICK)
    await crowd.act()
    site.moderated.add("one")
    result = await crowd.verify()

    assert result.clean, result.lines()
    assert result.out_of_sight == 1
    assert any("out of sight meanwhile: 1" in line for line in result.lines())
    assert (result.receipts_checked, result.counts_checked) == (2 * len(PEOPLE), 2)

    site.extra = 1
    assert not (await crowd.verify()).clean


async def test_a_receipt_that_leads_nowhere_is_a_difference(site: FakeSite) -> None:
    crowd = Rush(site.url, PEOPLE, ["one"], QUICK)
    await crowd.act()
    del site.receipts["signature-0-7"]
    result = await crowd.verify()

    assert len(result.differences) == 1
    assert "signature-0-7" in result.differences[0]


async def test_a_receipt_given_twice_is_a_difference(site: FakeSite) -> None:
    decided = site._decided

    def forgetful(petition: str, decision: str) -> Handled:
        status, body = decided(petition, decision)
        return status, body | {"receipt": "signature-0-0"}

    site._decided = forgetful  # type: ignore[method-assign]
    result = await Rush(site.url, PEOPLE[:2], ["one"], QUICK).run()

    assert "the receipt signature-0-0 was given twice" in result.differences


async def test_a_second_signature_that_counts_is_a_difference(site: FakeSite) -> None:
    def forgetful(method: str, path: str, head: str) -> Handled:
        site.signed.get("one", set()).clear()
        return FakeSite.handle(site, method, path, head)

    site.handle = forgetful  # type: ignore[method-assign]
    plan = Plan(concurrency=1, count=30, duplicates_share=0.5, patience=0.3)
    result = await Rush(site.url, PEOPLE, ["one"], plan).run()

    assert any("a second signature was answered 201" in difference for difference in result.differences)


@pytest.mark.parametrize("lie", ["drop", "drop-first"])
async def test_a_lost_answer_is_asked_for_again_and_counts_once(site: FakeSite, lie: str) -> None:
    acts = 0

    def sometimes(method: str, _path: str) -> str | None:
        nonlocal acts
        acts += method == "POST"
        return lie if method == "POST" and acts % 5 == 0 else None

    site.before_answer = sometimes
    result = await Rush(site.url, PEOPLE, ["one"], Plan(concurrency=4, patience=5.0)).run()

    assert result.clean, result.lines()
    assert result.accepted == len(PEOPLE) == len(site.signed["one"])
    assert (result.unreceipted > 0) is (lie == "drop")


async def test_an_act_nobody_answers_may_have_counted_or_not(site: FakeSite) -> None:
    site.before_answer = lambda method, _path: "drop" if method == "POST" else None
    result = await Rush(site.url, PEOPLE[:1], ["one"], Plan(concurrency=1, patience=0.2)).run()

    assert (result.unknown, result.accepted) == (1, 0)
    assert result.clean, result.lines()


async def test_a_rush_can_be_stopped(site: FakeSite) -> None:
    crowd = Rush(site.url, PEOPLE, ["one"], Plan(concurrency=1, rate=20.0, patience=1.0))
    site.before_answer = lambda _method, _path: crowd.stop()
    result = await crowd.run()

    assert result.accepted <= 1
    assert result.clean, result.lines()


async def test_nobody_or_nothing_to_sign_is_refused(site: FakeSite) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Rush(site.url, [], ["one"], QUICK)
