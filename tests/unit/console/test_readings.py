"""Lag, and what is said of a reader: fine, idle, late or stuck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.cluster_model import Group, Member, Place
from kenes.kafka.decider import Position
from kenes.mongo.standings import ProjectionStanding
from services.console.sampling.lag import lag_of
from services.console.sampling.readings import (
    IN_TURN,
    Course,
    Patience,
    State,
    group_key,
    group_positions,
    projection_positions,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B, C = Place("t", 0), Place("t", 1), Place("t", 2)


def course() -> Course:
    return Course(Patience(late=timedelta(seconds=10), stuck=timedelta(seconds=30)))


def ago(seconds: float) -> int:
    return int((NOW.timestamp() - seconds) * 1000)


def test_lag_is_the_ends_less_the_positions_and_its_age_that_of_the_oldest_event_waiting() -> None:
    lag = lag_of({A: 5, B: 10, C: None}, {A: 8, B: 10, C: 7}, {(A, 5): ago(12)})
    assert [each.events for each in lag.partitions] == [3, 0, None]
    assert (lag.events, lag.read, lag.seconds(NOW)) == (3, 15, 12.0)


def test_a_reader_that_told_no_position_has_no_lag() -> None:
    lag = lag_of({A: None}, {A: 8}, {})
    assert (lag.events, lag.read, lag.seconds(NOW)) == (None, None, None)


def test_what_lies_in_a_partition_without_a_leader_is_not_known_and_what_was_read_of_it_is() -> None:
    lag = lag_of({A: 5, B: 1}, {A: 7}, {})
    assert [each.events for each in lag.partitions] == [2, None]
    assert (lag.events, lag.read) == (2, 6)


def test_what_was_deleted_before_it_was_read_is_lost_and_not_waited_for() -> None:
    seen = course()
    lag = lag_of({A: 100, B: 6, C: None}, {A: 5000, B: 9, C: 7}, {}, {A: 5000, B: 4, C: 3})
    assert [(each.events, each.lost) for each in lag.partitions] == [(0, 4900), (3, 0), (None, 0)]
    assert (lag.events, lag.lost, lag.read) == (3, 4900, 106)
    gone = lag_of({A: 100}, {A: 5000}, {}, {A: 5000})
    assert seen.still_since("reader", gone, NOW) is None


def test_what_is_deleted_while_a_reader_stands_still_does_not_make_it_look_as_if_it_moved() -> None:
    seen = course()
    for step, begin in enumerate((50, 200, 300)):
        lag = lag_of({A: 100}, {A: 5000}, {}, {A: begin})
        assert seen.still_since("reader", lag, NOW + timedelta(seconds=5 * step)) == NOW
    new = lag_of({A: None}, {A: 5000}, {(A, 50): ago(9)}, {A: 50}, from_begin=True)
    assert (new.events, new.lost, new.seconds(NOW)) == (4950, 0, 9.0)


def test_a_partition_without_a_leader_for_a_while_stands_as_long_as_it_did() -> None:
    seen = course()
    for step, ends in enumerate(({A: 8, B: 9}, {A: 8}, {A: 8, B: 9})):
        now = NOW + timedelta(seconds=5 * step)
        assert seen.still_since("reader", lag_of({A: 5, B: 5}, ends, {}), now) == NOW
    fresh = course()
    assert fresh.still_since("reader", lag_of({A: 8, B: 5}, {A: 8}, {}), NOW) is None


@given(st.dictionaries(st.integers(0, 11), st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=12))
def test_lag_is_never_below_zero_and_sums_up(told: dict[int, tuple[int, int]]) -> None:
    positions = {Place("t", number): at for number, (at, _) in told.items()}
    ends = {Place("t", number): end for number, (_, end) in told.items()}
    lag = lag_of(positions, ends, {})
    assert lag.events == (sum(max(end - at, 0) for at, end in told.values()) if told else None)


def test_a_reader_with_events_to_read_that_stands_still_is_stuck_after_a_while() -> None:
    seen = course()
    lag = lag_of({A: 5}, {A: 8}, {(A, 5): ago(1)})
    since = seen.still_since("reader", lag, NOW)
    assert since == NOW
    assert seen.state(lag, since, NOW, attended=True) is State.FINE
    later = NOW + timedelta(seconds=30)
    assert seen.still_since("reader", lag_of({A: 5}, {A: 90}, {}), later) == NOW
    assert seen.state(lag, since, later, attended=True) is State.STUCK


def test_a_reader_that_moves_is_late_at_most() -> None:
    seen = course()
    for step in range(100):
        now = NOW + timedelta(seconds=5 * step)
        lag = lag_of({A: 5 + step}, {A: 1000}, {(A, 5 + step): ago(60)})
        since = seen.still_since("reader", lag, now)
        assert since == now
        assert seen.state(lag, since, now, attended=True) is State.LATE


def test_a_partition_that_hangs_while_the_others_go_on_makes_its_reader_stuck() -> None:
    seen = course()
    for step in range(25):
        now = NOW + timedelta(seconds=5 * step)
        lag = lag_of({A: 5, B: 5 + step, C: 7}, {A: 8, B: 1000, C: 7}, {(A, 5): ago(1)})
        since = seen.still_since("reader", lag, now)
        hung = step * 5 >= IN_TURN * 30
        assert since == (NOW if hung else now)
        assert (seen.state(lag, since, now, attended=True) is State.STUCK) is hung
    # It goes on: what stood still is forgotten.
    assert seen.still_since("reader", lag_of({A: 6, B: 40}, {A: 8, B: 1000}, {}), now) == now


def test_what_stands_where_it_was_first_seen_may_have_stood_there_for_longer() -> None:
    seen = course()
    steps = [({A: 5, B: 5}, True), ({A: 5, B: 6}, True), ({A: 6, B: 6}, False), ({A: 6, B: 6}, False)]
    for step, (positions, found) in enumerate(steps):
        seen.still_since("reader", lag_of(positions, {A: 90, B: 90}, {}), NOW + timedelta(seconds=5 * step))
        assert seen.found_still("reader") is found


def test_a_reader_that_had_read_everything_is_known_from_then_on() -> None:
    seen = course()
    for step, end in enumerate((5, 8)):
        seen.still_since("reader", lag_of({A: 5}, {A: end}, {}), NOW + timedelta(seconds=5 * step))
        assert seen.found_still("reader") is False


def test_events_that_come_meanwhile_do_not_make_a_reader_look_as_if_it_moved() -> None:
    seen = course()
    for step in range(8):
        now = NOW + timedelta(seconds=5 * step)
        ends = {A: 8, B: 5 + (step > 3)}
        since = seen.still_since("reader", lag_of({A: 5, B: 5}, ends, {}), now)
        assert since == NOW


def test_a_reader_that_has_read_everything_is_fine_and_idle_without_members() -> None:
    seen = course()
    lag = lag_of({A: 8}, {A: 8}, {})
    assert seen.still_since("reader", lag, NOW) is None
    assert seen.state(lag, None, NOW, attended=True) is State.FINE
    assert seen.state(lag, None, NOW, attended=False) is State.IDLE


def test_a_change_of_members_or_of_what_they_read_is_a_rebalance() -> None:
    seen = course()

    def group(*members: Member) -> Group:
        return Group("g", "classic", "Stable", 1, members)

    one, two = Member("1", "c", "h", (A, B)), Member("2", "c", "h", (B,))
    assert seen.rebalances(group(one)) == 0
    assert seen.rebalances(group(one)) == 0
    assert seen.rebalances(group(Member("1", "c", "h", (A,)), two)) == 1
    assert seen.rebalances(group(one)) == 2
    seen.forget([group_key("g")])
    assert seen.rebalances(group(one)) == 2
    seen.forget([])
    assert seen.rebalances(group(one)) == 0


def test_where_groups_and_projections_stand() -> None:
    group = Group("g", "classic", "Stable", 1, (Member("1", "c", "h", (A, B)),), {B: 4, C: 9})
    assert group_positions(group) == {A: None, B: 4, C: 9}
    at = {0: Position(7, 6), 1: Position(0, -1)}
    assert projection_positions(ProjectionStanding("p", 1, "t", True, False, at)) == {A: 7, B: 0}
