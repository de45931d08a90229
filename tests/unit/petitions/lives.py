"""A petition in every state of its life, and every request: what the tests of the life cycle and its table share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from kenes.calendar import WorkingCalendar
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    AnswerOutcome,
    AnswerRequested,
    Assurance,
    ChargeRequested,
    CloseRequested,
    CommentRequested,
    CreateRequested,
    DeadlineRequested,
    DraftAnswerRequested,
    EditRequested,
    Eligibility,
    GoalRequested,
    HideCommentRequested,
    InviteRequested,
    JoinOrganisersRequested,
    LeaveOrganisersRequested,
    LifecycleRequest,
    LockRequested,
    ModerateRequested,
    PaperCorrectionRequested,
    PaperCount,
    PaperRequested,
    PaperSheet,
    PetitionText,
    PrivateEntry,
    ResumeRequested,
    RetireRequested,
    RetractCommentRequested,
    Statement,
    SubmitRequested,
    SuspendRequested,
    UndoRequested,
    Verdict,
    WithdrawalRequested,
)
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.domain.status import Status

NOW: Final = datetime(2026, 9, 1, 9, tzinfo=UTC)
SURE: Final[dict[str, Any]] = {"certainty": "H", "source": "the law itself"}
WHO: Final = {"minimum_age": 18, "assurance": "high", "citizen": True, **SURE}
WORDS: Final = {"kk": "x", "ru": "x", "en": "x"}
TERM: Final = {"working_days": 5, **SURE}
LAW: Final = dict.fromkeys(("kk", "ru", "en"), "art. 1 of it")
CALENDAR: Final = WorkingCalendar.named("kk")


def pack(**changes: Any) -> RulePack:
    """A pack with every step: 3 supporters, moderation, an answer at 10 and at 20 signatures, 5 in the first month."""
    told: dict[str, Any] = {
        "id": "full",
        "version": "1",
        "jurisdiction": "KZ",
        "level": "country",
        "body": "kz-government",
        "effective_from": date(2024, 1, 1),
        "dates": SURE,
        "calendar": "kk",
        "name": WORDS,
        "addressee": WORDS,
        "supporters": {"needed": 3, "within": {"working_days": 10}, **SURE},
        "moderation": {"within": {"working_days": 10}, **SURE},
        "thresholds": [
            {"signatures": 10, "effect": "response", "answer": TERM, **SURE},
            {"signatures": 20, "effect": "consideration", "answer": {"working_days": 40, **SURE}, **SURE},
        ],
        "window": {"months": 6, **SURE},
        "early": {"signatures": 5, "within": {"months": 1}, **SURE},
        "archive": {"months": 12, **SURE},
        "prohibited": [{"code": "courts", "name": WORDS, "law": LAW, "certainty": "H"}],
        "paper": {"counts": True, "supporters": {"needed": 2, **SURE}, **SURE},
        "signer": WHO,
        "author": WHO,
    }
    if changes.get("supporters", told["supporters"]) is None:
        told["paper"] = {"counts": True, **SURE}
    return RulePack.model_validate(told | changes)


def packs(*found: RulePack) -> RulePacks:
    """An installation with these packs; with one of every step where none is named."""
    return RulePacks(found or (pack(),), {"kk": CALENDAR})


WHOLE: Final = pack(
    id="whole",
    organisers={"minimum": 1, "different": 1, "by": "region", "among": ["KZ-75"], **SURE},
    discussion={"least": {"days": 3}, "most": {"months": 12, **SURE}, **SURE},
)
"""The same with what comes before supporters, too: an organiser, and three days of discussion."""
PACKS: Final = packs(pack(), WHOLE)
AUTHOR: Final = Actor(pseudonym="author", roles=("citizen",))
MODERATOR: Final = Actor(pseudonym="moderator", roles=("moderator",))
SECOND: Final = Actor(pseudonym="second", roles=("moderator",))
BODY: Final = Actor(pseudonym="official", roles=("agency:kz-government",))
REGISTRAR: Final = Actor(pseudonym="registrar", roles=("registrar",))
STRANGER: Final = Actor(pseudonym="stranger", roles=("citizen",))
ELIGIBLE: Final = Eligibility(age=30, region="KZ-75", assurance=Assurance.HIGH, citizen=True)
MINE: Final = PrivateEntry(owner="owner", entry="entry", note="note")
TEXT: Final = PetitionText(
    language="en", title="Safe crossings", text="Children cross a main road. " * 3, proposal="Build crossings."
)
STATEMENT: Final = Statement(kk="Жаяу жүргінші өткелдері салынады.", ru="Переходы будут построены в этом году.")
_P: Final = {"petition": "p"}

CREATE: Final = CreateRequested(**_P, actor=AUTHOR, eligibility=ELIGIBLE, text=TEXT, pack="full", sealed="s", mine=MINE)
EDIT: Final = EditRequested(**_P, actor=AUTHOR, text=TEXT.model_copy(update={"title": "Safer crossings"}))
SUBMIT: Final = SubmitRequested(**_P, actor=AUTHOR)
COMMENT: Final = CommentRequested(
    **_P,
    actor=STRANGER,
    eligibility=ELIGIBLE,
    revision=1,
    language="en",
    text="Name the street.",
    sealed="s",
    mine=MINE,
)
COMMENT_ON_ANSWER: Final = COMMENT.model_copy(update={"answer_draft": 1})
HIDE: Final = HideCommentRequested(
    **_P, actor=MODERATOR, number=1, reason="insulting", explanation="It insults the author."
)
RETRACT: Final = RetractCommentRequested(**_P, actor=STRANGER, number=1)
LEAVE: Final = LeaveOrganisersRequested(**_P, actor=AUTHOR)
LOCK: Final = LockRequested(**_P, actor=MODERATOR)
UNDO: Final = UndoRequested(**_P, actor=MODERATOR, reason="It was decided by mistake.")
CLOSE: Final = CloseRequested(**_P, actor=AUTHOR)
WITHDRAW: Final = WithdrawalRequested(**_P, actor=AUTHOR)
SUSPEND: Final = SuspendRequested(**_P, actor=MODERATOR, act="Act 2-17 of the court")
RESUME: Final = ResumeRequested(**_P, actor=MODERATOR, act="Act 2-18 of the court")
RETIRE: Final = RetireRequested(**_P, actor=MODERATOR, in_favour_of="q", reason="It asks for the same.")
CHARGE: Final = ChargeRequested(**_P, actor=BODY)
INVITE: Final = InviteRequested(**_P, actor=BODY, message="Please come on Monday at ten.")
DRAFT_ANSWER: Final = DraftAnswerRequested(**_P, actor=BODY, outcome=AnswerOutcome.PARTLY, statement=STATEMENT)
ANSWER: Final = AnswerRequested(**_P, actor=BODY, outcome=AnswerOutcome.SATISFIED, statement=STATEMENT)


def sheet(number: str, signatures: int = 1, region: str = "KZ-75") -> PaperSheet:
    """A sheet with so many signatures of one region; its scan goes by its number."""
    scan = hashlib.sha256(number.encode()).hexdigest()
    return PaperSheet(number=number, counts=(PaperCount(region=region, count=signatures),), scan=scan)


ENTER: Final = PaperRequested(**_P, actor=REGISTRAR, reference="File 2-17", sheets=(sheet("1"),))
CORRECT: Final = PaperCorrectionRequested(
    **_P, actor=REGISTRAR, batch=1, revision=1, sheets=(sheet("1", 2),), reason="A line was overlooked."
)


def verdict(which: Verdict = Verdict.APPROVE, actor: Actor = MODERATOR, revision: int = 1) -> ModerateRequested:
    """What a moderator finds, with a reason where it needs one."""
    why = {} if which is Verdict.APPROVE else {"reasons": ("courts",), "explanation": "It is about a judgment."}
    return ModerateRequested(**_P, actor=actor, verdict=which, revision=revision, **why)


def join(actor: Actor = STRANGER, revision: int = 1, region: str | None = "KZ-75") -> JoinOrganisersRequested:
    """Somebody stands behind the text."""
    who = ELIGIBLE.model_copy(update={"region": region})
    return JoinOrganisersRequested(**_P, actor=actor, eligibility=who, revision=revision, sealed="s", mine=MINE)


def count(number: int) -> GoalRequested:
    """The clock has seen so many signatures."""
    return GoalRequested(**_P, count=number)


def over(number: int = 0) -> DeadlineRequested:
    """The clock says that a term is over; so many have signed."""
    return DeadlineRequested(**_P, count=number)


Step = tuple[LifecycleRequest, timedelta]
"""A request, and how long after the one before it is made."""

SOON: Final = timedelta(minutes=1)
_GATHERING: Final[tuple[Step, ...]] = ((CREATE, SOON), (SUBMIT, SOON))
_MODERATION: Final = (*_GATHERING, (count(3), SOON))
_COLLECTING: Final = (*_MODERATION, (verdict(), SOON))
_CONSIDERATION: Final = (*_COLLECTING, (count(20), SOON), (count(20), SOON))
_ANSWERED: Final = (*_CONSIDERATION, (ANSWER, SOON), (ANSWER, SOON))

CREATE_WHOLE: Final = CREATE.model_copy(update={"pack": "whole"})
DISCUSSED: Final[tuple[Step, ...]] = (
    (CREATE_WHOLE, SOON),
    (join(AUTHOR), SOON),
    (SUBMIT, SOON),
    (COMMENT, SOON),
)

LIVES: Final[dict[Status | None, tuple[Step, ...]]] = {
    None: (),
    Status.DRAFT: ((CREATE, SOON),),
    Status.DISCUSSION: DISCUSSED,
    Status.GATHERING: _GATHERING,
    Status.MODERATION: _MODERATION,
    Status.RETURNED: (*_MODERATION, (verdict(Verdict.RETURN), SOON)),
    Status.REJECTED: (*_MODERATION, (verdict(Verdict.REJECT), SOON)),
    Status.COLLECTING: _COLLECTING,
    Status.CONSIDERATION: (*_CONSIDERATION, (DRAFT_ANSWER, SOON)),
    Status.ANSWERED: _ANSWERED,
    Status.ARCHIVED: (*_ANSWERED, (over(), timedelta(days=400))),
    Status.CLOSED: (*_COLLECTING, (CLOSE, SOON)),
    Status.WITHDRAWN: (*_COLLECTING, (WITHDRAW, SOON)),
    Status.SUSPENDED: (*_COLLECTING, (SUSPEND, SOON)),
    Status.RETIRED: (*_COLLECTING, (RETIRE, SOON)),
}
"""How a petition comes into each state."""


def whole(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same life under the pack with every step."""
    if steps[:1] != ((CREATE, SOON),):
        return tuple(steps)
    if not steps[1:]:
        return DISCUSSED[:2]
    return (*DISCUSSED, (SUBMIT, timedelta(days=3)), *steps[2:])


