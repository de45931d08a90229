"""How many tries of one receiver are under way at once."""

from __future__ import annotations

from schemas.notifications.streams import Result
from services.notifications.streams.pace import FAILURES_IN_A_ROW, FIRST, SLOW, Pace
from services.notifications.streams.sending import Tried

MOST = 32
DELIVERED, FAILED = Tried(Result.DELIVERED, 204), Tried(Result.FAILED, 500)


def allowed(pace: Pace) -> int:
    return pace.allowed(MOST, crowded=False)


def test_a_receiver_that_answers_quickly_has_all_within_some_answers() -> None:
    pace = Pace()
    assert allowed(pace) == FIRST
    for _ in range(FIRST):
        pace.answered(DELIVERED, 0.05)
    assert allowed(pace) == 2 * FIRST
    for _ in range(MOST):
        pace.answered(DELIVERED, 0.05)
    assert allowed(pace) == MOST


def test_a_slow_one_gets_one_more_each_time_all_have_been_answered() -> None:
    pace = Pace()
    for more in range(1, 4):
        for _ in range(FIRST + more):
            pace.answered(DELIVERED, SLOW + 9)
        assert allowed(pace) == FIRST + more


def test_failures_give_nobody_more_and_another_receiver_begins_anew() -> None:
    pace = Pace()
    for _ in range(FAILURES_IN_A_ROW - 1):
        pace.answered(FAILED, 0.01)
    assert allowed(pace) == FIRST
    for _ in range(MOST):
        pace.answered(DELIVERED, 0.05)
    pace.begin_anew()
    assert allowed(pace) == FIRST
