"""Where the foot of a letter leads: to the page of one's own, or to one that needs no account."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.notifications.subscriptions import ChannelRequested, FollowRequested
from services.notifications.addresses import Addresses
from services.notifications.delivering.letters import Letters
from services.notifications.delivering.unsubscribing import PATH, Ending, open_ending
from services.notifications.matching.requests import fan_out_of
from tests.publicity import published
from tests.unit.notifications.following_world import KEYRING, OWNER, START, Keys, World

SITE = "https://kenes.test"


@pytest.mark.parametrize("account", [True, False])
def test_everything_one_follows_is_a_link_away(account: bool) -> None:
    world, key = World(), Keys().key
    given: dict[str, Any] = {"subscriber": "s", "owner": OWNER, "account": account}
    sealed = key.seal("a@mail.kz", "c")
    world.ask(ChannelRequested(**given, channel="c", kind="email", sealed=sealed, confirmed=True))
    world.ask(FollowRequested(**given, interest="petition:p"))
    world.fold_all()
    [stored] = world.store.all("subscribers")
    event = published("p")
    request = fan_out_of("e", event, event.about, START)
    assert request is not None
    news = {"e": {"kind": request.news.event, "data": request.news.data, "at": START}}
    due = {"_id": "d", "subscriber": "s", "channel": "c", "event": "e", "interest": "petition:p", "priority": "normal"}
    [letter] = Letters(KEYRING, Addresses({}, SITE)).of([due], stored, key, news)
    assert letter.notice is not None
    page, _, token = letter.notice.manage.rpartition("/")
    if account:
        assert letter.notice.manage == f"{SITE}/notifications"
    else:
        assert page == SITE + PATH
        assert open_ending(KEYRING, token) == Ending("s", "c", None)
