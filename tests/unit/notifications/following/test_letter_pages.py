"""Where links in letters lead: a mail program may post to one of them from its own site, and to no other."""

from __future__ import annotations

from typing import Any, cast

import pytest
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.delivering.unsubscribing import PATH, Ending, seal_ending
from services.notifications.following.opting_in import PATH as CONFIRM
from services.notifications.following.pages import LetterPages
from tests.unit.notifications.following_world import KEYRING
from tests.unit.web.http_edge import app_of, client_of

ENDING = Ending("s", "c", "petition:p")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class World:
    """The commands and the site of the pages: notes what is ended."""

    def __init__(self) -> None:
        self.ended: list[Ending] = []

    async def end(self, ending: Ending, _wait: float) -> None:
        self.ended.append(ending)

    async def render(self, _request: Request, _template: str, _context: object) -> Response:
        return Response()


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://mail.example"}, {"origin": "null"}]
)
async def test_one_click_unsubscribes_from_whatever_site(headers: dict[str, str]) -> None:
    world = cast("Any", World())
    app = app_of(LetterPages(world, KEYRING, world, world, world, None).routes())
    token = seal_ending(KEYRING, ENDING)
    async with client_of(app) as client:
        ended = await client.post(f"{PATH}/{token}", data=ONE_CLICK, headers=headers)
        other = await client.post(f"{CONFIRM}/{token}", data=ONE_CLICK, headers={"sec-fetch-site": "cross-site"})
    assert (ended.status_code, world.ended) == (200, [ENDING])
    assert (other.status_code, other.json()["code"]) == (403, "cross-site")
