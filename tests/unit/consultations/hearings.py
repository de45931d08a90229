"""A consultation in every state, and every request: what the tests of the domain and of the folds share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from kenes.kafka.records import Recorded
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.comments import PostRequested
from schemas.consultations.course import (
    DeadlineRequested,
    DescribeRequested,
    DismissRequested,
    EnrolRequested,
    ExtendRequested,
    LedgerRequested,
    MeetingRequested,
    OpenRequested,
    PrepareRequested,
    ReportRequested,
    StageRequested,
    VersionRequested,
    WithdrawalRequested,
)
from schemas.consultations.parts import DraftKind, DraftText, Meeting, Member, Stage, Stakeholder, Title, Vote
from schemas.consultations.votes import VoteRequested
from schemas.envelope import Event, decision_id
from schemas.parts import Actor, Assurance, Eligibility, PrivateEntry, Seen, Statement
from schemas.payload import Payload
from schemas.topics import Topic
from services.consultations.domain import course
from services.consultations.domain.consultation import Consultation, evolve
from services.consultations.rule_packs import load_rule_packs

PACKS: Final = load_rule_packs(Path("services/consultations/rule_packs"))
NOW: Final = datetime(2026, 9, 1, 9, tzinfo=UTC)
BODY: Final = Actor(pseudonym="official", roles=("agency:kz-government",))
STRANGER: Final = Actor(pseudonym="stranger", roles=("citizen", "agency:kz-akimat"))
MODERATOR: Final = Actor(pseudonym="moderator", roles=("moderator",))
ELIGIBLE: Final = Eligibility(age=30, region="KZ-75", assurance=Assurance.HIGH, citizen=True)
STATEMENT: Final = Statement(kk="Бұл бапты өзгертеміз, рахмет.", ru="Мы изменим эту статью, спасибо.")
TITLE: Final = Title(kk="Медиа туралы", ru="О медиа")
SEEN: Final = Seen(partition=0, sequence=0)
MINE: Final = PrivateEntry(owner="owner", entry="entry", note="note")
_C: Final = {"consultation": "c"}


def tree(text: str = "Everybody may ask.") -> ClauseTree:
    """A draft of one article."""
    article = Clause(id="a1", kind=ClauseKind.ARTICLE, label="1", number="1", text=text)
    return ClauseTree(title="On media", clauses=(article,))


TEXTS: Final = tuple(DraftText(language=language, tree=tree()) for language in ("kk", "ru"))
PREPARE: Final = PrepareRequested(
    **_C, actor=BODY, body="kz-government", pack="kz-draft-laws", kind=DraftKind.LAW, title=TITLE
)
DESCRIBE: Final = DescribeRequested(**_C, actor=BODY, title=TITLE, summary=STATEMENT)
VERSION: Final = VersionRequested(**_C, actor=BODY, version=1, texts=TEXTS)
OPEN: Final = OpenRequested(**_C, actor=BODY, working_days=15)
EXTEND: Final = ExtendRequested(**_C, actor=BODY, working_days=5, reason="People asked for time.")
DEADLINE: Final = DeadlineRequested(**_C)
MEMBER: Final = Member(id="m1", name="Aigerim S.", organisation="Union", stakeholder=Stakeholder.NGO)
ENROL: Final = EnrolRequested(**_C, actor=BODY, member=MEMBER)
DISMISS: Final = DismissRequested(**_C, actor=BODY, member="m1")
MEETING: Final = MeetingRequested(**_C, actor=BODY, meeting=Meeting(held_on=date(2026, 9, 2), title=TITLE))
REPORT: Final = ReportRequested(**_C, actor=BODY, conclusions=STATEMENT)
LEDGER: Final = LedgerRequested(**_C, comments=7, owed=0)
OWED: Final = LedgerRequested(**_C, comments=7, owed=2)
STAGE: Final = StageRequested(**_C, actor=BODY, stage=Stage.GOVERNMENT, on=date(2026, 9, 1))
WITHDRAW: Final = WithdrawalRequested(**_C, actor=BODY, reason="The draft is written anew.")

REQUESTS: Final[dict[str, Payload]] = {
    "prepare": PREPARE, "describe": DESCRIBE, "version": VERSION, "open": OPEN, "extend": EXTEND, "deadline": DEADLINE,
    "enrol": ENROL, "dismiss": DISMISS, "meeting": MEETING, "report": REPORT, "ledger": LEDGER, "owed": OWED,
    "stage": STAGE, "withdraw": WITHDRAW,
}  # fmt: skip
_LATER: Final = timedelta(days=60)
PATHS: Final[dict[str, list[tuple[Payload, timedelta]]]] = {
    "nothing": [],
    "preparation": [(PREPARE, timedelta())],
    "described": [(PREPARE, timedelta()), (DESCRIBE, timedelta())],
    "ready": [(PREPARE, timedelta()), (DESCRIBE, timedelta()), (VERSION, timedelta())],
}
PATHS["open"] = [*PATHS["ready"], (OPEN, timedelta())]
PATHS["answering"] = [*PATHS["open"], (DEADLINE, _LATER)]
PATHS["handed"] = [*PATHS["answering"], (REPORT, _LATER)]
PATHS["reported"] = [*PATHS["handed"], (LEDGER, _LATER)]
PATHS["withdrawn"] = [*PATHS["open"], (WITHDRAW, timedelta())]


def lived(path: Sequence[tuple[Payload, timedelta]]) -> Consultation | None:
    """The consultation after these requests, each so long after the beginning."""
    state: Consultation | None = None
    for request, after in path:
        state = evolve(state, course.decide(state, request, NOW + after, PACKS), NOW + after)
    return state


def post(number: int = 0, **changes: Any) -> PostRequested:
    """A comment on the article."""
    told: dict[str, Any] = {
        "consultation": "c",
        "comment": f"comment-{number}",
        "seen": SEEN,
        "actor": Actor(pseudonym=f"person-{number}", roles=("citizen",)),
        "eligibility": ELIGIBLE,
        "version": 1,
        "stakeholder": Stakeholder.PUBLIC,
        "verified": False,
        "language": "ru",
        "text": f"Comment number {number}",
        "listed": True,
        "sealed": "sealed",
        "mine": MINE,
    }
    return PostRequested.model_validate(told | changes)


def vote(number: int = 0, comment: int = 0, said: Vote = Vote.AGREE, **changes: Any) -> VoteRequested:
    """Somebody's vote on a comment."""
    told: dict[str, Any] = {
        "consultation": "c",
        "comment": f"comment-{comment}",
        "author": f"person-{comment}",
        "actor": Actor(pseudonym=f"person-{number}", roles=("citizen",)),
        "stakeholder": Stakeholder.PUBLIC,
        "verified": False,
        "eligibility": ELIGIBLE,
        "vote": said,
        "seen": SEEN,
    }
    return VoteRequested.model_validate(told | changes)


def recorded(topic: Topic, decisions: Sequence[Payload], partition: int = 0) -> list[Recorded]:
    """Decisions as they stand in a partition of a topic."""
    found = []
    for number, data in enumerate(decisions):
        at = NOW + timedelta(minutes=number)
        event = Event(
            id=str(decision_id(topic.name, partition, number)),
            source="/consultations",
            subject=getattr(data, "consultation", "c"),
            time=at,
            data=data,
            sequence=number,
            offset=number,
        )
        found.append(Recorded(partition, number, at, b"c", event))
    return found
