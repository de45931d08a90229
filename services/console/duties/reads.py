"""What pages and the API read of duties: those that are late, and those that will soon be."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from schemas.petitions.v1 import DutyKind as OfPetitions
from services.console.duties.folding import PROJECTIONS, load_owing
from services.console.duties.owing import DutyKind
from services.console.views import View

SOON: Final = timedelta(days=3)


class DutyView(View):
    """A duty that is not done."""

    service: str
    subject: str = Field(description="The petition or consultation that it is owed to")
    link: str | None = Field(description="Its page for citizens, where their sites are known")
    kind: DutyKind
    body: str | None = Field(description="Who owes it; null for moderators")
    due_at: datetime
    missed_at: datetime | None = Field(description="When its service noted that it is late")


class DutyList(View):
    """What is late, the longest overdue first, and what is due within three days, the next first."""

    at: datetime
    overdue: list[DutyView]
    soon: list[DutyView]


class Duties:
    """Reads of the console's own database. `sites` are the origins of citizens' sites by service."""

    def __init__(self, stored: LiveCollections, sites: Mapping[str, str]) -> None:
        self._stored = stored
        self._sites = sites

    async def owed(self, now: datetime) -> DutyList:
        """What is owed at an instant."""
        found: list[DutyView] = []
        for projection in PROJECTIONS:
            for collection in projection.collections:
                async for document in (await self._stored.of(collection)).find({"open": True}):
                    found += self._views(projection.topic.owner, document)
        found.sort(key=lambda duty: (duty.due_at, duty.subject))
        return DutyList(
            at=now,
            overdue=[duty for duty in found if duty.due_at <= now],
            soon=[duty for duty in found if now < duty.due_at <= now + SOON],
        )

    def _views(self, service: str, document: Document) -> Iterator[DutyView]:
        owing, subject, origin = load_owing(document), document["_id"], self._sites.get(service)
        for duty in owing.duties:
            yield DutyView(
                service=service,
                subject=subject,
                link=None if origin is None else f"{origin.rstrip('/')}/{service}/{subject}",
                kind=duty.kind,
                body=None if duty.kind is OfPetitions.MODERATE else owing.body,
                due_at=duty.due_at,
                missed_at=duty.missed_at,
            )
