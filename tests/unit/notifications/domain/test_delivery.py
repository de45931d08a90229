"""Deliveries that did not work: tried again, but not at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.notifications.deliveries import (
    Attempt,
    AttemptReported,
    DeliveryPostponed,
    DeliveryQueued,
    DeliveryRequested,
    RetryRequested,
)
from schemas.notifications.parts import Cadence, ChannelKind, Preferences, Priority, QuietHours
from services.notifications.domain.delivery import Delivery, Phase, decide, evolve
from services.notifications.stream import delivery_rules

ALMATY = ZoneInfo("Asia/Almaty")
EVENING = datetime(2026, 5, 4, 21, 58, tzinfo=ALMATY).astimezone(UTC)
NIGHT = Preferences(zone="Asia/Almaty", quiet=QuietHours(begin=22, end=7))
WHO = {"subscriber": "s", "delivery": "d"}


def queued(priority: Priority, preferences: Preferences = NIGHT) -> Delivery:
    told: dict[str, Any] = {"event": "e", "interest": "petition:p", "channel": "c", "kind": ChannelKind.TELEGRAM}
    request = DeliveryRequested(**WHO, **told, cadence=Cadence.AT_ONCE, priority=priority, preferences=preferences)
    return evolved(None, decide(None, request, EVENING))


def evolved(delivery: Delivery | None, decision: Any) -> Delivery:
    found = evolve(delivery, decision)
    assert found is not None
    return found


def tries(delivery: Delivery, count: int) -> list[str]:
    """When it is tried again, by the clock on the wall, where no try works."""
    found, now = [], EVENING
    for _ in range(count):
        report = AttemptReported(**WHO, tries=delivery.tries, outcome=Attempt.RETRY, reason="relay-away")
        decision = decide(delivery, report, now)
        assert isinstance(decision, DeliveryPostponed)
        delivery, now = evolved(delivery, decision), decision.due_at
        found.append(now.astimezone(ALMATY).strftime("%d %H:%M"))
    return found


def test_nothing_is_tried_again_in_quiet_hours_but_what_is_urgent() -> None:
    assert tries(queued(Priority.NORMAL), 3) == ["04 21:59", "05 07:00", "05 07:15"]
    assert tries(queued(Priority.URGENT), 3) == ["04 21:59", "04 22:04", "04 22:19"]
    assert tries(queued(Priority.NORMAL, Preferences()), 3) == ["04 21:59", "04 22:04", "04 22:19"]


def test_what_is_sent_after_all_keeps_its_quiet_hours() -> None:
    given_up = replace(queued(Priority.NORMAL), phase=Phase.GIVEN_UP)
    again = decide(given_up, RetryRequested(**WHO), EVENING)
    assert isinstance(again, DeliveryQueued)
    assert (again.due_at, again.quiet) == (EVENING, given_up.quiet)


@pytest.mark.parametrize("preferences", [NIGHT, Preferences()])
def test_quiet_hours_are_kept_with_the_delivery_and_may_be_absent(preferences: Preferences) -> None:
    rules, delivery = delivery_rules(), queued(Priority.NORMAL, preferences)
    kept = rules.dump(delivery)
    assert rules.load(kept) == delivery
    del kept["quiet"]
    old = rules.load(kept)
    assert old is not None
    assert old.quiet is None
    assert tries(old, 2)[-1] < "04 22:10"
