"""Who may sign, withdraw and sign again, as a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Assurance,
    Eligibility,
    PrivateEntry,
    RulePackRef,
    Seen,
    SignatureAccepted,
    SignatureRefused,
    SignatureWithdrawn,
    SignRequested,
    WithdrawRequested,
)
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.signature import NEWCOMER, Signer, SigningWindow, decide, evolve
from services.petitions.rule_packs import load_rule_packs

PACKS = load_rule_packs(Path("services/petitions/rule_packs"))
OPENED = datetime(2026, 1, 15, 12, tzinfo=UTC)
NOW = OPENED + timedelta(days=1)
LATE = NOW + timedelta(hours=1)
"""When a clock came by that was stopped for a while."""
OPEN = SigningWindow(
    RulePackRef(id="kz-republic", version="2024-04-04"), opened_at=OPENED, closes_at=OPENED + timedelta(days=180)
)
ELIGIBLE = Eligibility(age=30, region="KZ-75", assurance=Assurance.HIGH, citizen=True)
MINE = PrivateEntry(owner="owner", entry="entry", note="note")
SIGNED = Signer(acts=1, signed=True, region="KZ-71")


def sign(eligibility: Eligibility = ELIGIBLE) -> SignRequested:
    return SignRequested(
        petition="p",
        signer="s",
        eligibility=eligibility,
        listed=False,
        sealed="sealed",
        mine=MINE,
        seen=Seen(partition=0, sequence=0),
    )


def withdraw() -> WithdrawRequested:
    return WithdrawRequested(petition="p", signer="s", mine=MINE, seen=Seen(partition=0, sequence=0))


def refusal(decision: Payload) -> str | None:
    return decision.code if isinstance(decision, SignatureRefused) else None


def eligible(**changes: object) -> Eligibility:
    return ELIGIBLE.model_copy(update=changes)


@pytest.mark.parametrize(
    ("signer", "window", "request_", "now", "expected"),
    [
        (NEWCOMER, None, sign(), NOW, Refusal.PETITION_UNKNOWN),
        (NEWCOMER, None, withdraw(), NOW, Refusal.PETITION_UNKNOWN),
        (NEWCOMER, SigningWindow(OPEN.rules), sign(), NOW, Refusal.PETITION_NOT_OPEN),
        (NEWCOMER, OPEN, sign(), OPEN.closes_at, Refusal.PETITION_CLOSED),
        (NEWCOMER, OPEN, sign(eligible(region="FR-75C")), NOW, None),  # citizens abroad are citizens
        (NEWCOMER, OPEN, sign(), OPENED + timedelta(days=180) - timedelta(milliseconds=1), None),
        (NEWCOMER, replace(OPEN, closed_at=NOW), sign(), NOW, Refusal.PETITION_CLOSED),
        (NEWCOMER, replace(OPEN, closes_at=NOW, closed_at=LATE), sign(), NOW, Refusal.PETITION_CLOSED),
        (SIGNED, replace(OPEN, closes_at=NOW, closed_at=LATE), withdraw(), NOW, Refusal.PETITION_CLOSED),
        (NEWCOMER, replace(OPEN, closed_at=NOW), sign(), NOW - timedelta(milliseconds=1), None),
        (SIGNED, OPEN, sign(), NOW, Refusal.ALREADY_SIGNED),
        (NEWCOMER, replace(OPEN, besides="s"), sign(), NOW, Refusal.OWN_PETITION),
        (NEWCOMER, replace(OPEN, besides="another"), sign(), NOW, None),
        (SIGNED, replace(OPEN, closed_at=NOW), withdraw(), NOW, Refusal.PETITION_CLOSED),
        (NEWCOMER, OPEN, withdraw(), NOW, Refusal.NOT_SIGNED),
        (Signer(acts=2, signed=False), OPEN, withdraw(), NOW, Refusal.NOT_SIGNED),
        (Signer(acts=2, signed=False), OPEN, sign(), NOW, None),
        (NEWCOMER, OPEN, sign(eligible(age=17)), NOW, Refusal.UNDER_AGE),
        (NEWCOMER, OPEN, sign(eligible(age=18)), NOW, None),
        (NEWCOMER, OPEN, sign(eligible(age=None)), NOW, Refusal.BIRTH_DATE_MISSING),
        (NEWCOMER, OPEN, sign(eligible(region=None)), NOW, Refusal.REGION_MISSING),
        (NEWCOMER, OPEN, sign(eligible(assurance=Assurance.SUBSTANTIAL)), NOW, Refusal.ASSURANCE_TOO_LOW),
        (NEWCOMER, OPEN, sign(eligible(citizen=False)), NOW, Refusal.NOT_A_CITIZEN),
    ],
)
def test_refusals(
    signer: Signer, window: SigningWindow | None, request_: Payload, now: datetime, expected: Refusal | None
) -> None:
    decision = decide(signer, window, request_, now, PACKS)

    assert refusal(decision) == expected
    if expected is not None:
        assert evolve(signer, decision) is signer


def test_signing_withdrawing_and_signing_again_numbers_the_acts() -> None:
    signer = NEWCOMER
    acts: list[int] = []
    for request in (sign(), withdraw(), sign()):
        decision = decide(signer, OPEN, request, NOW, PACKS)
        assert isinstance(decision, SignatureAccepted | SignatureWithdrawn)
        acts.append(decision.act)
        signer = evolve(signer, decision)

    assert acts == [1, 2, 3]
    assert signer == Signer(acts=3, signed=True, region="KZ-75")


def test_a_withdrawal_takes_the_region_that_was_counted() -> None:
    decision = decide(SIGNED, OPEN, withdraw(), NOW, PACKS)

    assert isinstance(decision, SignatureWithdrawn)
    assert decision.region == "KZ-71"


def test_another_payload_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        decide(NEWCOMER, OPEN, SignatureRefused(petition="p", signer="s", request="r", code="c"), NOW, PACKS)
