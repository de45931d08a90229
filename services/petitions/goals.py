"""The clock of goals: looks at the tallies of petitions that are being signed, and asks when a goal is reached."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.client import Database
from kenes.mongo.projection import LiveVersions, Projection
from kenes.observe.logs import get_logger
from schemas.envelope import Event
from schemas.petitions.v1 import GoalRequested, UnitCount
from schemas.topics import PETITION_REQUESTS
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.projection import load_petition
from services.petitions.tallied import Tallied, Tally

_log = get_logger(__name__)

EVERY = 1.0
WATCHED = 15.0
"""Seconds a petition is looked at after it was last signed: the tallies follow within a few."""

_OPEN = [Status.GATHERING, Status.COLLECTING, Status.CONSIDERATION]


class Goals:
    """Asking twice is harmless: a goal is reached once. At the start every petition is looked at."""

    def __init__(self, database: Database, petitions: Projection, tallied: Tallied, producer: Producer) -> None:
        self._versions = LiveVersions(database)
        self._petitions = petitions
        self._tallied = tallied
        self._producer = producer
        self._signed: dict[str, float] = {}
        self._started = False

    def signed(self, petition: str) -> None:
        """Somebody signed just now."""
        self._signed[petition] = time.monotonic()

    async def tick(self) -> None:
        """Asks for every goal that is reached and not yet decided."""
        now = time.monotonic()
        self._signed = {petition: at for petition, at in self._signed.items() if now - at < WATCHED}
        if not self._started:
            found = await self._tallied.all()
            self._started = True
        elif self._signed:
            found = await self._tallied.of(list(self._signed))
        else:
            return
        try:
            await self._ask(found)
        except BrokerUnavailableError as error:
            _log.warning("goals will be asked for again", error=str(error))
            self._signed |= dict.fromkeys(found, now)

    async def _ask(self, found: Mapping[str, Tally]) -> None:
        version = await self._versions.get(self._petitions)
        query = {"_id": {"$in": list(found)}, "status": {"$in": [str(each) for each in _OPEN]}}
        async for document in version.collection("petitions").find(query):
            petition = load_petition(document)
            tally = found[petition.id]
            reached = next_goal(petition)
            if reached is not None and tally.count >= reached:
                await self._producer.send(PETITION_REQUESTS, petition.id.encode(), _request(petition, tally, reached))


def next_goal(petition: Petition) -> int | None:
    """The number of signatures that would bring something about next."""
    if petition.status is Status.GATHERING:
        return petition.needed
    done = {reached.goal for reached in petition.reached}
    return next((goal.signatures for goal in petition.goals if goal not in done), None)


def _request(petition: Petition, tally: Tally, goal: int) -> Event[GoalRequested]:
    units = tuple(UnitCount(unit=region, count=number) for region, number in sorted(tally.regions.items()))
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:goal:{petition.id}:{goal}")),
        source="/petitions/clock",
        subject=petition.id,
        time=datetime.now(UTC),
        data=GoalRequested(petition=petition.id, count=tally.count, units=units),
    )
