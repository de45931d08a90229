"""Organisers on pages: the author's link, reading a draft by it, joining, leaving, and what others see."""

from __future__ import annotations

from typing import Any

import pytest

from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Organiser, Status
from services.petitions.organising.invitation import invitation_code
from tests.unit.petitions.pages_support import (
    AUTHOR,
    KEYRING,
    NOW,
    PACKS,
    READER,
    Asked,
    Stored,
    hidden,
    pages,
    person,
)
from tests.unit.petitions.pages_support import petition as some

EU = PACKS.in_force("eu-initiative", NOW).ref
BERLINER = person("berliner", region="DE-BE", given_name="Jana", family_name="Novak")


def organiser(pseudonym: str, place: str, **changes: Any) -> Organiser:
    told: dict[str, Any] = {"revision": 1, "listed": False, "sealed": "s", "owner": "o", "at": NOW}
    return Organiser(pseudonym=pseudonym, place=place, **told | changes)


def initiative(*organisers: Organiser, status: Status = Status.DRAFT, **changes: Any) -> Petition:
    return some(status).model_copy(update={"rules": EU, "organisers": organisers, **changes})


def link(found: Petition) -> str:
    return f"/petitions/{found.id}/organisers/invited/{invitation_code(KEYRING, found.id)}"


async def test_the_author_has_the_link_and_others_do_not_even_see_the_draft() -> None:
    one = initiative()
    page = f"/petitions/{one.id}/organisers"
    async with pages(Stored([one])) as world:
        assert (await world.get(page)).status_code == 404
        await world.sign_in(READER)
        assert (await world.get(page)).status_code == 404
        await world.sign_in(AUTHOR)
        shown = (await world.get(page)).text
    assert link(one) in shown
    assert "Not enough yet" in shown


async def test_whoever_has_the_link_reads_the_draft_and_joins() -> None:
    one = initiative()
    async with pages(Stored([one])) as world:
        visitor = await world.get(link(one))
        assert one.text.title in visitor.text
        assert "Sign in to join" in visitor.text
        assert "noindex" in visitor.text
        assert '<article class="section stack">' in visitor.text, (
            "what is said of the text is in the language of the page"
        )
        wrong = await world.get(f"/petitions/{one.id}/organisers/invited/{'A' * 22}")
        assert wrong.status_code == 404
        await world.sign_in(BERLINER)
        page = (await world.get(link(one))).text
        assert "one organiser lives here: Germany" in page
        answer = await world.post(link(one), hidden(page, link(one)) | {"listed": "yes"})
        assert (answer.status_code, answer.headers["location"]) == (303, link(one))
    assert world.asked.done == [("join", (1, True))]


async def test_who_lives_elsewhere_is_told_before_they_try() -> None:
    one = initiative()
    async with pages(Stored([one])) as world:
        await world.sign_in(READER)
        page = (await world.get(link(one))).text
    assert "Where you live does not count here" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


async def test_a_refusal_is_said_at_once() -> None:
    one = initiative()
    async with pages(Stored([one]), Asked(refusal="stale-revision")) as world:
        await world.sign_in(BERLINER)
        form = hidden((await world.get(link(one))).text, link(one))
        answer = await world.post(link(one), form)
    assert answer.status_code == 409


@pytest.mark.parametrize("status", [Status.DRAFT, Status.COLLECTING])
async def test_an_organiser_leaves_until_it_is_handed_in(status: Status) -> None:
    plain = initiative(status=status)
    one = plain.model_copy(update={"organisers": (organiser(KEYRING.pseudonym(plain.id, BERLINER.id), "DE"),)})
    leave = f"/petitions/{one.id}/organisers/leave"
    async with pages(Stored([one])) as world:
        await world.sign_in(BERLINER)
        page = (await world.get(link(one))).text
        assert "You stand behind this petition" in page
        if status is Status.COLLECTING:
            assert leave not in page
            return
        assert (await world.post(leave, hidden(page, leave))).status_code == 303
    assert len(world.asked.done) == 1


async def test_everybody_sees_number_places_and_only_the_names_agreed_to() -> None:
    behind = (organiser("a", "DE", listed=True), organiser("b", "DE"), organiser("c", "FR", revision=0))
    one = initiative(*behind, status=Status.COLLECTING)
    async with pages(Stored([one])) as world:
        page = (await world.get(f"/petitions/{one.id}")).text
    assert "Germany: 2" in page
    assert "France" not in page, "who agreed to another text is not behind this one"
    assert "1 more agreed to an older text" in page
    assert page.split('id="organisers"')[1].count("Aigerim S.") == 1
    assert not any(f">{each.pseudonym}<" in page for each in behind)
    assert "organisers/invited" not in page


@pytest.mark.parametrize(
    ("states", "status"),
    [(("AT", "BE", "BG", "CY", "CZ", "DE"), 409), (("AT", "BE", "BG", "CY", "CZ", "DE", "DK"), 200)],
)
async def test_who_would_hand_it_in_is_told_beforehand_that_organisers_are_missing(
    states: tuple[str, ...], status: int
) -> None:
    one = initiative(*(organiser(f"p{place}", place) for place in states))
    async with pages(Stored([one])) as world:
        await world.sign_in(AUTHOR)
        answer = await world.get(f"/petitions/{one.id}/submit")
    assert answer.status_code == status
    assert (f"/petitions/{one.id}/organisers" in answer.text) is (status == 409)
