"""The body's queue of comments that are owed an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.consultations.comments import RetractRequested
from services.consultations.ledger.reads import LedgerReads
from services.consultations.owed import OwedReads
from tests.unit.consultations.pages.world import C, Memory, person

LETTER = "The draft takes the right to an answer within ten days away from every small newspaper of the country."
OTHER = "Regional journalists have no lawyers, and nobody pays them for the hours that a court case takes."


async def test_a_campaign_of_many_is_one_line_on_one_page_and_gone_with_its_answer() -> None:
    memory = Memory()
    await memory.opened()
    for number in range(120):
        await memory.say(person(f"p{number}"), LETTER, comment=f"c{number:03}")
    memory.later(timedelta(days=2))
    await memory.say(person("late"), OTHER, comment="z")
    live: Any = memory
    owed = OwedReads(live, memory.recent.comments, LedgerReads(live))
    queue = await owed.queue(C)
    assert [(each.comment.id, each.alike) for each in queue.lines] == [("c000", 120), ("z", 1)]
    assert queue.next is None
    narrowed = await owed.queue(C, stakeholder="public")
    assert [(each.comment.id, each.alike) for each in narrowed.lines] == [("c000", 120), ("z", 1)]
    await memory.answer("c000")
    queue = await owed.queue(C)
    assert [(each.comment.id, each.alike) for each in queue.lines] == [("c001", 119), ("z", 1)]
    await memory.answer_all("c001")
    for found in (await owed.queue(C), await owed.queue(C, stakeholder="public")):
        assert [each.comment.id for each in found.lines] == ["z"]


async def test_what_was_answered_a_moment_ago_is_in_no_queue() -> None:
    memory = Memory()
    await memory.opened()
    for name, text in (("c1", LETTER), ("c2", OTHER), ("c3", LETTER)):
        await memory.say(person(name), text, comment=name)
    memory.lag()
    await memory.answer("c1")
    live: Any = memory
    owed = OwedReads(live, memory.recent.comments, LedgerReads(live))
    assert [each.comment.id for each in (await owed.queue(C)).lines] == ["c3", "c2"]
    await memory.answer_all("c3")
    assert [each.comment.id for each in (await owed.queue(C)).lines] == ["c2"]
    assert [each.comment.id for each in (await owed.queue(C, stakeholder="public")).lines] == ["c2"]


async def test_a_campaign_stands_where_its_first_comment_is_due() -> None:
    memory = Memory()
    await memory.opened()
    for name, text in (("c1", LETTER), ("c2", OTHER), ("c3", LETTER)):
        await memory.say(person(name), text, comment=name)
    live: Any = memory
    queue = await OwedReads(live, memory.recent.comments, LedgerReads(live)).queue(C)
    assert [(each.comment.id, each.alike) for each in queue.lines] == [("c1", 2), ("c2", 1)]


def letter(number: int, text: str = LETTER) -> str:
    """The same with one word of one's own."""
    return f"{text} {text} {number}"


async def test_a_campaign_speaks_by_whoever_is_left_when_its_listed_texts_are_taken_back() -> None:
    memory = Memory()
    await memory.opened()
    for number in range(21):
        await memory.say(person(f"p{number}"), letter(number), comment=f"c{number:02}")
    for name in ("d0", "d1"):
        await memory.say(person(name), OTHER, comment=name)
    for number in range(20):
        await memory.about(RetractRequested, person(f"p{number}"), f"c{number:02}")
    await memory.about(RetractRequested, person("d0"), "d0")
    live: Any = memory
    reads = LedgerReads(live)
    duties = {each.comment: each.text for each in await reads.duties(C, datetime.now(UTC))}
    assert duties == {"c20": letter(20), "d1": OTHER}
    campaigns = {each.campaign.said_in: each.campaign.text for each in await reads.campaigns(C)}
    assert campaigns == duties


async def test_a_duty_whose_comments_are_all_hidden_names_one_that_was_not_taken_back() -> None:
    memory = Memory()
    await memory.opened()
    for number in range(2):
        await memory.say(person(f"p{number}"), letter(number), comment=f"c{number}")
    await memory.about(RetractRequested, person("p0"), "c0")
    await memory.hide("c1")
    live: Any = memory
    (duty,) = await LedgerReads(live).duties(C, datetime.now(UTC))
    assert (duty.comment, duty.text) == ("c1", "")
