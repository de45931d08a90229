"""The clock of goals: looks at the tallies of petitions that are being signed, and asks when a goal is reached."""

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.client import Database
from kenes.mongo.projection import LiveVersions, Projection, Version
from kenes.observe.logs import get_logger
from schemas.envelope import Event
from schemas.petitions.v1 import GoalRequested, UnitCount
from schemas.topics import PETITION_REQUESTS
from services.petitions.directory import Directory
from services.petitions.domain import clock, paper
from services.petitions.domain.clock import COUNTED
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status
from services.petitions.projection import load_petition
from services.petitions.tallied import Tallied, Tally, in_parts

_log = get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks at the counts: a goal may be told that much late."""
FASTEST = 5_000
"""Signatures a second that no petition outruns: one that is far from its goal need not be looked at for a while."""

LONGEST_REST = 60.0
"""Seconds for which a petition is not looked at, at most, however far its goal is."""


class Goals:
    """Asking twice is harmless: a goal is reached once. At the start every petition is looked at."""

    def __init__(
        self,
        database: Database,
        petitions: Projection,
        directory: Directory,
        tallied: Tallied,
        producer: Producer,
        packs: RulePacks,
    ) -> None:
        self._versions = LiveVersions(database)
        self._petitions = petitions
        self._directory = directory
        self._tallied = tallied
        self._producer = producer
        self._packs = packs
        self._signed: dict[str, dict[int, int]] = {}
        self._rests: dict[str, float] = {}
        self._recounts: dict[str, int] = {}
        self._started = False

    def signed(self, petition: str, partition: int, sequence: int) -> None:
        """Somebody signed just now: looked at until the tallies have folded that decision, however late they are.

        And until the petition's own document is as new as what let it be signed: it may still say that it is a draft.
        """
        self._signed.setdefault(petition, {})[partition] = sequence

    def recount(self, petition: str, sequence: int) -> None:
        """What is counted already may reach a goal since this decision: looked at until its document has folded it."""
        self._recounts[petition] = sequence

    async def tick(self) -> None:
        """Asks for every goal that is reached and not yet decided."""
        now = time.monotonic()
        if not self._started:
            found = self._unsigned(await self._with_paper()) | await self._tallied.all()
            self._started = True
        elif looked_at := self._looked_at(now):
            found = self._unsigned(looked_at) | await self._tallied.of(looked_at)
        else:
            return
        try:
            known = await self._known(found)
            asked = await self._ask(found, now)
        except BrokerUnavailableError as error:
            _log.warning("goals will be asked for again", error=str(error))
            self._started = False
            return
        for petition, tally in found.items():
            if petition in asked:  # once more: the same signatures may have reached the next goal, too
                self._signed.setdefault(petition, {})
            elif petition in known and tally.has_folded(self._signed.get(petition, {})):
                self._signed.pop(petition, None)
                self._rests.pop(petition, None)

    def _looked_at(self, now: float) -> list[str]:
        signed = [petition for petition in self._signed if now >= self._rests.get(petition, 0.0)]
        return list(dict.fromkeys([*signed, *self._recounts]))

    @staticmethod
    def _unsigned(petitions: Iterable[str]) -> dict[str, Tally]:
        """What there is of petitions that nobody has signed but on paper."""
        return {petition: Tally() for petition in petitions}

    async def _with_paper(self) -> list[str]:
        version = await self._versions.get(self._petitions)
        query = {"on_paper": {"$gt": 0}, "status": {"$in": [str(each) for each in COUNTED]}}
        return [document["_id"] async for document in version.collection("petitions").find(query, {"_id": 1})]

    async def _known(self, petitions: Iterable[str]) -> set[str]:
        """Of these petitions, those whose documents are as new as what this process has seen of them."""
        version = await self._versions.get(self._petitions)
        folded = {partition: position.sequence for partition, position in (await version.positions()).items()}
        seen = {petition: self._directory.get(petition) for petition in petitions}
        return {
            petition for petition, entry in seen.items() if entry is None or folded[entry.partition] >= entry.sequence
        }

    async def _ask(self, found: Mapping[str, Tally], now: float) -> set[str]:
        """Asks for the goals that are reached; returns the petitions they are of."""
        asked: set[str] = set()
        version = await self._versions.get(self._petitions)
        # Looked at before the petitions themselves are: what is folded by now is in what is read next.
        folded = await self._folded_recounts(version)
        for some in in_parts(list(found)):
            query = {"_id": {"$in": some}, "status": {"$in": [str(each) for each in COUNTED]}}
            async for document in version.collection("petitions").find(query):
                if await self._look(load_petition(document), found[document["_id"]], now):
                    asked.add(document["_id"])
        for petition, sequence in folded.items():
            if self._recounts.get(petition) == sequence:
                del self._recounts[petition]
        return asked

    async def _folded_recounts(self, version: Version) -> dict[str, int]:
        """The decisions to recount after that the petitions' documents have, by petition and sequence."""
        folded = {}
        for some in in_parts(list(self._recounts)):
            async for document in version.collection("petitions").find({"_id": {"$in": some}}, {"s": 1}):
                sequence = self._recounts.get(document["_id"])
                if sequence is not None and document["s"] >= sequence:
                    folded[document["_id"]] = sequence
        return folded

    async def _look(self, petition: Petition, tally: Tally, now: float) -> bool:
        goal = next_goal(petition)
        if goal is None:
            return False
        counted = paper.counted(petition, tally.count, self._packs)
        supported = petition.status is Status.GATHERING and paper.supports(petition, self._packs)
        if counted < goal and not supported:
            if (rest := (goal - counted) / FASTEST) > EVERY and petition.id in self._signed:
                self._rests[petition.id] = now + min(rest, LONGEST_REST)
            return False
        request = goal_request(petition, tally, self._packs)
        if request is None:
            return False  # numbers are not all that the rules ask for
        await self._producer.send(PETITION_REQUESTS, petition.id.encode(), request)
        return True


def next_goal(petition: Petition) -> int | None:
    """The number of signatures that would bring something about next."""
    if petition.status is Status.GATHERING:
        return petition.needed
    done = {reached.goal for reached in petition.reached}
    return next((goal.signatures for goal in petition.goals if goal not in done), None)


def goal_request(petition: Petition, tally: Tally, packs: RulePacks) -> Event[GoalRequested] | None:
    """What asks for the next goal, if by these signatures the rules have it reached."""
    goal = next_goal(petition)
    if goal is None:
        return None
    request = _request(petition, tally, goal)
    return None if isinstance(clock.goal(petition, request.data, request.time, packs), Refusal) else request


def _request(petition: Petition, tally: Tally, goal: int) -> Event[GoalRequested]:
    units = tuple(UnitCount(unit=region, count=number) for region, number in sorted(tally.regions.items()))
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:goal:{petition.id}:{goal}")),
        source="/petitions/clock",
        subject=petition.id,
        time=datetime.now(UTC),
        data=GoalRequested(petition=petition.id, count=tally.count, units=units),
    )
