"""Petitions as JSON: as described, with the count of the moment, whatever was written before."""

from __future__ import annotations

import orjson

from kenes.web.live import LiveHub
from services.petitions.live import Count, LiveCounts
from services.petitions.rendering import Renderer
from services.petitions.views import PetitionList, PetitionView
from tests.unit.petitions.pages_support import PACKS, petition


def counted(accepted: int = 0) -> LiveCounts:
    live = LiveCounts(LiveHub(), small_group=1)
    live._counts = {petition().id: Count(accepted)}
    return live


def test_the_count_is_of_this_moment() -> None:
    counts, one = counted(1), petition()
    render = Renderer(PACKS, counts)
    before = PetitionView.model_validate_json(render.petition(one))
    counts._counts[one.id].accepted += 1
    after = PetitionView.model_validate_json(render.petition(one))

    assert (before.count.count, after.count.count) == (1, 2)
    assert before.model_copy(update={"count": after.count}) == after


def test_a_petition_that_changed_is_written_anew() -> None:
    render = Renderer(PACKS, counted())
    render.petition(petition(title="Before it was edited"))

    assert orjson.loads(render.petition(petition(title="After it was edited")))["text"]["title"].startswith("After")


def test_a_page_is_as_described_though_there_is_room_for_none() -> None:
    render = Renderer(PACKS, counted(), room=10)
    written = render.petitions([petition(number=number) for number in (1, 2)], "/there")

    page = PetitionList.model_validate_json(written)
    assert [each.id for each in page.petitions] == [petition(number=number).id for number in (1, 2)]
    assert page.next == "/there"
    assert b"sealed" not in written
