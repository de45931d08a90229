"""The directory: documents, then the live tail, whichever is newer."""

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes

from kenes.kafka.records import Recorded
from kenes.mongo.projection import Version
from kenes.setting_files import SettingError
from schemas.petitions.v1 import Seen
from services.petitions.directory import Directory
from services.petitions.domain.signature import SigningWindow
from services.petitions.projection import projections
from services.petitions.service import Petitions
from tests.unit.petitions import lives
from tests.unit.petitions.samples import ACTS, KEYRING, RULES, START, Act, StoredVersion, petition_log, rest
from tests.unit.store import project

PETITIONS = next(each for each in projections(KEYRING.open_owner) if each.name == "petitions")
SHIPPED = Path("services/petitions/rule_packs")
NAMES = ("petition-0", "petition-1", "petition-2")
_STEPS = ((0, 1), (2, 1), (3, 1), (3, 2), (4, 1))
LIFE = [Act(person=0, petition=0, what=what, minutes=minutes, skipped=0) for what, minutes in _STEPS]


async def test_a_process_whose_packs_lack_what_petitions_are_pinned_to_does_not_start() -> None:
    settings: Any = SimpleNamespace(
        master_key=SecretBytes(b"k" * 32), petitions_rule_packs=SHIPPED, petitions_offered=("*",)
    )
    service, decisions = Petitions(settings), petition_log(LIFE)
    stored = cast("Version", StoredVersion(project(PETITIONS, decisions, [3, 1]), decisions))
    assert await service.load(stored)

    service.packs = lives.PACKS
    lost = f"KENES_PETITIONS_RULE_PACKS: .* lacks version {RULES.version} of {RULES.id}, .* pinned: 1"
    with pytest.raises(SettingError, match=lost):
        await service.load(stored)


def taken(decisions: list[Recorded]) -> Directory:
    directory = Directory()
    for each in decisions:
        directory.take(each)
    return directory


def windows(directory: Directory) -> dict[str, SigningWindow]:
    found = {name: directory.get(name) for name in NAMES}
    return {name: listing.known for name, listing in found.items() if listing is not None}


@settings(max_examples=60)
@given(acts=ACTS, data=st.data())
def test_loaded_at_any_point_it_is_the_fold_of_all_decisions(acts: list[Act], data: st.DataObject) -> None:
    decisions = petition_log(acts)
    written = data.draw(st.integers(0, len(decisions)))
    recorded = data.draw(st.integers(0, written))
    stored = StoredVersion(project(PETITIONS, decisions[:written], [3, 1]), decisions[:recorded])
    directory = Directory()

    positions = asyncio.run(directory.load(cast("Version", stored)))
    for each in rest(decisions, positions):
        directory.take(each)

    plain = taken(decisions)
    assert windows(directory) == windows(plain)
    assert len(directory) == len(plain)


@settings(max_examples=40)
@given(acts=ACTS, again=st.integers(0, 40))
def test_what_is_delivered_again_changes_nothing(acts: list[Act], again: int) -> None:
    decisions = petition_log(acts)
    once, twice = taken(decisions), taken([*decisions, *decisions[again:]])

    assert [once.get(name) for name in NAMES] == [twice.get(name) for name in NAMES]


def test_the_window_opens_and_closes() -> None:
    decisions = petition_log(LIFE)
    directory = Directory()
    found: list[SigningWindow] = []
    for each in decisions:
        directory.take(each)
        found.append(windows(directory)["petition-0"])

    gathering, moderation, opened, closed = (START + timedelta(minutes=number) for number in (2, 3, 5, 6))
    until, closes_at = found[1].closes_at, opened.replace(year=2027, month=3)
    assert until is not None
    assert until > moderation
    assert found == [
        SigningWindow(RULES),
        SigningWindow(RULES, gathering, until),
        SigningWindow(RULES, gathering, until, moderation),
        SigningWindow(RULES, opened, closes_at),
        SigningWindow(RULES, opened, closes_at, closed),
    ]


def test_the_listing_says_which_decision_it_comes_from() -> None:
    directory = taken(petition_log(LIFE))
    listing = directory.get("petition-0")

    assert listing is not None
    assert listing.seen == Seen(partition=0, sequence=4)


def test_a_refused_request_lists_nothing() -> None:
    directory = taken(petition_log(LIFE[1:]))

    assert len(directory) == 0
    assert directory.get("petition-0") is None
