"""The clock of terms: asks, for every petition this process decides, what is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.mongo.decision_state import KeyedState
from kenes.service import terms
from kenes.service.terms import Due, Terms
from schemas.envelope import Event
from schemas.petitions.v1 import DeadlineRequested
from schemas.topics import PETITION_REQUESTS
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status
from services.petitions.goals import goal_request
from services.petitions.settling import Settling
from services.petitions.tallied import Tallied, Tally


class Deadlines(terms.Deadlines[Petition]):
    """A collection, or its first term, ends once all who signed in time are counted, and after goals they reached."""

    def __init__(
        self,
        petitions: KeyedState[Petition | None],
        tallied: Tallied,
        settling: Settling,
        producer: Producer,
        packs: RulePacks,
    ) -> None:
        super().__init__(PETITION_REQUESTS, producer, Terms(petitions, lambda petition: petition.next_at))
        self._tallied = tallied
        self._settling = settling
        self._packs = packs

    async def requests(self, due: Sequence[Due[Petition]], now: datetime) -> list[Event[Any]]:
        """One for each petition, but for those whose signatures are not all counted yet: they stay due."""
        ended = {each.key: end for each in due if (end := _ended(each.state, now)) is not None}
        if not ended:
            return [_request(each, now, 0) for each in due]
        counted_until = await self._settling.until(max(ended.values()))
        ready = [each for each in due if each.key not in ended or ended[each.key] <= counted_until]
        tallies = await self._tallied.of([each.key for each in ready if each.key in ended])
        return [
            self._at_end(each, now, tallies.get(each.key, Tally())) if each.key in ended else _request(each, now, 0)
            for each in ready
        ]

    def _at_end(self, due: Due[Petition], now: datetime, tally: Tally) -> Event[Any]:
        # Whoever signs last may sign in the very second of the end: what that reached must be decided before.
        return goal_request(due.state, tally, self._packs) or _request(due, now, tally.count)


def _ended(petition: Petition, now: datetime) -> datetime | None:
    """The last end of a collection, or of its first term, that is over and not decided."""
    if petition.status not in (Status.GATHERING, Status.COLLECTING) or petition.closed_at is not None:
        return None
    ends = [end for end in (petition.closes_at, petition.checkpoint) if end is not None and end <= now]
    return max(ends, default=None)


def _request(due: Due[Petition], now: datetime, count: int) -> Event[DeadlineRequested]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:deadline:{due.key}:{due.at.isoformat()}")),
        source="/petitions/clock",
        subject=due.key,
        time=now,
        data=DeadlineRequested(petition=due.key, count=count),
    )
