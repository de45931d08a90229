"""Regional counts that would tell who signed are shown nowhere: not as a number, by subtraction or by watching."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kenes.regions import region_name, regions
from kenes.web.live import LiveHub
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from services.petitions.domain.status import Status
from services.petitions.live import LiveCounts, nameable_regions, shown_regions
from tests.contract.world import World as ApiWorld
from tests.contract.world import running
from tests.unit.petitions.pages_support import MINE, NOW, Stored, pages, petition
from tests.unit.petitions.samples import decided

SMALL = 5
CODES = tuple(code for code, _ in regions("en"))
COUNTS = st.dictionaries(st.sampled_from(CODES), st.integers(0, 4) | st.integers(0, 12) | st.integers(0, 10**6))


@settings(max_examples=500)
@given(counts=COUNTS, small=st.integers(1, 8))
@example(counts={"KZ-10": 3, "KZ-11": 50, "KZ-15": 700}, small=5)
@example(counts={"KZ-10": 1, "KZ-11": 1, "KZ-15": 700, "KZ-19": 5}, small=5)
@example(counts={"KZ-10": 4, "KZ-11": 4, "KZ-15": 5}, small=5)
@example(counts={"KZ-10": 4}, small=5)
def test_what_is_hidden_cannot_be_had_by_subtraction(counts: dict[str, int], small: int) -> None:
    shown = nameable_regions(counts, small)
    hidden = [number for region, number in counts.items() if number > 0 and region not in shown]

    assert all(number >= small and counts[region] == number for region, number in shown.items())
    assert list(shown) == sorted(shown)
    # The total is public: what is left of it is nobody's, or of two regions and enough people, or all there is.
    assert not hidden or not shown or (len(hidden) >= 2 and sum(hidden) >= small)


@settings(max_examples=300)
@given(counts=COUNTS, small=st.integers(1, 8))
def test_no_more_is_hidden_than_it_takes(counts: dict[str, int], small: int) -> None:
    shown = nameable_regions(counts, small)
    hidden = sorted(number for region, number in counts.items() if number > 0 and region not in shown)
    if all(number >= small or number == 0 for number in counts.values()):
        assert not hidden
    spared = [number for number in hidden if number >= small]
    if spared:  # the largest of them was needed, and nothing smaller was left to take
        rest = hidden[:-1]
        assert len(rest) < 2 or sum(rest) < small
        assert not shown or max(hidden) <= min(shown.values())


@settings(max_examples=300)
@given(counts=COUNTS, small=st.integers(1, 8))
def test_regions_are_shown_in_whole_steps_below_their_count(counts: dict[str, int], small: int) -> None:
    shown = shown_regions(counts, small)
    assert list(shown) == sorted(shown)
    for region, number in counts.items():
        told = shown.get(region, 0)
        assert told % small == 0
        assert told <= number < told + small
        assert (region in shown) == (number >= small)


@settings(max_examples=200)
@given(counts=COUNTS, one=st.sampled_from(CODES), other=st.sampled_from(CODES))
def test_watching_does_not_tell_which_region_signed(counts: dict[str, int], one: str, other: str) -> None:
    """Between two steps a new signature of one region looks like that of any other."""
    in_one = {**counts, one: counts.get(one, 0) + 1}
    in_other = {**counts, other: counts.get(other, 0) + 1}
    if in_one[one] % SMALL and in_other[other] % SMALL:
        assert shown_regions(in_one, SMALL) == shown_regions(in_other, SMALL) == shown_regions(counts, SMALL)


def test_the_frames_of_a_quiet_petition_move_the_total_and_no_region() -> None:
    seen: list[bytes] = []

    class Hub:
        def publish(self, _key: str, _version: int, frame: Callable[[], bytes]) -> None:
            seen.append(frame())

    counts = LiveCounts(cast("Any", Hub()), SMALL)
    fill(counts, "quiet", {"KZ-10": 2 * SMALL, "KZ-75": SMALL})
    del seen[:]
    for sequence, region in enumerate(["KZ-10", "KZ-75", "KZ-11", "KZ-10", "KZ-63"], 1000):
        signed = SignatureAccepted(petition="p", signer="s", act=1, region=region, listed=False, sealed="s", mine=MINE)
        counts.take(decided(0, sequence, sequence, NOW, "quiet", signed))
    frames = [orjson.loads(frame) for frame in seen]
    assert [frame["count"] for frame in frames] == [3 * SMALL + n for n in range(1, 6)]
    assert {orjson.dumps(frame["regions"]) for frame in frames} == {b'{"KZ-10":10,"KZ-75":5}'}


def watched(counts: LiveCounts, acts: Sequence[tuple[str, datetime]]) -> list[dict[str, int]]:
    """The regions that are shown before and after each signature: its region and its time."""
    shown = [counts.shown_regions("quiet")]
    for sequence, (region, at) in enumerate(acts, 1000):
        signed = SignatureAccepted(petition="p", signer="s", act=1, region=region, listed=False, sealed="s", mine=MINE)
        counts.take(decided(0, sequence, sequence, at, "quiet", signed))
        shown.append(counts.shown_regions("quiet"))
    return shown


AT = datetime(2026, 9, 1, 10, 30, tzinfo=UTC)
LATER = st.integers(0, 40).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=200)
@given(acts=st.lists(st.tuples(st.sampled_from(CODES[:3]), LATER), max_size=60))
def test_the_regions_move_with_several_signatures_of_the_hours_that_are_not_yet_told(
    acts: list[tuple[str, timedelta]],
) -> None:
    """Between two moves, and between the end of an hour with enough to be told and the next move, are enough people."""
    counts, at, timed = LiveCounts(LiveHub(), SMALL), AT, []
    for region, later in acts:
        at += later
        timed.append((region, at))
    shown = watched(counts, timed)
    moves = [number for number in range(1, len(shown)) if shown[number] != shown[number - 1]]
    hours = [f"{at:%d %H}" for _, at in timed]
    ends = [number for number in range(1, len(hours)) if hours[number] != hours[number - 1]]
    known = [0, *moves, *(end for end in ends if hours.count(hours[end - 1]) >= SMALL)]
    for move in moves:
        assert move - max(each for each in known if each < move) >= SMALL


def test_whoever_has_the_history_of_the_last_hour_learns_nothing_from_the_next_signatures() -> None:
    counts = LiveCounts(LiveHub(), SMALL)
    watched(counts, [("KZ-10", AT)] * 8 + [("KZ-75", AT)] * 20)
    later = AT + timedelta(hours=1)

    assert watched(counts, [("KZ-10", later)] * 4) == [{"KZ-10": 5, "KZ-75": 15}] * 5
    assert watched(counts, [("KZ-11", later)])[1] == {"KZ-10": 10, "KZ-75": 20}


def test_a_petition_that_is_signed_slowly_shows_its_regions_all_the_same() -> None:
    counts = LiveCounts(LiveHub(), SMALL)
    shown = watched(counts, [("KZ-10", AT + timedelta(hours=number)) for number in range(2 * SMALL)])

    assert [each.get("KZ-10", 0) for each in shown] == [0] * SMALL + [SMALL] * SMALL + [2 * SMALL]


def fill(counts: LiveCounts, name: str, numbers: Mapping[str, int]) -> None:
    """Signatures in the regions, one of each withdrawn again, told as they are where a process starts."""
    sequence = 0
    for region, number in numbers.items():
        signed = SignatureAccepted(petition=name, signer="s", act=1, region=region, listed=False, sealed="s", mine=MINE)
        left = SignatureWithdrawn(petition=name, signer="s", act=2, region=region, mine=MINE)
        for data in (*[signed] * (number + 1), left):
            counts.take(decided(0, sequence, sequence, NOW, name, data))
            sequence += 1
    if numbers:
        counts.get(name).told = dict(counts.get(name).regions)
        counts.get(name).untold = 0


def check(found: object, numbers: Mapping[str, int]) -> None:
    """What was found of the regions is what may be found."""
    assert isinstance(found, dict)
    assert found == shown_regions(numbers, SMALL)
    assert all(number >= SMALL and number % SMALL == 0 for number in found.values())


FEW = st.dictionaries(st.sampled_from(CODES), st.integers(0, 8), max_size=6)


@settings(max_examples=25)
@given(numbers=FEW)
@example(numbers={"KZ-10": 3, "KZ-11": 8, "KZ-15": 7})
def test_every_output_of_the_api_shows_the_same(numbers: dict[str, int]) -> None:
    asyncio.run(_api_outputs(numbers))


async def _api_outputs(numbers: dict[str, int]) -> None:
    async with running() as world:
        world.memory.counts._small_group = SMALL
        fill(world.memory.counts, world.petition, numbers)
        total = sum(numbers.values())
        one = await _got(world, f"/petitions/{world.petition}")
        assert one["count"]["count"] == total
        check(one["regions"], numbers)
        check((await _got(world, f"/petitions/{world.petition}/regions"))["regions"], numbers)
        check((await _got(world, "/petitions"))["petitions"][0]["regions"], numbers)
        mine = await world.ask("GET", "/me/petitions", "author")
        check(mine.json()["petitions"][0]["regions"], numbers)
        frame = orjson.loads(world.memory.counts.frame(world.petition))
        assert frame["count"] == total
        check(frame["regions"], numbers)
        for path in ("count", "history"):
            assert not _codes_in(await _got(world, f"/petitions/{world.petition}/{path}"))


async def _got(world: ApiWorld, path: str) -> Any:
    answer = await world.ask("GET", path)
    assert answer.status_code == 200
    return answer.json()


def _codes_in(found: object) -> bool:
    text = orjson.dumps(found).decode()
    return any(f'"{code}"' in text for code in CODES)


@settings(max_examples=15)
@given(numbers=FEW)
@example(numbers={"KZ-10": 3, "KZ-11": 8, "KZ-15": 7})
def test_the_page_shows_the_same(numbers: dict[str, int]) -> None:
    asyncio.run(_page(numbers))


async def _page(numbers: dict[str, int]) -> None:
    one = petition(Status.COLLECTING)
    async with pages(Stored([one])) as world:
        fill(world.counts, one.id, numbers)
        text = (await world.get(f"/petitions/{one.id}")).text
    chart = text.split("Signatures by region", 1)[1].split("</section>", 1)[0]
    named = {code for code in CODES if f">{region_name(code, 'en')}<" in chart}
    assert named == set(shown_regions(numbers, SMALL))


@pytest.mark.parametrize("number", [1, 4])
def test_a_region_leaves_the_list_again_when_withdrawals_make_it_small(number: int) -> None:
    assert shown_regions({"KZ-10": SMALL, "KZ-11": 90}, SMALL) == {"KZ-10": SMALL, "KZ-11": 90}
    assert shown_regions({"KZ-10": number, "KZ-11": 90}, SMALL) == {"KZ-11": 90}
