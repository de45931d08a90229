"""The life of a petition: every request in every state."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    Assurance,
    Closed,
    CloseReason,
    CloseRequested,
    Created,
    CreateRequested,
    Edited,
    EditRequested,
    Eligibility,
    PetitionRefused,
    PetitionText,
    PrivateEntry,
    Published,
    PublishRequested,
    SubmitRequested,
    Submitted,
)
from services.petitions.domain.petition import Petition, Status, decide, evolve
from services.petitions.domain.refusals import Refusal
from services.petitions.rule_packs import load_rule_packs

PACKS = load_rule_packs(Path("services/petitions/rule_packs"))
NOW = datetime(2026, 8, 31, 9, tzinfo=UTC)
AUTHOR, MODERATOR, STRANGER = (
    Actor(pseudonym="author"),
    Actor(pseudonym="m", roles=("moderator",)),
    Actor(pseudonym="x"),
)
TEXT = PetitionText(language="en", title="Safe crossings", text="Children cross a main road every morning." * 2,
                    proposal="Build crossings")  # fmt: skip
MINE = PrivateEntry(owner="owner", entry="entry", note="note")

ELIGIBLE = Eligibility(age=30, region="KZ-75", assurance=Assurance.HIGH, citizen=True)
CREATE = CreateRequested(petition="p", actor=AUTHOR, eligibility=ELIGIBLE, text=TEXT, sealed="sealed", mine=MINE)


def edit(actor: Actor = AUTHOR) -> Payload:
    return EditRequested(petition="p", actor=actor, text=TEXT.model_copy(update={"title": "Safer crossings"}))


def submit(actor: Actor = AUTHOR) -> Payload:
    return SubmitRequested(petition="p", actor=actor)


def publish(actor: Actor = AUTHOR) -> Payload:
    return PublishRequested(petition="p", actor=actor)


def close(actor: Actor | None = AUTHOR) -> Payload:
    return CloseRequested(petition="p", actor=actor)


def after(*requests: Payload, at: datetime = NOW) -> Petition | None:
    petition: Petition | None = None
    for request in requests:
        petition = evolve(petition, decide(petition, request, at, PACKS), at)
    return petition


LIVES: dict[str, tuple[Payload, ...]] = {
    "nothing": (),
    "draft": (CREATE,),
    "submitted": (CREATE, submit()),
    "collecting": (CREATE, submit(), publish()),
    "closed": (CREATE, submit(), publish(), close()),
}
REQUESTS = {"create": CREATE, "edit": edit(), "submit": submit(), "publish": publish(), "close": close()}
OUTCOMES: dict[str, dict[str, type[Payload] | Refusal]] = {
    "nothing": {
        "create": Created,
        "edit": Refusal.PETITION_UNKNOWN,
        "submit": Refusal.PETITION_UNKNOWN,
        "publish": Refusal.PETITION_UNKNOWN,
        "close": Refusal.PETITION_UNKNOWN,
    },
    "draft": {
        "create": Refusal.PETITION_EXISTS,
        "edit": Edited,
        "submit": Submitted,
        "publish": Refusal.NOT_SUBMITTED,
        "close": Refusal.NOT_COLLECTING,
    },
    "submitted": {
        "create": Refusal.PETITION_EXISTS,
        "edit": Refusal.NOT_A_DRAFT,
        "submit": Refusal.NOT_A_DRAFT,
        "publish": Published,
        "close": Refusal.NOT_COLLECTING,
    },
    "collecting": {
        "create": Refusal.PETITION_EXISTS,
        "edit": Refusal.NOT_A_DRAFT,
        "submit": Refusal.NOT_A_DRAFT,
        "publish": Refusal.NOT_SUBMITTED,
        "close": Closed,
    },
    "closed": {
        "create": Refusal.PETITION_EXISTS,
        "edit": Refusal.NOT_A_DRAFT,
        "submit": Refusal.NOT_A_DRAFT,
        "publish": Refusal.NOT_SUBMITTED,
        "close": Refusal.NOT_COLLECTING,
    },
}


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("request_", REQUESTS)
def test_each_request_in_each_state(life: str, request_: str) -> None:
    petition = after(*LIVES[life])
    decision = decide(petition, REQUESTS[request_], NOW, PACKS)
    expected = OUTCOMES[life][request_]

    if isinstance(expected, Refusal):
        assert isinstance(decision, PetitionRefused)
        assert decision.code == expected
        assert evolve(petition, decision, NOW) is petition
    else:
        assert isinstance(decision, expected)


@pytest.mark.parametrize(
    ("life", "request_", "allowed"),
    [
        ("draft", edit(STRANGER), False),
        ("draft", edit(MODERATOR), False),
        ("draft", submit(STRANGER), False),
        ("submitted", publish(STRANGER), False),
        ("submitted", publish(MODERATOR), True),
        ("collecting", close(STRANGER), False),
        ("collecting", close(MODERATOR), True),
    ],
)
def test_who_may(life: str, request_: Payload, *, allowed: bool) -> None:
    decision = decide(after(*LIVES[life]), request_, NOW, PACKS)

    assert (getattr(decision, "code", None) == Refusal.NOT_ALLOWED) is not allowed


def test_the_window_is_calendar_months_and_short_months_end_it_early() -> None:
    petition = after(*LIVES["collecting"])

    assert petition is not None
    assert petition.closes_at == datetime(2027, 2, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"age": 17}, Refusal.UNDER_AGE),
        ({"age": None}, Refusal.BIRTH_DATE_MISSING),
        ({"assurance": Assurance.LOW}, Refusal.ASSURANCE_TOO_LOW),
        ({"citizen": False}, Refusal.NOT_A_CITIZEN),
        ({"region": None}, None),
    ],
)
def test_who_may_start_a_petition(changed: dict[str, object], expected: Refusal | None) -> None:
    request = CREATE.model_copy(update={"eligibility": ELIGIBLE.model_copy(update=changed)})

    assert getattr(decide(None, request, NOW, PACKS), "code", None) == expected


@pytest.mark.parametrize(("late", "expected"), [(timedelta(milliseconds=-1), Refusal.NOT_DUE), (timedelta(0), None)])
def test_the_clock_closes_on_time_and_not_before(late: timedelta, expected: Refusal | None) -> None:
    petition = after(*LIVES["collecting"])
    assert petition is not None
    assert petition.closes_at is not None
    decision = decide(petition, close(None), petition.closes_at + late, PACKS)

    assert getattr(decision, "code", None) == expected
    if expected is None:
        assert isinstance(decision, Closed)
        assert decision.reason is CloseReason.WINDOW_ENDED


def test_the_timeline_tells_the_life() -> None:
    petition = after(*LIVES["closed"])

    assert petition is not None
    assert petition.status is Status.CLOSED
    assert [(line.what, line.reason) for line in petition.timeline] == [
        ("created", None),
        ("submitted", None),
        ("published", None),
        ("closed", "author"),
    ]


def test_another_payload_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        decide(None, Closed(petition="p", reason=CloseReason.AUTHOR), NOW, PACKS)
    with pytest.raises(TypeError):
        evolve(after(CREATE), CREATE, NOW)
