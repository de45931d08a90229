"""The page of a dead letter: what may be done about a request, about one without a copy, and about a decision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.topics import SIGNATURE_REQUESTS, SIGNATURES
from services.console.domain.letters import Case
from services.console.letters.reads import Entry
from tests.unit.console.acts import note
from tests.unit.console.lettered import pages_of
from tests.unit.console.world import console

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
REPLAY, NO_COPY, FOLDED_AGAIN = "Replay the record", "there is no copy", "but folded again"


@pytest.mark.parametrize(
    ("topic", "replayable", "said"),
    [
        (SIGNATURE_REQUESTS.name, True, REPLAY),
        (SIGNATURE_REQUESTS.name, False, NO_COPY),
        (SIGNATURES.name, False, FOLDED_AGAIN),
    ],
)
async def test_the_page_says_what_may_be_done_about_a_record(topic: str, replayable: bool, said: str) -> None:
    case = f"{topic}/0/7"
    first, last = (note(case, consumer=each).letter for each in ("petitions/tallies", "notifications/stream"))
    last = last.model_copy(update={"replayable": replayable})
    entry = Entry(id=case, case=Case(letter=last, known=(last.id,)), noted=AT, sent=None, notes=(first, last))
    async with console(more=pages_of(entry, may_act=True)) as world:
        await world.sign_in("operator-act")
        page = (await world.get(f"/letters/case/{case}")).text
    assert [each for each in (REPLAY, NO_COPY, FOLDED_AGAIN) if each in page] == [said]
    # A worker of the process that decides has no projection to rebuild.
    assert ('href="/projections/petitions/tallies"' in page) is (said == FOLDED_AGAIN)
    assert "/projections/notifications/stream" not in page


async def test_the_page_of_a_letter_says_that_it_may_be_older() -> None:
    case = f"{SIGNATURES.name}/0/7"
    letter = note(case).letter
    entry = Entry(id=case, case=Case(letter=letter, known=(letter.id,)), noted=AT, sent=None, notes=(letter,))
    async with console(more=pages_of(entry, may_act=True, settled=False)) as world:
        await world.sign_in("operator-act")
        assert "still being written" in (await world.get(f"/letters/case/{case}")).text
