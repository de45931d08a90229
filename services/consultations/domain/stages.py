"""What becomes of a draft after its consultation: government, parliament, and the end of its path."""

from datetime import date, datetime

from schemas.consultations.course import StageEntered, StageRequested
from schemas.consultations.parts import Stage
from schemas.payload import Payload
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import ConsultationPacks

_NEXT: dict[Stage | None, tuple[Stage, ...]] = {
    None: (Stage.GOVERNMENT, Stage.PARLIAMENT, Stage.ADOPTED, Stage.DROPPED),
    Stage.GOVERNMENT: (Stage.PARLIAMENT, Stage.ADOPTED, Stage.DROPPED),
    Stage.PARLIAMENT: (Stage.ADOPTED, Stage.DROPPED),
    Stage.ADOPTED: (),
    Stage.DROPPED: (),
}


def next_stages(consultation: Consultation) -> tuple[Stage, ...]:
    """Where the draft can go from where it is."""
    if consultation.status is not Status.REPORTED:
        return ()
    return _NEXT[consultation.stages[-1].stage if consultation.stages else None]


def stage(before: Consultation, request: StageRequested, now: datetime, packs: ConsultationPacks) -> Payload | Refusal:
    """The draft goes on, never back: neither to an earlier stage nor to an earlier day. What is to come is not told."""
    if before.status is not Status.REPORTED:
        return Refusal.NOT_REPORTED
    if request.stage not in next_stages(before):
        return Refusal.STAGE_OUT_OF_ORDER
    if request.on > packs.calendar(packs.pinned(before.rules)).day(now):
        return Refusal.STAGE_IN_FUTURE
    if before.stages and request.on < date.fromisoformat(before.stages[-1].on):
        return Refusal.STAGE_OUT_OF_ORDER
    return StageEntered(
        consultation=before.id, stage=request.stage, on=request.on, note=request.note, link=request.link
    )