REQUESTS: Final[dict[str, LifecycleRequest]] = {
    "create": CREATE,
    "edit": EDIT,
    "join": join(),
    "leave": LEAVE,
    "submit": SUBMIT,
    "comment": COMMENT,
    "lock": LOCK,
    "approve": verdict(),
    "return": verdict(Verdict.RETURN),
    "reject": verdict(Verdict.REJECT),
    "undo": UNDO,
    "goal seen": count(20),
    "term over": over(),
    "close": CLOSE,
    "withdraw": WITHDRAW,
    "suspend": SUSPEND,
    "resume": RESUME,
    "retire": RETIRE,
    "take charge": CHARGE,
    "invite": INVITE,
    "draft answer": DRAFT_ANSWER,
    "comment on it": COMMENT_ON_ANSWER,
    "answer": ANSWER,
    "enter paper": ENTER,
    "correct paper": CORRECT,
}
"""Every life-cycle request, by whoever may make it. "term over" comes when the petition's next term is over."""

ABOUT_COMMENTS: Final[dict[str, LifecycleRequest]] = {"hide": HIDE, "take back": RETRACT}
"""Every request about a comment, by whoever may make it."""


def live(steps: Sequence[Step], found: RulePacks = PACKS) -> tuple[Petition | None, datetime, list[Payload]]:
    """The petition after these requests, the moment of the last one, and what was decided."""
    petition: Petition | None = None
    now, decisions = NOW, list[Payload]()
    for request, after in steps:
        now += after
        decision = decide(petition, request, now, found)
        petition = evolve(petition, decision, now)
        decisions.append(decision)
    return petition, now, decisions


def moment_of(name: str, petition: Petition | None, now: datetime) -> datetime:
    """When a request of `REQUESTS` is made."""
    if name == "term over" and petition is not None and petition.next_at is not None:
        return petition.next_at
    if name == "submit" and petition is not None and petition.status is Status.DISCUSSION:
        return now + timedelta(days=3)
    return now + SOON
