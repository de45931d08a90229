"""The report of results on its page."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from starlette.requests import Request

from kenes.web.limits import Endpoint
from services.consultations.campaigns import variations
from services.consultations.ledger import reads
from services.consultations.ledger.api import LedgerApi
from tests.unit.consultations.pages.world import OFFICIAL, C, Memory, pages, person

ON = f"/consultations/{C}"
LETTER = "The draft takes the right to an answer within ten days away from every small newspaper of the country."
OTHER = "Regional journalists have no lawyers, and nobody pays them for the hours that a court case takes."


async def sent(memory: Memory, text: str, senders: int) -> str:
    """So many people send a text; the first of their comments."""
    names = [f"{text[:3]}{number}" for number in range(senders)]
    for name in names:
        await memory.say(person(name), text, comment=name)
    return names[0]


async def test_every_answer_to_a_campaign_is_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE", 1)
    async with pages() as world:
        await world.memory.opened()
        first, second = await sent(world.memory, LETTER, 3), await sent(world.memory, OTHER, 2)
        for comment in (first, second):
            await world.memory.answer_all(comment)
        page = (await world.get(f"{ON}/report")).text
        assert page.count('<article class="report-campaign"') == 2
        assert page.index(LETTER) < page.index(OTHER), "the greatest first"


async def test_texts_are_compared_only_where_it_is_shown_and_never_on_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[threading.Thread] = []
    really = variations.differences

    def differences(first: str, other: str) -> list[variations.Edit]:
        compared.append(threading.current_thread())
        return really(first, other)

    monkeypatch.setattr(variations, "differences", differences)
    async with pages() as world:
        await world.memory.opened()
        first = await sent(world.memory, LETTER, 3)
        await world.memory.answer_all(first)
        assert LETTER in (await world.get(f"{ON}/report")).text
        await world.sign_in(OFFICIAL)
        assert LETTER in (await world.get(f"/consultations/desk/{C}/comments/{first}")).text
        assert not compared
        assert LETTER in (await world.get(f"{ON}/campaigns")).text
    live: Any = world.memory
    api = LedgerApi(world.memory.queries(), reads.LedgerReads(live), live, world.memory.votes, small_group=5)
    told = {"consultation": C, "campaign": first}
    await api.list_campaigns(Request({"type": "http", "headers": [], "query_string": b"", "path_params": told}))
    await api.show_campaign(Request({"type": "http", "headers": [], "query_string": b"", "path_params": told}))
    assert len(compared) == 3
    assert threading.current_thread() not in compared


async def test_a_few_senders_are_only_said_to_be_few() -> None:
    async with pages() as world:
        await world.memory.opened()
        many, few = await sent(world.memory, LETTER, 5), await sent(world.memory, OTHER, 2)
        for comment in (many, few):
            await world.memory.answer_all(comment)
        for path in ("campaigns", "report"):
            page = (await world.get(f"{ON}/{path}")).text
            assert "One text, 5 senders" in page
            assert "One text, fewer than 5 senders" in page
            assert "2 senders" not in page
        await world.sign_in(OFFICIAL)
        page = (await world.get(f"/consultations/desk/{C}/comments/{few}")).text
        assert "One text, fewer than 5 senders" in page


async def test_a_few_people_are_not_counted_in_the_data_either() -> None:
    memory = Memory()
    await memory.opened()
    live: Any = memory
    api = LedgerApi(memory.queries(), reads.LedgerReads(live), live, memory.votes, small_group=5)

    async def told(endpoint: Endpoint) -> Any:
        scope = {"type": "http", "headers": [], "query_string": b"", "path_params": {"consultation": C}}
        return json.loads(bytes((await endpoint(Request(scope))).body))

    assert (await told(api.show_report))["people"] == 0
    few = await sent(memory, OTHER, 4)
    assert (await told(api.show_report))["people"] is None
    await memory.say(person("one more"), LETTER, comment=f"{few}, and one more")
    assert (await told(api.show_report))["people"] == 5
    (campaign,) = (await told(api.list_campaigns))["campaigns"]
    assert (campaign["comments"], campaign["people"]) == (4, None)
