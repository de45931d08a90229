"""Signatures on paper: counted by registrars in batches of sheets, apart from those made here."""

from collections.abc import Iterable
from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    PaperCorrected,
    PaperCorrectionRequested,
    PaperEntered,
    PaperRequested,
    PaperSheet,
    UnitCount,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status

REGISTRAR = "registrar"

COUNTABLE = (Status.GATHERING, Status.COLLECTING, Status.CONSIDERATION)
"""Where a petition is while its batches may be corrected; entered they can be while it is open to be signed, too."""


def enter(petition: Petition, request: PaperRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """Counts a batch, unless one of its sheets has been counted before."""
    if REGISTRAR not in request.actor.roles:
        return Refusal.NOT_ALLOWED
    if packs.pinned(petition.rules).paper is None:
        return Refusal.PAPER_NOT_TAKEN
    if refusal := petition.window.refusal(now):
        return refusal
    if petition.status not in COUNTABLE:
        return Refusal.PETITION_CLOSED
    if _meet(request.sheets, (sheet for batch in petition.paper for sheet in batch.sheets)):
        return Refusal.SHEET_ENTERED
    return PaperEntered(
        petition=petition.id,
        batch=len(petition.paper) + 1,
        by=request.actor.pseudonym,
        reference=request.reference,
        sheets=request.sheets,
    )


def correct(petition: Petition, request: PaperCorrectionRequested, _now: datetime, _: RulePacks) -> Payload | Refusal:
    """Puts other sheets in the place of those of a batch. What was reached by then stays reached."""
    if REGISTRAR not in request.actor.roles:
        return Refusal.NOT_ALLOWED
    if petition.status not in COUNTABLE:
        return Refusal.TOO_LATE
    if request.batch > len(petition.paper):
        return Refusal.BATCH_UNKNOWN
    batch = petition.paper[request.batch - 1]
    if request.revision != batch.revision:
        return Refusal.STALE_BATCH
    if _meet(request.sheets, (sheet for other in petition.paper if other is not batch for sheet in other.sheets)):
        return Refusal.SHEET_ENTERED
    return PaperCorrected(
        petition=petition.id,
        batch=batch.number,
        revision=batch.revision + 1,
        by=request.actor.pseudonym,
        sheets=request.sheets,
        reason=request.reason,
    )


def _meet(sheets: Iterable[PaperSheet], others: Iterable[PaperSheet]) -> bool:
    """Whether a sheet is there twice: by its number, or by its scan."""
    seen: set[str] = {mark for sheet in others for mark in (sheet.number, sheet.scan)}
    for sheet in sheets:
        if seen.intersection((sheet.number, sheet.scan)):
            return True
        seen |= {sheet.number, sheet.scan}
    return False


def counted(petition: Petition, electronic: int, packs: RulePacks) -> int:
    """Signatures toward the goals: those made here, and those on paper where the pack says that they count."""
    return electronic + (petition.on_paper if paper_counts(petition, packs) else 0)


def counted_units(petition: Petition, electronic: Iterable[UnitCount], packs: RulePacks) -> dict[str, int]:
    """The same by region."""
    units = {each.unit: each.count for each in electronic}
    if paper_counts(petition, packs):
        for each in (count for batch in petition.paper for sheet in batch.sheets for count in sheet.counts):
            units[each.region] = units.get(each.region, 0) + each.count
    return units


def supports(petition: Petition, packs: RulePacks) -> bool:
    """Whether paper alone is initial support enough."""
    paper = packs.pinned(petition.rules).paper
    return paper is not None and paper.supporters is not None and petition.on_paper >= paper.supporters.needed


def paper_counts(petition: Petition, packs: RulePacks) -> bool:
    """Whether signatures on paper count toward the goals."""
    paper = packs.pinned(petition.rules).paper
    return paper is not None and paper.counts
