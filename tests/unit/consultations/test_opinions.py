"""Live opinion groups: nothing said is missed, nothing withheld counts, no more is held or done than is asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from schemas.consultations.comments import Hidden, Restored, Retracted
from schemas.consultations.parts import Stakeholder, Vote
from schemas.consultations.votes import Voted
from schemas.envelope import Event
from schemas.payload import Payload
from services.consultations.opinion import OpinionGroups, OpinionState
from services.consultations.opinion import live as opinions
from services.consultations.opinion.live import LiveOpinions, Sequences, StillReadingError
from tests.unit.consultations.opinion.planted import planted

WORDS = {-1: "disagree", 0: "pass", 1: "agree"}
AT = datetime(2026, 9, 1, tzinfo=UTC)


def ballots(people: int = 40, comments: int = 12) -> list[Document]:
    """Two groups as the projection keeps their votes."""
    found = planted(people, comments, 2, seen=1.0)
    return [
        {
            "_id": f"p{person}",
            "stakeholder": "public" if person % 2 else "ngo",
            "votes": {f"c{comment}": WORDS[int(found.votes[person, comment])] for comment in range(comments)},
        }
        for person in range(people)
    ]


@dataclass
class Kept:
    """What a test says is stored. `gate` holds readers back."""

    ballots_of: list[Document] = field(default_factory=ballots)
    withheld_of: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None
    fails: bool = False
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[str, dict[int, int]]] = field(default_factory=list)

    async def ballots(self, consultation: str, until: Sequences) -> AsyncIterator[Document]:
        self.asked.append((consultation, dict(until)))
        self.reading.set()
        if self.fails:
            raise StillReadingError("behind")
        for number, document in enumerate(self.ballots_of):
            if number == len(self.ballots_of) // 2 and self.gate is not None:
                await self.gate.wait()
            yield document

    async def withheld(self, consultation: str, until: Sequences) -> AsyncIterator[str]:
        for comment in self.withheld_of:
            yield comment


_numbers: Iterator[int] = iter(range(1, 1_000_000))


def decided(data: Payload, partition: int = 0) -> Recorded:
    number = next(_numbers)
    event = Event(id=str(number), source="/consultations", subject="c", time=AT, data=data, sequence=number)
    return Recorded(partition, number, AT, b"k", event)


def vote(voter: str, comment: str, said: Vote, consultation: str = "c") -> Recorded:
    told: dict[str, Any] = {"stakeholder": Stakeholder.EXPERT, "before": None, "act": 1}
    return decided(Voted(consultation=consultation, comment=comment, voter=voter, vote=said, **told))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "EVERY", 0.0)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each recompute began."""
    began: list[float] = []
    real = OpinionState.recompute

    def recompute(state: OpinionState) -> OpinionGroups:
        began.append(time.monotonic())
        return real(state)

    monkeypatch.setattr(OpinionState, "recompute", recompute)
    return began


async def test_what_is_stored_makes_the_groups() -> None:
    live = LiveOpinions(Kept())
    groups = await live.groups("c")
    assert [group.people for group in groups.groups] == [20, 20]
    assert groups.votes == 40 * 12
    assert groups.class_names == ("ngo", "public")
    await live.aclose()


async def test_a_new_vote_is_in_the_groups_of_the_next_who_asks() -> None:
    live = LiveOpinions(Kept())
    before = await live.groups("c")
    voter = next(iter(before.group_of))
    for said in (Vote.AGREE, Vote.DISAGREE, Vote.PASS):
        live.take(vote(voter, "new", said))
    live.take(vote("somebody", "c0", Vote.AGREE))
    after = await live.groups("c")
    assert after.votes == before.votes + 2, "the last vote of a person on a comment counts"
    assert (after.people, after.others) == (before.people, None), "one alone is told in no number"
    assert "expert" in after.class_names
    await live.aclose()


async def test_votes_of_other_consultations_are_not_held() -> None:
    live = LiveOpinions(Kept())
    before = await live.groups("c")
    live.take(vote("somebody", "c0", Vote.AGREE, consultation="other"))
    assert (await live.groups("c")).votes == before.votes
    assert len(live) == 1
    await live.aclose()


