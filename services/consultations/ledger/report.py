"""The results report of a consultation, and what stands in its way while it is not published."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kenes.mongo.client import Document
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.ledger.reads import Duty, LedgerReads, Owed
from services.consultations.queries import Queries

URGENT: Final = 10
"""Duties listed where a report is not published yet."""


@dataclass(frozen=True, slots=True)
class Report:
    """`owed` is what the ledger says now; `heard` how many comments came from which classes and on which clauses.

    `urgent` are the answers that are owed first, none once the report is published.
    """

    consultation: Consultation
    owed: Owed
    people: int
    campaigns: int
    heard: Document
    urgent: list[Duty]

    @property
    def published(self) -> bool:
        """Every comment was answered, and the report is public."""
        return self.consultation.status is Status.REPORTED


async def report(queries: Queries, ledger: LedgerReads, consultation: Consultation) -> Report:
    """The report as it is now."""
    published = consultation.status is Status.REPORTED
    return Report(
        consultation=consultation,
        owed=await ledger.owed(consultation.id),
        people=(await queries.people(consultation.id))["people"],
        campaigns=await ledger.number_of_campaigns(consultation.id),
        heard=await queries.heard(consultation.id),
        urgent=[] if published else (await ledger.duties(consultation.id, datetime.now(UTC)))[:URGENT],
    )
