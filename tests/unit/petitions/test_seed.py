"""The invented crowd: the same at every run, and within the rules it is decided by."""

from datetime import timedelta

from kenes.regions import regions
from kenes.service.invented import crowd
from services.petitions.seed import moments, read_demo, signers
from tests.unit.petitions.pages_support import NOW, PACKS, petition

DEMOS = read_demo("https://id", NOW)
PEOPLE = crowd("https://id", NOW.year)


def test_the_crowd_is_the_same_each_time_and_lives_everywhere() -> None:
    assert crowd("https://id", NOW.year) == PEOPLE
    assert {person.region for person in PEOPLE} == {code for code, _ in regions("en")}


def test_nobody_signs_twice_and_neighbours_sign_more() -> None:
    for demo in DEMOS:
        found = signers(demo, PEOPLE)
        assert len({person.id for person in found}) == demo.signatures
        assert found == signers(demo, PEOPLE)
    local = next(demo for demo in DEMOS if demo.text.region == "KZ-62")
    share = sum(person.region == "KZ-62" for person in PEOPLE) / len(PEOPLE)
    assert sum(person.region == "KZ-62" for person in signers(local, PEOPLE)) > 1.5 * share * local.signatures


def test_every_signature_comes_while_its_petition_is_open() -> None:
    pack = PACKS.pinned(petition().rules)
    for demo in DEMOS:
        opened = NOW - timedelta(days=demo.opened)
        ends = min(PACKS.ends(pack.window, opened, pack), NOW - timedelta(days=demo.closed or 0))
        assert all(opened < moment < ends for moment in moments(demo, NOW))
