"""The course of a demo consultation as requests, each with its date."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.consultations.course import (
    CourseRequest,
    DeadlineRequested,
    DescribeRequested,
    EnrolRequested,
    LedgerRequested,
    MeetingRequested,
    OpenRequested,
    PrepareRequested,
    ReportRequested,
    StageRequested,
    VersionRequested,
)
from schemas.consultations.parts import DraftText, Meeting, Stage
from schemas.parts import Actor
from services.consultations.demo.files import Course
from services.consultations.demo.saying import Days

Step = tuple[datetime, CourseRequest]


@dataclass(frozen=True)
class Steps:
    """One consultation as asked for by its body, `now`."""

    id: str
    course: Course
    actor: Actor
    now: datetime

    def preparing(self, at: datetime) -> Iterator[Step]:
        """What only the body sees."""
        course, name, actor = self.course, self.id, self.actor
        prepare = PrepareRequested(
            consultation=name, actor=actor, body=course.body, pack=course.pack, kind=course.kind, title=course.title
        )
        describe = DescribeRequested(
            consultation=name, actor=actor, title=course.title, summary=course.summary, note=course.note
        )
        yield at, prepare
        yield at + timedelta(hours=3), describe

    def hearing(self, versions: Sequence[tuple[DraftText, ...]], days: Days, closes_at: datetime) -> list[Step]:
        """Everything up to now, in its order; for one that is over, the clock's request on the day it ended, too."""
        course, name, actor = self.course, self.id, self.actor
        before = days.opened - timedelta(days=2)
        opening = OpenRequested(consultation=name, actor=actor, working_days=course.working_days)
        steps: list[Step] = [
            *self.preparing(days.opened - timedelta(days=4)),
            (before, VersionRequested(consultation=name, actor=actor, version=1, texts=versions[0])),
            *((before, EnrolRequested(consultation=name, actor=actor, member=each)) for each in course.member),
            (days.opened, opening),
        ]
        for number, texts in enumerate(versions[1:], 2):
            request = VersionRequested(consultation=name, actor=actor, version=number, texts=texts, note=course.changes)
            steps.append((days.changed, request))
        for meeting in course.meeting:
            at = self.now - timedelta(days=meeting.ago)
            held = Meeting(held_on=at.date(), title=meeting.title, minutes=meeting.minutes.strip())
            steps.append((at, MeetingRequested(consultation=name, actor=actor, meeting=held)))
        if course.reported is not None:
            steps.append((closes_at, DeadlineRequested(consultation=name)))
        return sorted(steps, key=lambda step: step[0])

    def ending(self, comments: int) -> list[Step]:
        """The report, what the ledger says, which the clock would have brought, and where the draft went then."""
        course, name, actor = self.course, self.id, self.actor
        if course.reported is None or course.conclusions is None or course.government is None:
            raise ValueError(f"{course.key}: a consultation that is over needs its report and its next stage")
        reported, entered = (self.now - timedelta(days=days) for days in (course.reported, course.government))
        report = ReportRequested(consultation=name, actor=actor, conclusions=course.conclusions)
        ledger = LedgerRequested(consultation=name, comments=comments, owed=0)
        stage = StageRequested(
            consultation=name, actor=actor, stage=Stage.GOVERNMENT, on=entered.date(), note=course.stage
        )
        return [(reported, report), (reported + timedelta(seconds=1), ledger), (entered, stage)]
