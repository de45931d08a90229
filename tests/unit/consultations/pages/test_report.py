"""The report of results on its page."""

from __future__ import annotations

import pytest

from services.consultations.ledger import reads
from tests.unit.consultations.pages.world import C, Memory, pages, person

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
