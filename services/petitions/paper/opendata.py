"""Open data of the sheets of one petition."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.web import csv_text
from kenes.web.limits import Endpoint
from kenes.web.open_data import open_data, publish_whole
from kenes.web.openapi import Operation
from services.petitions.opendata.sources import Sources
from services.petitions.opendata.views import OpenPaper
from services.petitions.paper.views import batch_views

PATH: Final = "/open/petitions/{petition}/paper"
MAX_AGE: Final = 60
COLUMNS: Final = ("batch", "entered_at", "revision", "corrected_at", "sheet", "signatures", "scan")


@dataclass(frozen=True)
class OpenPapers:
    """`/open/petitions/{petition}/paper.*`"""

    sources: Sources

    def operations(self) -> list[Operation]:
        """One for each format."""
        return [
            _operation(".json", self.paper_json, "application/json"),
            _operation(".csv", self.paper_csv, csv_text.MEDIA_TYPE),
        ]

    @open_data
    async def paper_json(self, request: Request) -> Response:
        """Signatures on paper by batch and sheet, with the checksums of the scans."""
        paper = await self._paper(request)
        return self._answer(request, paper.model_dump_json().encode(), "application/json")

    @open_data
    async def paper_csv(self, request: Request) -> Response:
        """Signatures on paper by sheet as CSV, with the checksums of the scans."""
        paper = await self._paper(request)
        rows = (
            (
                batch.number,
                batch.entered_at.isoformat(),
                batch.revision,
                batch.corrected_at.isoformat() if batch.corrected_at else None,
                sheet.number,
                sheet.signatures,
                sheet.scan,
            )
            for batch in paper.batches
            for sheet in batch.sheets
        )
        return self._answer(
            request, csv_text.lines([COLUMNS, *rows]), csv_text.MEDIA_TYPE, f"paper-{paper.petition}.csv"
        )

    async def _paper(self, request: Request) -> OpenPaper:
        petition = await self.sources.petition(request.path_params["petition"])
        taken = self.sources.packs.pinned(petition.rules).paper
        return OpenPaper(
            petition=petition.id,
            signatures=petition.on_paper,
            counts=taken is not None and taken.counts,
            batches=batch_views(petition),
        )

    def _answer(self, request: Request, body: bytes, media_type: str, file: str | None = None) -> Response:
        return publish_whole(request, body, media_type, self.sources.seen, max_age=MAX_AGE, file=file)


def _operation(ending: str, handler: Endpoint, media_type: str) -> Operation:
    model = OpenPaper if ending == ".json" else None
    return Operation.read(PATH + ending, handler, model, problems=("petition-unknown",), media_type=media_type)
