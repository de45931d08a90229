"""Alerts in the console's database: what fires outlives a restart, and what fired can be looked up."""

from dataclasses import asdict
from typing import Final

from kenes.mongo.client import Database, Document
from services.console.alerting.evaluating import Alert, Phase

FIRING: Final = "alerts_firing"
PAST: Final = "alerts_past"
KEPT: Final = 500
"""Past alerts that are kept: the oldest makes room for a new one."""


class StoredAlerts:
    """Two collections: an alert that fires, under its key, and one that is over, under its key and time."""

    def __init__(self, database: Database) -> None:
        self._firing, self._past = database[FIRING], database[PAST]

    async def load(self) -> dict[str, Alert]:
        """The alerts that fired when the console was stopped, by key. Raises `DatabaseError`."""
        return {document["_id"]: _alert(document) async for document in self._firing.find({})}

    async def save(self, alert: Alert) -> None:
        """Notes an alert that began to fire or is over; twice is the same as once. Raises `DatabaseError`."""
        if alert.phase is Phase.FIRING:
            await self._firing.replace_one({"_id": alert.key}, {"_id": alert.key, **asdict(alert)}, upsert=True)
            return
        name = f"{alert.key}/{alert.since.isoformat()}"
        await self._past.replace_one({"_id": name}, {"_id": name, **asdict(alert)}, upsert=True)
        await self._firing.delete_one({"_id": alert.key})
        if await self._past.estimated_document_count() > KEPT:
            await self._past.delete_one({"_id": await self._oldest()})

    async def past(self, count: int) -> list[Alert]:
        """The last alerts that are over, the newest first. Raises `DatabaseError`."""
        found = [_alert(document) async for document in self._past.find({})]
        return sorted(found, key=lambda alert: alert.resolved or alert.since, reverse=True)[:count]

    async def _oldest(self) -> str:
        found = [(document["resolved"], document["_id"]) async for document in self._past.find({})]
        return str(min(found)[1])


def _alert(document: Document) -> Alert:
    return Alert(**{name: value for name, value in document.items() if name != "_id"})
