"""What is left of a library that says the same over and over, and that nothing of ours is ever held back."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kenes.observe import thinning
from kenes.observe.thinning import KINDS, PASSED, PERIOD, Thinning
from tests.waiting import eventually

LIBRARY = "aiokafka.consumer.fetcher"
AWAY = "Failed fetch messages from %s: %s"


class Kept(logging.Handler):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def texts(self) -> list[str]:
        return [each.getMessage() for each in self.records if not hasattr(each, "held_back")]

    @property
    def held_back(self) -> list[tuple[str, int, str, int]]:
        told = [each.__dict__ for each in self.records]
        return [(each["name"], each["levelno"], each["like"], each["held_back"]) for each in told if "like" in each]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def thinned() -> tuple[Thinning, Kept, Clock]:
    kept, clock = Kept(), Clock()
    return Thinning(kept, ["aiokafka"], clock=clock), kept, clock


def say(handler: logging.Handler, text: str, *values: Any, logger: str = LIBRARY, level: int = logging.ERROR) -> None:
    handler.handle(logging.LogRecord(logger, level, "", 0, text, values, None))


def test_the_first_of_a_kind_pass_and_the_rest_are_counted_once_at_the_end_of_the_period() -> None:
    handler, kept, clock = thinned()
    for number in range(1_000):
        say(handler, AWAY, number, "NodeNotReadyError")
    assert kept.texts == [f"Failed fetch messages from {number}: NodeNotReadyError" for number in range(PASSED)]
    assert kept.held_back == []
    clock.now = PERIOD
    say(handler, AWAY, "later", "NodeNotReadyError")
    assert kept.held_back == [(LIBRARY, logging.ERROR, AWAY, 1_000 - PASSED)]
    assert kept.texts[-1].startswith("Failed fetch messages from later"), "a new period has begun"
    handler.close()
    assert len(kept.held_back) == 1


def test_kinds_are_told_apart_by_logger_level_template_and_class_of_error() -> None:
    handler, kept, _ = thinned()

    def failed(error: Exception) -> None:
        handler.handle(logging.LogRecord(LIBRARY, logging.ERROR, "", 0, AWAY, (), (type(error), error, None)))

    for _ in range(PASSED):
        say(handler, "one")
        say(handler, "another")
        say(handler, "one", level=logging.WARNING)
        say(handler, "one", logger="aiokafka")
        failed(ValueError())
        failed(TypeError())
    assert len(kept.records) == 6 * PASSED
    handler.close()


@given(st.lists(st.sampled_from(["kenes.kafka.tail", "services.x", "asyncio", "uvicorn.error", "aiokafkaesque"])))
def test_what_is_not_named_is_never_held_back(loggers: list[str]) -> None:
    handler, kept, _ = thinned()
    said = [name for name in loggers for _ in range(PASSED + 2)]
    for name in said:
        say(handler, "the same", logger=name)
    handler.close()
    assert [each.name for each in kept.records] == said


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, PERIOD)), max_size=60))
def test_no_line_is_lost_from_the_count(said: list[tuple[int, float]]) -> None:
    handler, kept, clock = thinned()
    for kind, pause in said:
        clock.now += pause
        say(handler, f"kind {kind}")
    handler.close()
    counted = Counter(kept.texts)
    for _, _, template, count in kept.held_back:
        counted[template] += count
    assert counted == Counter(f"kind {kind}" for kind, _ in said)


def test_texts_that_are_never_the_same_are_bounded_too() -> None:
    handler, kept, _ = thinned()
    for number in range(10 * KINDS):
        say(handler, f"put together beforehand {number}")
    assert len(kept.texts) == KINDS + PASSED
    handler.close()
    assert kept.held_back == [(LIBRARY, logging.ERROR, "", 9 * KINDS - PASSED)]


def test_a_library_that_falls_silent_is_told_of_all_the_same(monkeypatch: Any) -> None:
    monkeypatch.setattr(thinning, "PERIOD", 1.0)
    kept = Kept()
    handler = Thinning(kept, ["aiokafka"])
    for _ in range(PASSED + 4):
        say(handler, AWAY, 1, "gone")
    eventually(lambda: kept.held_back)
    handler.close()
    assert sum(count for *_, count in kept.held_back) + len(kept.texts) == PASSED + 4
