"""Where links in letters lead: a mail program may post to one of them from its own site, and to no other."""

from __future__ import annotations

from typing import Any, cast

import pytest
from starlette.requests import Request
from starlette.responses import Response

from schemas.notifications.parts import Cadence
from schemas.notifications.subscriptions import ChannelAdded, Followed
from services.notifications.delivering.unsubscribing import PATH, Ending, open_ending, seal_ending
from services.notifications.domain.subscriber import Subscriber, evolve
from services.notifications.following.opting_in import PATH as CONFIRM
from services.notifications.following.pages import LetterPages
from services.notifications.wording.interests import Named
from tests.unit.notifications.following_world import KEYRING, START
from tests.unit.web.http_edge import app_of, client_of

ENDING = Ending("s", "c", "petition:p")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class World:
    """The commands and the site of the pages: notes what is ended."""

    def __init__(self) -> None:
        self.ended: list[Ending] = []
        self.shown: dict[str, Any] = {}
        self.known = Subscriber()

    async def end(self, ending: Ending, _wait: float) -> None:
        self.ended.append(ending)

    async def render(self, _request: Request, _template: str, context: dict[str, Any]) -> Response:
        self.shown = context
        return Response()

    def translator(self, _request: Request) -> None:
        return None

    async def subscriber(self, _name: str) -> Subscriber:
        return self.known

    async def all(self, interests: list[str], _t: None) -> dict[str, Named]:
        return {each: Named(each.upper(), "/") for each in interests}


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


@pytest.mark.parametrize("account", [False, True])
async def test_without_an_account_each_thing_followed_is_shown_and_ends_by_itself(account: bool) -> None:
    world = World()
    given: dict[str, Any] = {"subscriber": "s", "owner": "o", "account": account}
    added = ChannelAdded(**given, channel="c", kind="email", sealed="x", confirmed=True)
    world.known = evolve(world.known, added, START)
    for interest in ("petition:p", "region:KZ-75"):
        told = Followed(**given, interest=interest, cadence=Cadence.AT_ONCE, channels=(), acted=False, since=START)
        world.known = evolve(world.known, told, START)
    anything = cast("Any", world)
    app = app_of(LetterPages(anything, KEYRING, anything, anything, anything, None).routes())
    async with client_of(app) as client:
        assert (await client.get(f"{PATH}/{seal_ending(KEYRING, Ending('s', 'c', None))}")).status_code == 200
        shown = [(each["name"], each["to"]) for each in world.shown["follows"]]
        for _, to in shown:
            assert (await client.post(to)).status_code == 200
    followed = [] if account else ["petition:p", "region:KZ-75"]
    assert [name for name, _ in shown] == [each.upper() for each in followed]
    assert world.ended == [Ending("s", "c", each) for each in followed]
    assert [open_ending(KEYRING, to.rpartition("/")[2]) for _, to in shown] == world.ended
