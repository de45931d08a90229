"""Lag is what the broker's ends and the recorded positions say, and its age in seconds never runs ahead of them."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.registry import REGISTRY

from kenes.kafka.lag import Behind, Watched
from schemas.dead_letter import DeadLetter
from schemas.topics import Topic

TOPIC = Topic("test.lag.v1", "test", "name", (DeadLetter,), 2, "For the lag.")


async def nowhere() -> dict[int, int]:
    return {}


def value(name: str, partition: int, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"topic": TOPIC.name, "partition": str(partition), **labels})


def test_a_consumer_stands_where_it_recorded_and_else_at_the_oldest_record() -> None:
    watched = Watched("test.readers", TOPIC, nowhere)
    watched.note({0: 0, 1: 40}, {0: 10, 1: 100}, {0: 7})
    assert value("kenes_consumer_lag_records", 0, consumer="test.readers") == 3
    assert value("kenes_consumer_lag_records", 1, consumer="test.readers") == 60
    assert value("kenes_consumer_position_offset", 1, consumer="test.readers") == 40
    assert value("kenes_topic_end_offset", 1) == 100
    watched.note({0: 0, 1: 40}, {0: 10, 1: 100}, {0: 10, 1: 100})
    assert value("kenes_consumer_lag_records", 1, consumer="test.readers") == 0
    assert value("kenes_consumer_lag_seconds", 1, consumer="test.readers") == 0


def test_a_stuck_consumer_grows_older_by_the_clock_and_one_that_moves_does_not() -> None:
    behind = Behind()
    assert [behind.note(5, 0, now) for now in (0.0, 10.0, 20.0)] == [0.0, 10.0, 20.0]
    assert behind.note(9, 5, 30.0) == 0.0  # what came since is new
    assert behind.note(9, 7, 40.0) == 10.0
    assert behind.note(9, 9, 50.0) == 0.0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0.1, 60)), min_size=1, max_size=40))
def test_seconds_are_none_when_caught_up_and_never_more_than_since_the_last_time(
    steps: list[tuple[int, int, float]],
) -> None:
    behind, end, position, now, caught_up = Behind(), 0, 0, 0.0, 0.0
    for written, taken, pause in steps:
        now += pause
        end += written
        position = min(end, position + taken)
        late = behind.note(end, position, now)
        if position == end:
            caught_up = now
            assert late == 0
        else:
            assert 0 <= late <= now - caught_up
