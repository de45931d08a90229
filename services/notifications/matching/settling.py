"""When it is known who follows what: before that, the first followers of an event are not looked for.

Who acts follows what they acted on. That is read from a topic, asked for, decided and folded, while the event comes by
topics of its own: on an old log, or after something was down, much sooner. So whoever tells an event waits until all
acts are read that were there by then, what was asked for because of them is decided, and what was decided is folded.
Each wait is for what had been written when it began, and for nobody who waits for this one: so each comes to its end.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kenes.kafka.decider import Position
from kenes.kafka.lag import committed_by
from kenes.kafka.reader import ends
from kenes.mongo.projection import LiveVersions
from kenes.observe.logs import get_logger
from schemas.topics import COMMENTS, PETITIONS, SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS, Topic
from services.notifications.following.projections import FOLLOWERS

_log = get_logger(__name__)

ACTED_ON: Final = (PETITIONS, COMMENTS)
"""Topics of decisions whose authors follow what was decided."""

PAUSE: Final = 0.05
"""Seconds between two looks at how far the followers are: each event of somebody who acts waits for it."""
LOOK_AGAIN: Final = 0.25
"""Seconds between two looks at how far a group of consumers has come."""

DECIDED_WITHIN: Final = 5.0
"""Seconds in which whatever was asked for is decided, as a rule."""


@dataclass(frozen=True)
class Settling:
    """`acts` is the group that asks for what people follow by acting, `deciders` the one that decides it."""

    bootstrap: str
    acts: str
    deciders: str
    versions: LiveVersions

    async def settled(self) -> None:
        """Returns once everybody is found who has acted, or has asked to follow something, by now."""
        await asyncio.gather(*(self._handled(self.acts, topic) for topic in ACTED_ON))
        asked = await ends(self.bootstrap, SUBSCRIPTION_REQUESTS)
        try:
            async with asyncio.timeout(DECIDED_WITHIN):
                await self._until(lambda now: all(now[p].sequence >= end - 1 for p, end in asked.items()))
        except TimeoutError:
            # There are very many, or one that cannot be read, on which there never is a decision.
            await self._handled(self.deciders, SUBSCRIPTION_REQUESTS)
            decided = await ends(self.bootstrap, SUBSCRIPTIONS)
            await self._until(lambda now: all(now[p].next_offset >= end for p, end in decided.items()))

    async def _handled(self, group: str, topic: Topic) -> None:
        """Returns once a group of consumers has done with all that is in a topic by now."""
        committed = committed_by(self.bootstrap, group, topic)
        there, handled = await asyncio.gather(ends(self.bootstrap, topic), committed())
        while behind := [partition for partition, end in there.items() if handled.get(partition, 0) < end]:
            _log.debug("waiting until it is known who follows", group=group, topic=topic.name, partitions=behind)
            await asyncio.sleep(LOOK_AGAIN)
            handled = await committed()

    async def _until(self, done: Callable[[Mapping[int, Position]], bool]) -> None:
        version = await self.versions.get(FOLLOWERS)
        while not done(await version.positions()):
            await asyncio.sleep(PAUSE)
            version = await self.versions.get(FOLLOWERS)