async def test_what_is_decided_while_votes_are_read_is_not_missed_and_comes_last() -> None:
    gate = asyncio.Event()
    stored = Kept(gate=gate)
    live = LiveOpinions(stored)
    asking = asyncio.create_task(live.groups("c"))
    await stored.reading.wait()
    # p39 is stored after the gate with an older vote; p0 was read before it.
    for person in ("p39", "p0"):
        live.take(vote(person, "c0", Vote.PASS))
        live.take(vote(person, "c1", Vote.PASS))
    live.take_comment(decided(Hidden(consultation="c", comment="c2", reason="abuse", explanation="a" * 10)))
    gate.set()
    groups = await asking
    plain = OpinionState()
    for document in ballots():
        for comment, said in document["votes"].items():
            if comment != "c2":
                plain.take(document["_id"], comment, {name: side for side, name in WORDS.items()}[said])
    for person in ("p39", "p0"):
        plain.take(person, "c0", 0)
        plain.take(person, "c1", 0)
    expected = plain.recompute()
    assert "c2" not in groups.comments
    assert (groups.votes, groups.comments, groups.group_of) == (expected.votes, expected.comments, expected.group_of)
    assert [each.representatives for each in groups.groups] == [each.representatives for each in expected.groups]
    await live.aclose()


async def test_comments_withheld_shape_nothing_until_they_are_shown_again() -> None:
    live = LiveOpinions(Kept(withheld_of=["c3"]))
    assert "c3" not in (await live.groups("c")).comments
    live.take_comment(decided(Restored(consultation="c", comment="c3", explanation="a" * 10)))
    live.take_comment(decided(Retracted(consultation="c", comment="c4")))
    groups = await live.groups("c")
    assert "c3" in groups.comments
    assert "c4" not in groups.comments
    represented = {each.comment for group in groups.groups for each in group.representatives}
    assert "c4" not in represented
    await live.aclose()


async def test_stored_votes_are_read_as_of_what_the_tails_have_reached() -> None:
    stored = Kept()
    live = LiveOpinions(stored)

    async def load(_version: Any) -> dict[int, Position]:
        return {0: Position(5, 4), 1: Position(9, 8)}

    await live.votes.after(load)(None)  # type: ignore[arg-type]
    decision = vote("p0", "c0", Vote.AGREE)
    live.take(decision)
    await live.groups("c")
    assert stored.asked == [("c", {0: decision.event.sequence, 1: 8})]
    await live.aclose()


async def test_groups_are_made_once_in_two_seconds_and_only_of_something_new(
    computed: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opinions, "EVERY", 3600)
    live = LiveOpinions(Kept())
    for _ in range(3):
        await live.groups("c")
    assert len(computed) == 1, "nothing new"
    live.take(vote("p0", "new", Vote.AGREE))
    first = await live.groups("c")
    assert len(computed) == 1, "too soon"
    assert "new" not in first.comments
    monkeypatch.setattr(opinions, "EVERY", 0)
    assert "new" in (await live.groups("c")).comments
    assert len(computed) == 2
    await live.aclose()


async def test_many_who_ask_at_once_share_one_reading_and_one_recompute(computed: list[float]) -> None:
    stored = Kept()
    live = LiveOpinions(stored)
    found = await asyncio.gather(*(live.groups("c") for _ in range(20)))
    assert len(stored.asked) == len(computed) == 1
    assert all(groups is found[0] for groups in found)
    await live.aclose()


async def test_one_consultation_is_computed_at_a_time_and_the_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    def recompute(_state: OpinionState) -> OpinionGroups:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.1)
        running -= 1
        return OpinionGroups()

    monkeypatch.setattr(OpinionState, "recompute", recompute)
    live = LiveOpinions(Kept())
    asking = asyncio.gather(*(live.groups(name) for name in "abc"))
    turns = 0
    while not asking.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert most == 1
    assert turns > 10, "others were served meanwhile"
    await live.aclose()


async def test_only_so_many_consultations_are_held_and_those_asked_for_last() -> None:
    stored = Kept()
    live = LiveOpinions(stored, most=2)
    for name in ("a", "b", "a", "c"):
        await live.groups(name)
    assert len(live) == 2
    await live.groups("a")
    assert [name for name, _ in stored.asked] == ["a", "b", "c"], "a was still held"
    assert (await live.groups("b")).votes == 40 * 12, "read again"
    await live.aclose()


async def test_only_so_many_votes_are_held_but_always_those_of_the_last_who_asked() -> None:
    live = LiveOpinions(Kept(), most_votes=500)
    for name in ("a", "b"):
        assert (await live.groups(name)).votes == 480
    await live.groups("b")
    assert len(live) == 1
    await live.aclose()


async def test_a_consultation_nobody_asks_for_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveOpinions(Kept())
    await live.groups("c")
    monkeypatch.setattr(opinions, "IDLE", -1.0)
    live.take(vote("p0", "c0", Vote.PASS))
    assert len(live) == 0
    await live.aclose()


async def test_a_reading_that_failed_is_begun_anew() -> None:
    stored = Kept(fails=True)
    live = LiveOpinions(stored)
    with pytest.raises(StillReadingError):
        await live.groups("c")
    assert len(live) == 0
    stored.fails = False
    assert (await live.groups("c")).votes == 480
    await live.aclose()
