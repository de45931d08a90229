"""The newest events of each thing, whatever batches they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.records import Recorded
from schemas.envelope import Event
from schemas.notifications.consultations import CommentPosted
from schemas.notifications.petitions import PetitionArchived, PetitionPublished
from schemas.payload import Payload
from services.notifications.developers.examples import example
from services.notifications.feeds.folding import FEEDS, KEPT
from tests.unit.store import project

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
KINDS: Final = (PetitionPublished, PetitionArchived, CommentPosted)


def event(number: int) -> Recorded:
    """The public event at this place, of one type after the other."""
    data = example(KINDS[number % len(KINDS)]).data
    told: Event[Payload] = Event(
        id=str(number), source="/n", subject=data.about.id, time=AT + timedelta(minutes=number), data=data
    )
    return Recorded(0, number, told.time, None, told)


@given(st.integers(0, 200), st.lists(st.integers(1, 80), min_size=1, max_size=6))
def test_each_feed_has_the_newest_events_in_order(count: int, sizes: list[int]) -> None:
    events = [event(number) for number in range(count)]
    store = project(FEEDS, events, sizes)
    feeds = {each["_id"]: [int(entry["id"]) for entry in each["entries"]] for each in store.all("feeds")}
    petition = events[0].event.subject if events else ""
    of_the_petition = [number for number in range(count) if KINDS[number % len(KINDS)] is not CommentPosted]
    assert feeds.get(f"petition:{petition}", []) == of_the_petition[-KEPT:]
    begun = [number for number in range(count) if KINDS[number % len(KINDS)] is PetitionPublished]
    assert feeds.get("region:KZ-75", []) == begun[-KEPT:]
    said = [number for number in range(count) if KINDS[number % len(KINDS)] is CommentPosted]
    assert feeds.get(f"clause:{petition}/art_12__para_2", []) == said[-KEPT:]
