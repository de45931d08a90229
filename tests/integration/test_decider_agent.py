"""Agents in a real Faust process: one that raises loses nothing and repeats nothing."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import pytest

from kenes.kafka.stream import EX_SOFTWARE
from kenes.local.mongo import EmbeddedMongo
from kenes.local.process import ChildProcess
from tests.example.domain import CURSED
from tests.example.v1 import Lent, LoanRefused
from tests.integration.library import Library, worker
from tests.processes import ROOT
from tests.waiting import PATIENCE, eventually_read

pytestmark = pytest.mark.stack


def stream_process(library: Library, mongo: EmbeddedMongo, folder: Path, when: str) -> ChildProcess:
    suffix = library.requests.name.rpartition(".")[2]
    return ChildProcess(
        "stream",
        [sys.executable, "-m", "tests.integration.failing_stream", suffix, str(folder / "failed"), when],
        folder / "stream.log",
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("KENES_")},
            "KENES_ENVIRONMENT": "test",
            "KENES_KAFKA_BOOTSTRAP": library.bootstrap,
            "KENES_KAFKA_SESSION_TIMEOUT": "2",
            "KENES_MONGO_URI": mongo.uri,
            "KENES_MASTER_KEY": base64.b64encode(b"k" * 32).decode(),
        },
        cwd=ROOT,
    )


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_agent_that_raises_does_not_lose_its_events(
    library: Library, mongo: EmbeddedMongo, tmp_path: Path, when: str
) -> None:
    for reader in ("aigerim", "erzhan", "maria"):
        await library.borrow("abai", reader, 0)
    await library.borrow(CURSED, "aigerim", 0)
    await library.borrow("words", "aigerim", 0)
    process = stream_process(library, mongo, tmp_path, when)
    try:
        process.start()
        assert process.wait(PATIENCE) == EX_SOFTWARE, process.last_lines(20)
        decided = len(await library.records(library.loans))
        assert decided == 0 if when == "before" else 1 <= decided <= 4
        process.start(fresh=False)
        await library.borrow("words", "erzhan", 0)

        async def decisions() -> int:
            assert process.running, process.last_lines(20)
            return len(await library.records(library.loans))

        await eventually_read(decisions, lambda found: found >= 5)
    finally:
        process.stop()
    assert len(await library.records(library.loans)) == 5  # and none of them twice
    assert await library.decisions() == {
        (0, 0): Lent(book="abai", reader="aigerim"),
        (0, 1): LoanRefused(book="abai", code="lent"),
        (0, 2): LoanRefused(book="abai", code="lent"),
        (0, 4): Lent(book="words", reader="aigerim"),
        (0, 5): LoanRefused(book="words", code="lent"),
    }
    letters = {letter.origin.offset: letter for letter in await library.letters(library.requests)}
    assert list(letters) == [3]  # one letter, however often the record came
    assert "ZeroDivisionError: lending this book divides by zero" in letters[3].reason


async def test_a_rule_that_raises_and_a_record_that_is_no_event_are_set_aside(library: Library) -> None:
    await library.borrow("abai", "aigerim", 0)
    await library.write_raw(library.requests, b"\xff\xfe", 0)
    await library.borrow(CURSED, "aigerim", 0)
    await library.write_raw(library.requests, None, 0)
    await library.borrow("words", "aigerim", 0)
    async with worker(library) as one:
        await one.decide(await library.records(library.requests))
        decided = await library.decisions()
        assert list(decided) == [(0, 0), (0, 4)]
        # The record that was last in the topic may be the one set aside: it must not be decided again and again.
        await library.borrow(CURSED, "erzhan", 0)
        await one.decide(await library.records(library.requests))
    letters = {letter.origin.offset: letter for letter in await library.letters(library.requests)}
    assert sorted(letters) == [1, 2, 3, 5]
    for letter in letters.values():
        assert (letter.origin.topic, letter.origin.partition, letter.consumer) == (
            library.requests.name,
            0,
            "library/stream",
        )
        assert letter.reason
    assert base64.b64decode(letters[1].value or "") == b"\xff\xfe"
    assert base64.b64decode(letters[1].headers["ce_type"]) == b"nonsense"
    assert letters[3].value is None
    assert "divides by zero" in letters[2].stack
