"""The console's own clock: looks, evaluates alerts, remembers, and tells the pages that are open."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import orjson

from kenes.mongo.client import DatabaseError, patience
from kenes.observe.logs import get_logger
from kenes.web.live import LiveHub
from services.console.alerting.evaluating import Alert, Alerts
from services.console.alerting.measures import Seen
from services.console.alerting.stored import StoredAlerts
from services.console.sampling.history import StoredHistory
from services.console.sampling.sampler import Sampler
from services.console.sampling.snapshot import Snapshot

KEY: Final = "look"
"""What open pages watch in the hub."""
WRITE_WITHIN: Final = 3.0
"""Seconds for writing a look: the next one must not wait for a slow database."""
LOAD_WITHIN: Final = 30.0
"""Seconds for reading what was seen before: hours of looks, once at start."""
_log = get_logger(__name__)


class Watching:
    """One look every `every` seconds. What cannot be written now is written later: seeing does not wait for it."""

    def __init__(
        self,
        sampler: Sampler,
        alerts: Alerts,
        kept: tuple[StoredHistory, StoredAlerts],
        hub: LiveHub,
        every: float,
    ) -> None:
        self._sampler, self._alerts, self._hub, self._every = sampler, alerts, hub, every
        self._history, self._stored = kept
        self._unwritten: list[Alert] = []

    async def run(self, beat: Callable[[], None]) -> None:
        """Until cancelled."""
        await self._load()
        while True:
            beat()
            began = asyncio.get_running_loop().time()
            try:
                await self.look(datetime.now(UTC))
            except Exception:  # noqa: BLE001 - what others wrote is looked at: pages stay, and say how old they are
                _log.exception("a look failed")
            await asyncio.sleep(max(self._every - (asyncio.get_running_loop().time() - began), 0.1))

    async def look(self, now: datetime) -> None:
        """One look."""
        snapshot = await self._sampler.look(now)
        self._unwritten += self._alerts.look(Seen(snapshot, self._sampler.history))
        self._hub.publish(KEY, snapshot.number, lambda: frame(snapshot))
        await self._save(now)

    async def _load(self) -> None:
        try:
            with patience(LOAD_WITHIN):
                await self._history.load()
                self._alerts.known |= await self._stored.load()
        except DatabaseError as error:
            _log.warning("starting without what was seen before", reason=type(error).__name__)

    async def _save(self, now: datetime) -> None:
        try:
            with patience(WRITE_WITHIN):
                await self._history.save(now)
                while self._unwritten:
                    await self._stored.save(self._unwritten[0])
                    del self._unwritten[0]
        except DatabaseError as error:
            _log.warning("what was seen is not written yet", reason=type(error).__name__)


def frame(snapshot: Snapshot) -> bytes:
    """The data of one live event, JSON: which look it was. Pages then ask for themselves, in their own language."""
    return orjson.dumps({"number": snapshot.number, "at": snapshot.at.isoformat()})
