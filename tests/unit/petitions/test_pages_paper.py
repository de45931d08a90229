"""The pages of paper: everybody sees sheets and checksums, registrars enter and correct, others may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schemas.petitions.v1 import PaperCorrectionRequested, PaperRequested, RulePackRef
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import PaperBatch
from tests.unit.petitions.lives import CALENDAR, SURE, pack, sheet
from tests.unit.petitions.pages_support import AUTHOR, NOW, Asked, Stored, World, hidden, pages, petition

PACKS = RulePacks(
    (pack(), pack(id="none", paper=None), pack(id="apart", paper={"counts": False, **SURE})), {"kk": CALENDAR}
)
REGISTRAR = replace(AUTHOR, subject="registrar", roles=frozenset({"citizen", "registrar"}))
BATCH = PaperBatch(number=1, entered_at=NOW - timedelta(hours=1), by="r", reference="File 7", sheets=(sheet("17", 12),))
SCAN = sheet("17").scan


def under(name: str, *batches: PaperBatch) -> Petition:
    return petition().model_copy(update={"rules": RulePackRef(id=name, version="1"), "paper": batches})


@asynccontextmanager
async def site(one: Petition, monkeypatch: pytest.MonkeyPatch, asked: Asked | None = None) -> AsyncIterator[World]:
    monkeypatch.setattr("tests.unit.petitions.pages_support.PACKS", PACKS)
    async with pages(Stored(petitions=[one]), asked) as world:
        yield world


async def form(world: World, path: str) -> dict[str, str]:
    page = await world.get(path)
    assert page.status_code == 200, page.text
    return hidden(page.text, path)


async def test_everybody_sees_sheets_checksums_and_whether_they_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, counts in (("full", "they count toward"), ("apart", "do not count toward")):
        async with site(one := under(name, BATCH), monkeypatch) as world:
            page = await world.get(f"/petitions/{one.id}/paper")
            assert all(word in page.text for word in ("12 signatures were counted", SCAN, "File 7", counts))
            assert "KZ-75" not in page.text
            assert "paper/enter" not in page.text
            shown = (await world.get(f"/petitions/{one.id}")).text
            assert "And 12 signatures on paper." in shown


async def test_where_the_pack_takes_none_there_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(one := under("none"), monkeypatch) as world:
        assert (await world.get(f"/petitions/{one.id}/paper")).status_code == 404
        assert f"/petitions/{one.id}/paper" not in (await world.get(f"/petitions/{one.id}")).text


async def test_goals_are_nearer_by_what_counts_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, needed in (("full", "38 more"), ("apart", "50 more")):
        one = under(name, BATCH)
        goal = one.goals[0].model_copy(update={"signatures": 50})
        async with site(one.model_copy(update={"goals": (goal,)}), monkeypatch) as world:
            page = (await world.get(f"/petitions/{one.id}")).text
            assert needed in page
            assert '<span class="threshold-at">50</span>' in page


async def test_a_registrar_enters_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(one := under("full", BATCH), monkeypatch) as world:
        await world.sign_in(REGISTRAR)
        path = f"/petitions/{one.id}/paper/enter"
        assert path in (await world.get(f"/petitions/{one.id}/paper")).text
        lines = f"18; kz-75; 3; {'A' * 64}\n18; KZ-71; 2; {'a' * 64}"
        answer = await world.post(path, await form(world, path) | {"sheets": lines, "reference": " File  8 "})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/petitions/{one.id}/paper")
        ((_, request),) = world.asked.done
        assert isinstance(request, PaperRequested)
        assert (request.reference, [each.number for each in request.sheets]) == ("File 8", ["18"])
        assert [(each.region, each.count) for each in request.sheets[0].counts] == [("KZ-75", 3), ("KZ-71", 2)]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"sheets": ""}, "#sheets"),
        ({"sheets": "18; KZ-75; many; x"}, "Correct line 1"),
        ({"reference": ""}, "#reference"),
        ({"reference": "x" * 201}, "#reference"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_is_lost(
    changes: dict[str, str], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site(one := under("full"), monkeypatch) as world:
        await world.sign_in(REGISTRAR)
        path = f"/petitions/{one.id}/paper/enter"
        told = {"sheets": f"18; KZ-75; 3; {'a' * 64}", "reference": "File 8"} | changes
        answer = await world.post(path, await form(world, path) | told)
        assert (answer.status_code, wrong in answer.text) == (422, True)
        assert all(value in answer.text for value in told.values())
        assert world.asked.done == []


async def test_a_batch_is_corrected_from_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(one := under("full", BATCH), monkeypatch) as world:
        await world.sign_in(REGISTRAR)
        path = f"/petitions/{one.id}/paper/1"
        assert f"17; KZ-75; 12; {SCAN}" in (await world.get(path)).text
        fields = await form(world, path)
        assert fields["revision"] == "1"
        answer = await world.post(path, fields | {"sheets": "", "reason": "short"})
        assert (answer.status_code, "#reason" in answer.text) == (422, True)
        done = await world.post(path, await form(world, path) | {"sheets": "", "reason": "Of another petition."})
        assert done.status_code == 303
        ((_, request),) = world.asked.done
        assert isinstance(request, PaperCorrectionRequested)
        assert (request.batch, request.revision, request.sheets) == (1, 1, ())
        assert (await world.get(f"/petitions/{one.id}/paper/2")).status_code == 404


async def test_refusals_and_outages_come_back_with_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(refusal=Refusal.SHEET_ENTERED)
    async with site(one := under("full"), monkeypatch, asked) as world:
        await world.sign_in(REGISTRAR)
        path = f"/petitions/{one.id}/paper/enter"
        told: dict[str, Any] = {"sheets": f"18; KZ-75; 3; {'a' * 64}", "reference": "File 8"}
        answer = await world.post(path, await form(world, path) | told)
        assert (answer.status_code, "entered already" in answer.text, "File 8" in answer.text) == (409, True, True)
        asked.down = True
        answer = await world.post(path, await form(world, path) | told)
        assert (answer.status_code, "File 8" in answer.text) == (503, True)


async def test_others_are_told_that_it_is_not_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(one := under("full", BATCH), monkeypatch) as world:
        path = f"/petitions/{one.id}/paper/enter"
        assert (await world.get(path)).status_code == 303
        await world.sign_in(AUTHOR)
        assert (await world.get(path)).status_code == 403
        assert (await world.post(path, {"sheets": "x"})).status_code == 403
        assert "paper/enter" not in (await world.get(f"/petitions/{one.id}/paper")).text
