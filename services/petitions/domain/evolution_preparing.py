"""What decisions change in a petition before it collects: text, organisers, the public discussion, first supporters."""

from datetime import datetime, timedelta
from typing import Any

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Commented,
    DiscussionBegun,
    DiscussionRipened,
    Edited,
    GatheringBegun,
    OrganiserJoined,
    OrganiserLeft,
)
from services.petitions.domain.keeping import Change, noted
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Discussion, Organiser, Status


def _edited(petition: Petition, decision: Edited, at: datetime) -> dict[str, Any]:
    changed = {"text": decision.text, "revision": petition.revision + 1}
    # Who has signed, signed another text.
    return changed if petition.opened_at is None else changed | noted(petition, "edited", at)


def _joined(petition: Petition, decision: OrganiserJoined, at: datetime) -> dict[str, Any]:
    joined = Organiser(
        pseudonym=decision.organiser,
        place=decision.place,
        revision=decision.revision,
        listed=decision.listed,
        sealed=decision.sealed,
        owner=decision.mine.owner,
        at=at,
    )
    return {"organisers": (*_others(petition, decision.organiser), joined)}


def _left(petition: Petition, decision: OrganiserLeft, _at: datetime) -> dict[str, Any]:
    return {"organisers": _others(petition, decision.organiser)}


def _others(petition: Petition, pseudonym: str) -> tuple[Organiser, ...]:
    return tuple(each for each in petition.organisers if each.pseudonym != pseudonym)


def _discussed(petition: Petition, decision: DiscussionBegun, at: datetime) -> dict[str, Any]:
    begun = Discussion(opened_at=at, ripe_at=decision.ripe_at, until=decision.until, revision=petition.revision)
    return {"status": Status.DISCUSSION, "discussion": begun, **noted(petition, "discussion", at, "discussion")}


def _ripened(petition: Petition, _decision: DiscussionRipened, at: datetime) -> dict[str, Any]:
    return _discussion(petition, ripe=True) | noted(petition, "discussion-ripe", at, "discussion")


def _commented(petition: Petition, decision: Commented, _at: datetime) -> dict[str, Any]:
    if decision.answer_draft is not None:
        return {"answer_comments": petition.answer_comments + 1}
    return _discussion(petition, comments=decision.number)


def _discussion(petition: Petition, **changes: Any) -> dict[str, Any]:
    return {"discussion": petition.discussion and petition.discussion.model_copy(update=changes)}


def paused(discussion: Discussion, pause: timedelta) -> Discussion:
    """The discussion after a pause in which no time ran."""
    until = discussion.until and discussion.until + pause
    return discussion.model_copy(update={"ripe_at": discussion.ripe_at + pause, "until": until})


def _gathering(petition: Petition, decision: GatheringBegun, at: datetime) -> dict[str, Any]:
    return {"status": Status.GATHERING, "needed": decision.needed, **noted(petition, "gathering", at, "supporters")}


CHANGES: dict[type[Payload], Change] = {
    Edited: _edited,
    OrganiserJoined: _joined,
    OrganiserLeft: _left,
    DiscussionBegun: _discussed,
    DiscussionRipened: _ripened,
    Commented: _commented,
    GatheringBegun: _gathering,
}
