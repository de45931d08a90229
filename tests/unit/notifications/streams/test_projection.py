"""What readers keep is the fold of the log, whatever batches it came in; the snapshot pages through all of it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.notifications.streams import StreamRotationRequested, StreamVerificationRequested
from services.notifications.domain import streams, streams_deciding
from services.notifications.domain.streams_folding import folded
from services.notifications.streams.deciding import load_stream
from services.notifications.streams.line import line_of
from services.notifications.streams.projection import PROJECTIONS
from services.notifications.streams.snapshot import Snapshot
from tests.publicity import counted, published, reached
from tests.unit.notifications.streams.lines import recorded
from tests.unit.notifications.streams.test_deciding import MINE, NOW, URL, create
from tests.unit.store import project

STREAMS, SUBJECTS = PROJECTIONS
LOG = [
    recorded(offset, event)
    for offset, event in enumerate(
        (
            published("a"),
            published("b"),
            counted("a", 1, 5),
            reached("b", 1),
            counted("b", 2, 60_000),
            counted("a", 2, 6),
        )
    )
]


def states() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in filter(None, map(line_of, LOG)):
        found[line.subject] = folded(found.get(line.subject), line.attributes)
    return found


@pytest.mark.parametrize("cuts", [[1], [2, 1], [6], [4]])
def test_subjects_are_the_fold_of_their_events(cuts: list[int]) -> None:
    kept = project(SUBJECTS, LOG, cuts).all("public_subjects")
    assert {each["_id"]: each["state"] for each in kept} == states()


def test_the_snapshot_follows_the_log_and_has_pages() -> None:
    snapshot = Snapshot()
    for each in LOG:
        snapshot.take(each)
    assert snapshot.cursor == 6
    first, beyond = snapshot.page("", 1)
    second, end = snapshot.page(beyond or "", 1)
    assert (beyond, end) == ("a", None)
    assert first | second == states()


@pytest.mark.parametrize("cuts", [[1], [3]])
def test_streams_are_as_their_decisions_have_made_them(cuts: list[int]) -> None:
    stream, decisions = None, []
    rotation = StreamRotationRequested(**MINE, secret="new")
    requests = (create(), StreamVerificationRequested(stream="s", endpoint=URL), create(), rotation)
    for offset, request in enumerate(requests):
        decision = streams_deciding.decide(stream, request, NOW)
        stream = streams.evolve(stream, decision, NOW)
        decisions.append(recorded(offset, decision, NOW, "s"))
    store = project(STREAMS, decisions, cuts)
    [kept] = store.all("streams")
    assert load_stream(kept) == stream
    assert kept["s"] == 3
    assert [each["code"] for each in store.all("stream_receipts")] == [None, None, "stream-exists", None]
