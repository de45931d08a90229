"""The body's queue of comments that are owed an answer."""

from __future__ import annotations

from typing import Any

from services.consultations.ledger.reads import LedgerReads
from services.consultations.owed import OwedReads
from tests.unit.consultations.pages.world import C, Memory, person

LETTER = "The draft takes the right to an answer within ten days away from every small newspaper of the country."
OTHER = "Regional journalists have no lawyers, and nobody pays them for the hours that a court case takes."


async def test_a_campaign_stands_where_its_first_comment_is_due() -> None:
    memory = Memory()
    await memory.opened()
    for name, text in (("c1", LETTER), ("c2", OTHER), ("c3", LETTER)):
        await memory.say(person(name), text, comment=name)
    live: Any = memory
    queue = await OwedReads(live, memory.recent.comments, LedgerReads(live)).queue(C)
    assert [(each.comment.id, each.alike) for each in queue.lines] == [("c1", 2), ("c2", 1)]
