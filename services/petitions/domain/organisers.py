"""The organisers: people who stand behind a petition before it is handed in, where the rules ask for some."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    JoinOrganisersRequested,
    LeaveOrganisersRequested,
    OrganiserJoined,
    OrganiserLeft,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.preparing import Organisers
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, refusal_of
from services.petitions.domain.status import EDITABLE, Organiser


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands behind the text as it is now: how many by place, the most first; `stale` stand behind an older one."""

    places: dict[str, int]
    stale: int

    @property
    def number(self) -> int:
        """All who stand behind the text."""
        return sum(self.places.values())

    def enough(self, asked: Organisers) -> bool:
        """Whether they are as many, of as many places, as the rules ask for."""
        return self.number >= asked.minimum and len(self.places) >= asked.different


def standing(petition: Petition) -> Standing:
    """Who stands behind the petition. A changed text has to be agreed to anew, but by who changed it."""
    agreed = [each for each in petition.organisers if agrees(each, petition)]
    places = Counter(each.place for each in agreed)
    return Standing(dict(places.most_common()), len(petition.organisers) - len(agreed))


def organiser_of(petition: Petition, pseudonym: str) -> Organiser | None:
    """The organiser with this pseudonym."""
    return next((each for each in petition.organisers if each.pseudonym == pseudonym), None)


def join(petition: Petition, request: JoinOrganisersRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    """Whoever may start such a petition may stand behind one, with the text before them."""
    pack = packs.pinned(petition.rules)
    if pack.organisers is None:
        return Refusal.ORGANISERS_NOT_ASKED
    if unfit := _unless_open(petition, request) or refusal_of(pack.author, request.eligibility):
        return unfit
    place = pack.organisers.place(request.eligibility.region)
    if place is None:
        return Refusal.PLACE_NOT_COUNTED
    return OrganiserJoined(
        petition=petition.id,
        organiser=request.actor.pseudonym,
        place=place,
        revision=request.revision,
        listed=request.listed,
        sealed=request.sealed,
        mine=request.mine,
    )


def leave(
    petition: Petition, request: LeaveOrganisersRequested, _now: datetime, _packs: RulePacks
) -> Payload | Refusal:
    """Until the petition is handed in; afterwards their number is what it was handed in with."""
    if organiser_of(petition, request.actor.pseudonym) is None:
        return Refusal.NOT_ORGANISER
    if petition.status not in EDITABLE:
        return Refusal.TOO_LATE
    return OrganiserLeft(petition=petition.id, organiser=request.actor.pseudonym)


def refusal(petition: Petition, packs: RulePacks) -> Refusal | None:
    """Why the petition cannot be handed in for want of organisers, or `None`."""
    asked = packs.pinned(petition.rules).organisers
    return Refusal.ORGANISERS_MISSING if asked is not None and not standing(petition).enough(asked) else None


def _unless_open(petition: Petition, request: JoinOrganisersRequested) -> Refusal | None:
    if petition.status not in EDITABLE:
        return Refusal.NOT_A_DRAFT
    if request.revision != petition.revision:
        return Refusal.STALE_REVISION
    known = organiser_of(petition, request.actor.pseudonym)
    return Refusal.ALREADY_ORGANISER if known is not None and agrees(known, petition) else None


def agrees(organiser: Organiser, petition: Petition) -> bool:
    """Whether an organiser stands behind the text as it is now."""
    return organiser.revision == petition.revision or organiser.pseudonym == petition.author
