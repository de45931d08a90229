"""Nobody is told of an event before it is known who acted, also where the acts are read much later than the event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

import pytest

from schemas.topics import COMMENTS, PETITIONS, SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS, Topic
from services.notifications.matching import settling
from services.notifications.matching.settling import Settling
from tests.unit.notifications.following_world import World

ACTS, DECIDERS = "notifications.acts", "notifications-stream"


class Broker:
    """How far topics go, and how far groups have come."""

    def __init__(self) -> None:
        self.there: dict[str, int] = {}
        self.done: dict[tuple[str, str], int] = {}

    async def ends(self, _bootstrap: str, topic: Topic) -> dict[int, int]:
        """The ends of a topic: all is on its first partition."""
        return {partition: self.there.get(topic.name, 0) if partition == 0 else 0 for partition in range(2)}

    def committed_by(self, _bootstrap: str, group: str, topic: Topic) -> Any:
        """What a group has committed."""

        async def positions() -> Mapping[int, int]:
            done = self.done.get((group, topic.name))
            return {} if done is None else {0: done}

        return positions


@contextmanager
def waiting_at(broker: Broker) -> Iterator[None]:
    """Waits are short here."""
    with (
        patch.object(settling, "ends", broker.ends),
        patch.object(settling, "committed_by", broker.committed_by),
        patch.object(settling, "PAUSE", 0.001),
        patch.object(settling, "LOOK_AGAIN", 0.001),
        patch.object(settling, "DECIDED_WITHIN", 0.01),
    ):
        yield


async def still_waits(task: asyncio.Task[None]) -> bool:
    """Whether it does after many looks."""
    done, _ = await asyncio.wait([task], timeout=0.1)
    return not done


@pytest.mark.parametrize("topic", [PETITIONS, COMMENTS])
async def test_who_acted_is_waited_for(topic: Topic) -> None:
    broker = Broker()
    broker.there[topic.name] = 7
    broker.done[ACTS, topic.name] = 6
    with waiting_at(broker):
        settled = asyncio.create_task(Settling("", ACTS, DECIDERS, cast(Any, World())).settled())
        assert await still_waits(settled)
        broker.there[topic.name] = 9  # what comes meanwhile is waited for by the next
        broker.done[ACTS, topic.name] = 7
        async with asyncio.timeout(40):
            await settled


async def test_what_was_asked_for_is_waited_for_until_it_is_decided_and_folded() -> None:
    broker, world = Broker(), World()
    log = world.subscriptions
    broker.there |= {SUBSCRIPTION_REQUESTS.name: 5, SUBSCRIPTIONS.name: 3}
    broker.done[DECIDERS, SUBSCRIPTION_REQUESTS.name] = 3
    log.folded[0] = 2
    with waiting_at(broker):
        settled = asyncio.create_task(Settling("", ACTS, DECIDERS, cast(Any, world)).settled())
        assert await still_waits(settled), "however long deciding takes"
        # The last request was set aside as unreadable: no decision on it will ever be folded.
        broker.there[SUBSCRIPTIONS.name] = 4
        broker.done[DECIDERS, SUBSCRIPTION_REQUESTS.name] = 5
        assert await still_waits(settled), "what was decided is not folded"
        log.folded[0] = 3
        async with asyncio.timeout(40):
            await settled


async def test_nothing_is_waited_for_where_all_is_known() -> None:
    broker, world = Broker(), World()
    broker.there[SUBSCRIPTION_REQUESTS.name] = 3
    world.subscriptions.folded[0] = 2
    with waiting_at(broker):
        async with asyncio.timeout(40):
            await Settling("", ACTS, DECIDERS, cast(Any, world)).settled()
