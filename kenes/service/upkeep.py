"""What operators order for the projections of a service, carried out by its `project` process.

An order is kept in the service's own database before anything is done, so whoever runs next goes on where it stood.
Of several processes one holds the lease of a work; should two ever fold the same version, its offsets let only one.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from kenes.kafka.admin import ensure_topics
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.producer import BrokerError, BrokerUnavailableError
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Recorded, read
from kenes.kafka.worker import Worker, run_worker
from kenes.mongo.client import Collection, DatabaseError, Document
from kenes.mongo.projection import Version
from kenes.observe.logs import get_logger
from kenes.service.definition import Context, Service
from kenes.service.upkeep_work import UPKEEP, Works
from kenes.tasks import Tasks
from schemas.console.upkeep import Order, Outcome, OutcomeNoted, UpkeepOrdered
from schemas.envelope import UnreadableEventError, sequence_of
from schemas.topics import ACT_REQUESTS, ACTS, Topic, all_topics

_log = get_logger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at orders, where nothing wakes it before."""
LEASE: Final = timedelta(seconds=10)
RENEW_EVERY: Final = 2.0
"""Seconds between two renewals of a lease: one may fail, and another, before it runs out."""
UNAVAILABLE: Final = (DatabaseError, BrokerError, BrokerUnavailableError, TimeoutError)

_PHASES: Final[Mapping[Order, tuple[str, bool]]] = {
    Order.REBUILD: ("building", True),
    Order.PAUSE: ("paused", False),
    Order.RESUME: ("building", True),
    Order.SWITCH: ("switching", True),
    Order.DROP: ("dropping", True),
    Order.AUDIT: ("auditing", True),
}
"""What an order makes of a work, and whether there is something to do about it."""

_BEGIN: Final = frozenset({Order.REBUILD, Order.AUDIT})


async def keep_up(service: Service, context: Context) -> None:
    """Takes orders for the projections of a service and carries them out, until cancelled."""
    settings = service.settings
    await ensure_topics(settings.kafka_bootstrap, all_topics((ACT_REQUESTS, ACTS)), settings.kafka_replication)
    orders = Orders(service, context)
    await orders.prepare()
    worker = Worker("upkeep", (ACTS,), orders.take)
    letters = DeadLetters(context.producer, f"{service.name}/upkeep")
    group = f"{service.name}.upkeep"
    async with Tasks() as tasks:
        tasks.create_task(
            run_worker(worker, group, settings.kafka_bootstrap, settings.kafka_session_timeout, letters),
            name=group,
        )
        await orders.carry_out(tasks)


