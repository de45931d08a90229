"""Pages of acts while a projection is behind what was decided: they say so, and take nothing for missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.routing import BaseRoute

from kenes.web.openapi import Operation
from services.console.acts.desk import Desk
from services.console.acts.pages import ActPages
from services.console.letters.batch_pages import BatchPages
from services.console.letters.pages import LetterPages
from services.console.letters.projection import LETTERS
from services.console.pages.site import ConsoleSite
from services.console.upkeep.pages import ProjectionPages
from tests.unit.console.world import More, console

STALE = "The latest acts are still being written"
TOPIC = "petitions.signature-requests.v1"


def empty(*, settled: bool) -> More:
    """Every page of acts over a database with nothing in it."""

    async def waited(_projection: object) -> bool:
        return settled

    async def nothing(*_asked: object) -> None:
        return None

    async def none(*_asked: object) -> list[object]:
        return []

    async def no_page(*_asked: object) -> tuple[list[object], int]:
        return [], 0

    async def zero(*_asked: object) -> int:
        return 0

    def more(site: ConsoleSite, _authenticate: object) -> tuple[list[BaseRoute], list[Operation]]:
        told: dict[str, Any] = {
            "live": SimpleNamespace(settled=waited),
            "commands": None,
            "trail": SimpleNamespace(page=no_page, about=none),
            "letters": SimpleNamespace(
                one=nothing, batch=nothing, listed=no_page, kinds=none, batches=none, replayable=zero
            ),
            "projections": SimpleNamespace(all=none, one=nothing),
            "open_letter": nothing,
        }
        desk = cast("Any", Desk)(site=site, **told)
        parts = (BatchPages(desk), LetterPages(desk), ActPages(desk), ProjectionPages(desk))
        return [route for part in parts for route in part.routes()], []

    return more


@pytest.mark.parametrize("path", ["/letters", f"/letters/replay-all?topic={TOPIC}", "/acts", "/projections"])
async def test_a_page_that_may_be_older_says_so(path: str) -> None:
    for settled in (True, False):
        async with console(more=empty(settled=settled)) as world:
            await world.sign_in("operator-act")
            answer = await world.get(path)
        assert answer.status_code == 200
        assert (STALE in answer.text) is not settled


@pytest.mark.parametrize("path", [f"/letters/case/{TOPIC}/0/7", "/letters/batches/b"])
async def test_what_was_noted_a_moment_ago_is_not_said_to_be_missing(path: str) -> None:
    for settled, status in ((True, 404), (False, 503)):
        async with console(more=empty(settled=settled)) as world:
            await world.sign_in("operator-act")
            assert (await world.get(path)).status_code == status


async def test_one_projection_that_is_behind_makes_a_page_old() -> None:
    async def waited(projection: object) -> bool:
        return projection is not LETTERS

    desk = cast("Any", Desk)(*[None] * 2, SimpleNamespace(settled=waited), *[None] * 4)
    assert await desk.settled()
    assert not await desk.settled(LETTERS, None)
