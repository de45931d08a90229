"""Live counts: stored tallies plus every decision since, exactly once each."""

import asyncio
from typing import cast

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.records import Recorded
from kenes.mongo.projection import Version
from kenes.web.live import LiveHub
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from services.petitions.live import Count, LiveCounts
from services.petitions.projection import projections
from tests.unit.petitions.samples import ACTS, KEYRING, Act, StoredVersion, rest, signature_log
from tests.unit.store import project

TALLIES = next(each for each in projections(KEYRING.open_owner) if each.name == "tallies")


class Hub:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, int, bytes]] = []

    def publish(self, key: str, version: int, make_frame: object) -> None:
        """As the real one, without waiting."""
        assert callable(make_frame)
        self.published.append((key, version, make_frame()))


def live(small_group: int = 1) -> tuple[LiveCounts, Hub]:
    hub = Hub()
    return LiveCounts(cast("LiveHub", hub), small_group), hub


def recount(decisions: list[Recorded]) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for each in decisions:
        if isinstance(each.data, SignatureAccepted | SignatureWithdrawn):
            count = counts.setdefault(each.event.subject, Count())
            accepted = isinstance(each.data, SignatureAccepted)
            count.accepted += accepted
            count.withdrawn += not accepted
            count.regions[each.data.region] = count.regions.get(each.data.region, 0) + (1 if accepted else -1)
    return counts


@settings(max_examples=60)
@given(acts=ACTS, data=st.data())
def test_loaded_at_any_point_the_counts_are_a_plain_recount(acts: list[Act], data: st.DataObject) -> None:
    decisions = signature_log(acts)
    # The documents may be newer than the positions that were read just before them.
    written = data.draw(st.integers(0, len(decisions)))
    recorded = data.draw(st.integers(0, written))
    stored = StoredVersion(project(TALLIES, decisions[:written], [3, 1]), decisions[:recorded])
    counts, _ = live()

    positions = asyncio.run(counts.load(cast("Version", stored)))
    for each in rest(decisions, positions):
        counts.take(each)

    expected = recount(decisions)
    for petition in ("petition-0", "petition-1", "petition-2"):
        found, plain = counts.get(petition), expected.get(petition, Count())
        assert (found.accepted, found.withdrawn) == (plain.accepted, plain.withdrawn)
        assert {k: v for k, v in found.regions.items() if v} == {k: v for k, v in plain.regions.items() if v}


def test_each_counted_act_is_published_once_with_a_growing_version() -> None:
    acts = [Act(person=n % 3, petition=0, what=what, minutes=1, skipped=0) for n, what in enumerate([0, 0, 0, 4, 4, 0])]
    counts, hub = live()
    decisions = signature_log(acts)

    for each in decisions:
        counts.take(each)

    counted = [each for each in decisions if isinstance(each.data, SignatureAccepted | SignatureWithdrawn)]
    assert len(counted) < len(decisions), "there is a refusal among them"
    assert [(key, version) for key, version, _ in hub.published] == [
        ("petition-0", number) for number in range(1, len(counted) + 1)
    ]
    assert orjson.loads(hub.published[-1][2]) == counts.view("petition-0") | {
        "regions": counts.shown_regions("petition-0")
    }


@pytest.mark.parametrize(("small_group", "shown"), [(1, {"KZ-71": 1, "KZ-75": 2}), (2, {"KZ-75": 2}), (3, {})])
def test_small_groups_are_not_shown(small_group: int, shown: dict[str, int]) -> None:
    counts, _ = live(small_group)
    # Persons 0 and 3 live in the first region, person 1 in the second; person 2 signed and withdrew.
    acts = [Act(person=n, petition=0, what=0, minutes=1, skipped=0) for n in (0, 1, 2, 3)]
    for each in signature_log([*acts, Act(person=2, petition=0, what=4, minutes=1, skipped=0)]):
        counts.take(each)

    assert counts.shown_regions("petition-0") == shown
    assert counts.get("petition-0").count == 3, "the whole number is shown all the same"
    assert orjson.loads(counts.frame("petition-0"))["regions"] == shown


def test_a_petition_nobody_signed_counts_nothing() -> None:
    counts, _ = live()

    assert counts.view("p") == {"petition": "p", "count": 0, "accepted": 0, "withdrawn": 0, "version": 0}
    assert counts.shown_regions("p") == {}
    counts.get("p")
    assert counts.get("p") == Count(), "looking creates nothing"


def test_top_is_the_most_signed_first() -> None:
    counts, _ = live()
    for each in signature_log([Act(person=n, petition=n % 3 // 2, what=0, minutes=0, skipped=0) for n in range(6)]):
        counts.take(each)

    assert counts.top(["petition-2", "petition-1", "petition-0"]) == ["petition-0", "petition-1", "petition-2"]