class Orders:
    """The works of one service: `{_id: rebuild/NAME or audit/NAME, work, phase, active, s, ...}`."""

    def __init__(self, service: Service, context: Context) -> None:
        self._service = service
        self._stored: Collection = context.database[UPKEEP]
        self._database = context.database
        self._works = Works(service, context)
        self._owner = uuid4().hex
        self._running: set[str] = set()
        self._woken = asyncio.Event()

    async def prepare(self) -> None:
        """Notes since when this database takes orders: those before it were for another.

        After a restore, or where the database was lost, the console still waits for what that one had begun.
        """
        if await self._stored.find_one({"_id": "since"}) is None:
            since = datetime.now(UTC)
            await self._give_up(await _upkeep_so_far(self._service.settings.kafka_bootstrap), since)
            await self._stored.update_one({"_id": "since"}, {"$setOnInsert": {"at": since}}, upsert=True)

    async def take(self, _topic: Topic, decisions: Sequence[Recorded]) -> None:
        """Keeps the orders that are for this service; what was kept before stays as it is."""
        found = await self._stored.find_one({"_id": "since"})
        if found is not None:
            since = found["at"] - timedelta(milliseconds=1)  # stored times have milliseconds
            for decision in decisions:
                if isinstance(decision.data, UpkeepOrdered) and decision.event.time >= since:
                    await self._keep(decision.data, sequence_of(decision.event))
            await self._give_up(decisions, since)
        self._woken.set()

    async def _give_up(self, decisions: Iterable[Recorded], since: datetime) -> None:
        """Ends what was ordered before this database began. Of what ended elsewhere in the log this is refused."""
        unfinished: dict[str, UpkeepOrdered] = {}
        for decision in decisions:
            match decision.data:
                case UpkeepOrdered(order=order) as ordered if order in _BEGIN and decision.event.time < since:
                    unfinished[ordered.work] = ordered
                case OutcomeNoted(outcome=outcome, work=work) if outcome is not Outcome.BUILT:
                    unfinished.pop(work, None)
                case _:
                    pass
        for ordered in unfinished.values():
            if ordered.service == self._service.name:
                await self._works.give_up(ordered)

    async def _keep(self, ordered: UpkeepOrdered, sequence: int) -> None:
        if ordered.service != self._service.name:
            return
        key = f"{'audit' if ordered.order is Order.AUDIT else 'rebuild'}/{ordered.projection}"
        before = await self._stored.find_one({"_id": key})
        if before is not None and before["s"] >= sequence:
            return
        if ordered.order not in _BEGIN and (before is None or before.get("work") != ordered.work):
            await self._works.give_up(ordered)  # another database had begun it
            return
        phase, active = _PHASES[ordered.order]
        change: Document = {"s": sequence, "phase": phase, "active": active}
        if ordered.order in _BEGIN:
            change |= {"projection": ordered.projection, "work": ordered.work, "version": None, "replaced": None}
            change |= {"at": datetime.now(UTC), "folded": 0, "total": 0, "rate": 0.0, "error": ""}
            change |= {"owner": None, "until": None}
        await self._stored.update_one({"_id": key}, {"$set": change}, upsert=True)
        if ordered.order in (Order.PAUSE, Order.DROP) and before is not None and before["version"] is not None:
            # Whoever folds it, in whatever process, finds that out with the next batch.
            await Version(self._service.projection(ordered.projection), before["version"], self._database).retire()

    async def carry_out(self, tasks: Tasks) -> None:
        """Starts what there is to do, and looks again when there are orders and every second."""
        while True:
            self._woken.clear()
            try:
                await self._look(tasks)
            except UNAVAILABLE as error:
                _log.warning("orders cannot be read now", error=repr(error))
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _look(self, tasks: Tasks) -> None:
        async for found in self._stored.find({"active": True}):
            key = found["_id"]
            if key in self._running:
                continue
            work = await self._lease(key)
            if work is not None and work["active"]:  # who had it before may have ended it since it was found
                self._running.add(key)
                tasks.create_task(self._do(work), name=key)

    async def _lease(self, key: str) -> Document | None:
        """The work, if this process may do it for the next seconds: nobody else has said so, or not for a while."""
        now = datetime.now(UTC)
        return await self._stored.find_one_and_update(
            {"_id": key, "$or": [{"owner": self._owner}, {"until": {"$lt": now}}, {"until": None}]},
            {"$set": {"owner": self._owner, "until": now + LEASE}},
            return_document=True,
        )

    async def _do(self, document: Document) -> None:
        """One step of a work. What cannot be done now is tried again; the lease is given back in the end."""
        key = document["_id"]
        renewing = asyncio.create_task(self._renew(key))
        try:
            await self._works.step(document)
        except* UNAVAILABLE as errors:
            _log.warning("upkeep goes on later", work=key, error=repr(errors.exceptions[0]))
            await asyncio.sleep(LOOK_EVERY)
        except* Exception as errors:  # noqa: BLE001 - a fold that cannot be rebuilt must not end what keeps it live
            _log.exception("upkeep failed", work=key)
            await self._works.fail(document, repr(errors.exceptions[0]))
        finally:
            renewing.cancel()
            await self._give_back(key)
            self._running.discard(key)
            self._woken.set()

    async def _renew(self, key: str) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            try:
                await self._lease(key)
            except UNAVAILABLE as error:
                _log.warning("a lease could not be renewed", work=key, error=repr(error))

    async def _give_back(self, key: str) -> None:
        try:
            await self._stored.update_one({"_id": key, "owner": self._owner}, {"$set": {"until": None}})
        except UNAVAILABLE as error:
            _log.warning("a lease runs out by itself", work=key, error=repr(error))


async def _upkeep_so_far(bootstrap: str) -> list[Recorded]:
    """Every order for a projection and every outcome in the log, in order."""
    found: list[Recorded] = []
    async for records in read_to_end(bootstrap, ACTS, dict.fromkeys(range(ACTS.partitions), 0)):
        for record in records:
            try:
                decision = read(ACTS, record)
            except UnreadableEventError:
                continue  # the worker sets it aside
            if isinstance(decision.data, UpkeepOrdered | OutcomeNoted):
                found.append(decision)
    return found
