"""What everybody may know of the sheets. How many signed in which region stays inside: a sheet is a small group."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.petitions.domain.petition import Petition
from services.petitions.domain.status import PaperBatch


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PaperSheetView(_View):
    """One sheet."""

    number: str
    signatures: int
    scan: str = Field(description="SHA-256 of the scan, by which whoever keeps it can show it unchanged.")


class PaperBatchView(_View):
    """Sheets that were entered together, as they stand now."""

    number: int
    entered_at: datetime
    signatures: int
    reference: str = Field(description="Where the sheets are kept.")
    sheets: list[PaperSheetView] = Field(description="None: the batch was struck out.")
    revision: int = Field(description="What the batch has been, from 1; more than 1 says that it was corrected.")
    corrected_at: datetime | None
    reason: str = Field(description="Of the last correction.")


def batch_views(petition: Petition) -> list[PaperBatchView]:
    """The batches of a petition, the oldest first."""
    return [_batch(batch) for batch in petition.paper]


def _batch(batch: PaperBatch) -> PaperBatchView:
    sheets = [
        PaperSheetView(number=each.number, signatures=sum(count.count for count in each.counts), scan=each.scan)
        for each in batch.sheets
    ]
    return PaperBatchView(
        number=batch.number,
        entered_at=batch.entered_at,
        signatures=batch.signatures,
        reference=batch.reference,
        sheets=sheets,
        revision=batch.revision,
        corrected_at=batch.corrected_at,
        reason=batch.reason,
    )
