"""Signing and withdrawing: one person, one petition, one signature that counts or does not."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Closed,
    Created,
    GatheringBegun,
    ModerationBegun,
    Published,
    Resumed,
    Retired,
    RulePackRef,
    SignatureAccepted,
    SignatureRefused,
    SignatureWithdrawn,
    SignRequested,
    Suspended,
    VerdictUndone,
    Withdrawn,
    WithdrawRequested,
)
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, refusal_of


@dataclass(frozen=True, slots=True)
class SigningWindow:
    """When a petition may be signed, and under which rules. Instants are UTC; it ends at `closes_at` or `closed_at`,
    whichever comes first.

    It opens twice where supporters are gathered first: for them, and for everybody once it is published. `besides` is
    who may not sign the first time.
    """

    rules: RulePackRef
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    besides: str | None = None

    def refusal(self, now: datetime) -> Refusal | None:
        """Why nobody can sign at `now`, or `None`.

        A request from before the end is heard even when it is decided after it.
        """
        if self.opened_at is None:
            return Refusal.PETITION_NOT_OPEN
        # A clock that comes late closes late: that lets nobody in who came after the end.
        over = any(end is not None and now >= end for end in (self.closes_at, self.closed_at))
        return Refusal.PETITION_CLOSED if over else None


_ENDING = (ModerationBegun, VerdictUndone, Closed, Withdrawn, Retired, Suspended)


def window_after(window: SigningWindow | None, decision: Payload, at: datetime) -> SigningWindow | None:
    """The window after a life-cycle decision taken at `at`; `None` for a petition nobody knows."""
    if isinstance(decision, Created):
        return SigningWindow(rules=decision.rules)
    if window is None or isinstance(decision, _ENDING):
        return window and replace(window, closed_at=window.closed_at or at)
    match decision:
        case GatheringBegun(until=closes_at, besides=besides):
            return SigningWindow(window.rules, opened_at=at, closes_at=closes_at, besides=besides)
        case Published(closes_at=closes_at):
            return SigningWindow(window.rules, opened_at=at, closes_at=closes_at)
        case Resumed(closes_at=datetime() as closes_at):
            return replace(window, closes_at=closes_at, closed_at=None)
        case _:
            return window


@dataclass(frozen=True, slots=True)
class Signer:
    """One signer's standing on one petition: how many acts counted, and whether the last one was a signature."""

    acts: int = 0
    signed: bool = False
    region: str = ""


NEWCOMER = Signer()


def decide(
    signer: Signer,
    window: SigningWindow | None,
    request: Payload,
    now: datetime,
    packs: RulePacks,
) -> Payload:
    """The decision on a signature request: accepted, withdrawn, or a refusal.

    `window` is `None` for a petition nobody knows. `now` is the request record's own timestamp, UTC.
    Raises `TypeError` on a payload that is no such request.
    """
    match request:
        case SignRequested():
            return _sign(signer, window, request, now, packs)
        case WithdrawRequested():
            return _withdraw(signer, window, request, now)
        case _:
            raise TypeError(f"{type(request).__name__} is not a signature request")


def _sign(
    signer: Signer, window: SigningWindow | None, request: SignRequested, now: datetime, packs: RulePacks
) -> Payload:
    if window is None:
        return _refused(request, Refusal.PETITION_UNKNOWN)
    if signer.signed:
        return _refused(request, Refusal.ALREADY_SIGNED)
    if refusal := window.refusal(now) or refusal_of(packs.pinned(window.rules).signer, request.eligibility):
        return _refused(request, refusal)
    if request.signer == window.besides:
        return _refused(request, Refusal.OWN_PETITION)
    if not request.eligibility.region:
        return _refused(request, Refusal.REGION_MISSING)
    return SignatureAccepted(
        petition=request.petition,
        signer=request.signer,
        act=signer.acts + 1,
        region=request.eligibility.region,
        listed=request.listed,
        sealed=request.sealed,
        mine=request.mine,
    )


def _withdraw(signer: Signer, window: SigningWindow | None, request: WithdrawRequested, now: datetime) -> Payload:
    if window is None:
        return _refused(request, Refusal.PETITION_UNKNOWN)
    if not signer.signed:
        return _refused(request, Refusal.NOT_SIGNED)
    if refusal := window.refusal(now):
        return _refused(request, refusal)
    return SignatureWithdrawn(
        petition=request.petition,
        signer=request.signer,
        act=signer.acts + 1,
        region=signer.region,
        mine=request.mine,
    )


def _refused(request: SignRequested | WithdrawRequested, refusal: Refusal) -> SignatureRefused:
    return SignatureRefused(petition=request.petition, signer=request.signer, request=request.TYPE, code=refusal)


def evolve(signer: Signer, decision: Payload) -> Signer:
    """The signer's standing after a decision. A refusal changes nothing."""
    match decision:
        case SignatureAccepted():
            return Signer(acts=decision.act, signed=True, region=decision.region)
        case SignatureWithdrawn():
            return Signer(acts=decision.act, signed=False, region="")
        case _:
            return signer
