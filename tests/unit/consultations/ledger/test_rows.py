"""The report as CSV: a row for each comment."""

from __future__ import annotations

import csv
import io
from typing import Any, cast

from schemas.consultations.parts import Vote
from services.consultations.ledger.reads import LedgerReads
from services.consultations.ledger.rows import COLUMNS, csv_rows
from tests.unit.consultations.pages.world import EXPERT, READER, C, Memory

BEFORE = ("comment", "at", "clause", "version", "parent", "class", "verified", "language", "standing", "hidden_because")
ANSWERS = ("text", "campaign", "due", "answered", "outcome", "answered_at", "answer_kk", "answer_ru", "answer_en")


async def rows(memory: Memory) -> dict[str, dict[str, str]]:
    """The report's rows, by comment."""
    ledger = LedgerReads(cast("Any", memory))
    parts = [part async for part in csv_rows(cast("Any", memory), ledger, memory.votes, C)]
    return {each["comment"]: each for each in csv.DictReader(io.StringIO(b"".join(parts).decode("utf-8-sig")))}


async def test_a_row_has_the_votes_on_its_comment() -> None:
    memory = Memory()
    await memory.opened()
    await memory.say()
    await memory.say(text="Five days.", comment="comment-2")
    await memory.vote(READER, "comment-1", Vote.AGREE)
    await memory.vote(EXPERT, "comment-1", Vote.DISAGREE)
    await memory.vote(EXPERT, "comment-1", Vote.PASS)
    found = await rows(memory)
    votes = {comment: [row[side] for side in ("agree", "disagree", "pass")] for comment, row in found.items()}
    assert votes == {"comment-1": ["1", "0", "1"], "comment-2": ["0", "0", "0"]}


def test_votes_stand_after_the_columns_that_readers_know() -> None:
    assert (*BEFORE, *ANSWERS, "agree", "disagree", "pass") == COLUMNS
