"""A lane loses nothing and keeps the order of each subject, whatever fails and whenever it is restored."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.streams.lane import MOST_OF_ONE, MOST_PARKED, Lane
from tests.unit.notifications.streams.lines import line

SUBJECTS = ("a", "b", "c")


def read(lane: Lane, log: list[str], most: int) -> None:
    """Takes the next lines of a log, given as the subjects of its lines."""
    end = min(lane.cursor + min(most, lane.room), len(log))
    lane.take([line(offset, log[offset]) for offset in range(lane.cursor, end)], end)


Step = tuple[str, int]
steps = st.lists(
    st.tuples(st.sampled_from(["read", "look", "send", "deliver", "fail", "later", "restart"]), st.integers(0, 5)),
    max_size=80,
)


class Run:
    """A lane over a log of subjects, with a receiver that takes or fails what it is told to."""

    def __init__(self, log: list[str]) -> None:
        self.lane, self.log, self.now = Lane(0), log, 0.0
        self.flying: list[tuple[str, int]] = []
        self.delivered: dict[str, list[int]] = defaultdict(list)

    def step(self, what: str, number: int) -> None:
        getattr(self, what)(number)

    def read(self, number: int) -> None:
        read(self.lane, self.log, number)

    def look(self, number: int) -> None:
        if self.lane.missing is not None:
            subject, start = self.lane.missing
            end = min(start + 1 + number, self.lane.cursor)
            self.lane.found([offset for offset in range(start, end) if self.log[offset] == subject], end)

    def send(self, _number: int) -> None:
        found = self.lane.next(self.now)
        if found is not None:
            assert found.subject not in {subject for subject, _ in self.flying}
            self.flying.append((found.subject, found.offset))

    def deliver(self, number: int) -> None:
        if self.flying:
            subject, offset = self.flying.pop(number % len(self.flying))
            self.delivered[subject].append(offset)
            self.lane.settled(subject, delivered_at=self.now)

    def fail(self, number: int) -> None:
        if self.flying:
            subject, _ = self.flying.pop(number % len(self.flying))
            self.lane.failed(subject, self.now, self.now + number)

    def later(self, number: int) -> None:
        self.now += number

    def restart(self, _number: int) -> None:
        self.lane, self.flying = Lane.restored(self.lane.document()), []

    def finish(self) -> None:
        while self.lane.document()["next"] < len(self.log) or self.lane.parked or self.lane.missing:
            for what in ("read", "look", "later", "send", "deliver"):
                self.step(what, 10)


@given(st.lists(st.sampled_from(SUBJECTS), max_size=40), steps, st.sampled_from([1, 2, 100]))
def test_every_event_is_delivered_and_first_deliveries_are_in_order(
    log: list[str], taken: list[Step], most_of_one: int
) -> None:
    run = Run(log)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("services.notifications.streams.lane.MOST_OF_ONE", most_of_one)
        for what, number in taken:
            run.step(what, number)
        run.finish()
    for subject in SUBJECTS:
        wanted = [offset for offset, each in enumerate(log) if each == subject]
        assert list(dict.fromkeys(run.delivered[subject])) == wanted
    assert run.lane.document() == {"next": len(log), "delivered_at": run.lane.delivered_at, "parked": []}


def test_a_failure_holds_up_its_own_subject_alone() -> None:
    lane = Lane(0)
    lane.take([line(0, "a"), line(1, "a"), line(2, "b"), line(3, "b")], 4)
    first = lane.next(0.0)
    assert first is not None
    lane.failed("a", 0.0, 60.0)
    offsets = []
    while (found := lane.next(1.0)) is not None:
        offsets.append(found.offset)
        lane.settled(found.subject, delivered_at=1.0)
    assert offsets == [2, 3]
    again = lane.next(60.0)
    assert again is not None
    assert (again.offset, again.attempt, again.line) == (0, 2, None)  # what waits for long is not held in memory


def test_a_busy_subject_that_fails_for_days_does_not_stop_the_others() -> None:
    lane = Lane(0)
    lane.take([line(0, "busy")], 1)
    assert lane.next(0.0) is not None
    lane.failed("busy", 0.0, 1e9)
    while lane.cursor < 3 * MOST_PARKED // 2:
        assert lane.room > 0
        lane.take([line(offset, "busy") for offset in range(lane.cursor, lane.cursor + 500)], lane.cursor + 500)
    assert lane.parked == MOST_OF_ONE
    lane.take([line(lane.cursor, "b")], lane.cursor + 1)
    found = lane.next(1.0)
    assert found is not None
    assert found.subject == "b"


def test_what_comes_for_a_parked_subject_waits_behind_it_over_a_restart() -> None:
    lane = Lane(0)
    lane.take([line(0, "a")], 1)
    assert lane.next(0.0) is not None
    lane.failed("a", 0.0, 60.0)
    lane.take([line(1, "a")], 2)
    restored = Lane.restored(lane.document())
    restored.take([line(1, "a")], 2)  # read again: it waits already
    assert restored.parked == 2
    restored.hurry(5.0)
    found = restored.next(5.0)
    assert found is not None
    assert found.offset == 0
    restored.settled("a", delivered_at=5.0)
    following = restored.next(5.0)
    assert following is not None
    assert (following.offset, following.attempt) == (1, 1)


def test_what_is_hurried_begins_anew_also_over_a_restart() -> None:
    lane = Lane(0)
    lane.take([line(0, "a")], 1)
    for attempt in (1, 2):
        found = lane.next(1000.0)
        assert found is not None
        assert found.attempt == attempt
        lane.failed("a", 1.0, 900.0 * attempt)
    lane.hurry(10.0)
    restored = Lane.restored(lane.document())
    assert restored.next_try == 10.0
    again = restored.next(10.0)
    assert again is not None
    assert (again.attempt, restored.failing_since("a")) == (1, 0.0)


def test_too_much_behind_failures_stops_the_reading() -> None:
    lane = Lane.restored(
        {
            "next": MOST_PARKED,
            "delivered_at": 0.0,
            "parked": [{"subject": "a", "offsets": list(range(MOST_PARKED)), "attempts": 1, "since": 1.0, "at": 9.0}],
        }
    )
    assert lane.room == 0


def test_a_lane_that_is_cut_goes_on_at_the_end_of_the_log_with_what_waits_before_it() -> None:
    waiting = {"attempts": 1, "since": 1.0, "at": 9.0}
    parked = [{"subject": "a", "offsets": [1, 3], **waiting}, {"subject": "b", "offsets": [2], **waiting}]
    lane = Lane.restored({"next": 4, "delivered_at": 0.0, "parked": parked})
    lane.cut(2)
    assert (lane.cursor, lane.parked) == (2, 1)
    lane.take([line(2, "a"), line(3, "b")], 4)
    found = [(each.subject, each.offset) for each in iter(lambda: lane.next(9.0), None)]
    assert found == [("b", 3), ("a", 1)]
    lane.settled("a")
    assert lane.next(9.0) is not None, "the event that is at offset 2 now"


def test_a_lane_with_an_end_is_done_when_all_up_to_it_is() -> None:
    lane = Lane(2, end=4)
    assert lane.room == 2
    lane.take([line(2, "a")], 4)
    assert not lane.done
    assert lane.next(0.0) is not None
    lane.settled("a")
    assert lane.done
