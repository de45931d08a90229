"""Two versions compared, by the JSON API."""

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from kenes.service.answers import json_bytes
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from kenes.web.values import whole_number
from services.consultations.callers import ConsultationCallers
from services.consultations.domain.refusals import Refusal
from services.consultations.drafts.rows import Side
from services.consultations.handing_in.comparing import Comparison, Comparisons, Line
from services.consultations.operations import ONE

KEPT: Final = 3600
"""Seconds that a comparison may be kept: versions never change."""


class SideView(BaseModel):
    """A clause in one version, without what is below it."""

    label: str
    heading: str
    text: str


class ClauseChange(BaseModel):
    """What became of one clause. `fate` is unchanged, changed, moved, moved-and-changed, added or removed."""

    id: str
    fate: str
    renumbered: bool
    depth: int
    before: SideView | None
    after: SideView | None


class ComparisonView(BaseModel):
    """Every clause of both versions once, in the order of the newer one, and how many had which fate."""

    consultation: str
    first: int
    second: int
    language: str
    counts: dict[str, int]
    clauses: list[ClauseChange]


@dataclass(frozen=True)
class ComparisonApi:
    """The operation, and what it needs."""

    callers: ConsultationCallers
    comparisons: Comparisons

    def operations(self) -> list[Operation]:
        return [
            Operation.read(
                f"{ONE}/comparisons/{{first}}/{{second}}/{{language}}",
                self.compare_versions,
                ComparisonView,
                problems=(Refusal.CONSULTATION_UNKNOWN, Refusal.VERSION_UNKNOWN),
                optional=True,
            )
        ]

    async def compare_versions(self, request: Request) -> Response:
        """What became of each clause between two versions."""
        consultation = await self.callers.consultation(request)
        first, second = (_number(request.path_params[name]) for name in ("first", "second"))
        language = request.path_params["language"]
        found = await self.comparisons.get(consultation.id, first, second, language) if first < second else None
        if found is None:
            raise Problem(404, Refusal.VERSION_UNKNOWN)
        view = comparison_view(consultation.id, (first, second), language, found)
        public = consultation.public
        kept = f"public, max-age={KEPT}" if public else "private, no-store"
        return json_bytes(view.model_dump_json().encode(), headers={"cache-control": kept})


def comparison_view(consultation: str, pair: tuple[int, int], language: str, found: Comparison) -> ComparisonView:
    """A comparison as JSON."""
    return ComparisonView(
        consultation=consultation,
        first=pair[0],
        second=pair[1],
        language=language,
        counts={str(fate): count for fate, count in found.counts.items()},
        clauses=[_change(line) for line in found.lines],
    )


def _change(line: Line) -> ClauseChange:
    row = line.row
    return ClauseChange(
        id=line.id,
        fate=str(row.fate),
        renumbered=row.renumbered,
        depth=line.depth,
        before=_side(row.old),
        after=_side(row.new),
    )


def _side(side: Side | None) -> SideView | None:
    return None if side is None else SideView(label=side.label, heading=side.heading, text=side.text)


def _number(text: str) -> int:
    """A version's number; 0, which no version has, for what is none."""
    return whole_number(text, 5) or 0
