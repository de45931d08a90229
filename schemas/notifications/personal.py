"""What only those concerned are told: never on the public topic."""

from datetime import datetime
from typing import ClassVar, Final

from schemas.notifications.about import About, Origin
from schemas.payload import Payload


class PersonalEvent(Payload):
    """Something that those who acted on a petition or draft are told."""

    about: About
    origin: Origin


class PetitionOrganiserJoined(PersonalEvent):
    """Somebody stands behind the petition, and counts for this `place`: a country or region by ISO 3166 code."""

    TYPE: ClassVar[str] = "notifications.petition.organiser-joined.v1"
    place: str


class PetitionOrganiserLeft(PersonalEvent):
    """Somebody no longer stands behind the petition."""

    TYPE: ClassVar[str] = "notifications.petition.organiser-left.v1"


class PetitionDiscussionRipened(PersonalEvent):
    """The text has been discussed for as long as it must be: its author may hand it in."""

    TYPE: ClassVar[str] = "notifications.petition.discussion-ripened.v1"


class PetitionModerationBegun(PersonalEvent):
    """The text lies with the moderators, who decide by `due_at`, UTC."""

    TYPE: ClassVar[str] = "notifications.petition.moderation-begun.v1"
    due_at: datetime


class PetitionReturned(PersonalEvent):
    """Moderation gave the text back to be mended."""

    TYPE: ClassVar[str] = "notifications.petition.returned.v1"
    reason: str


class PetitionRejected(PersonalEvent):
    """Moderation found that the petition may not be published."""

    TYPE: ClassVar[str] = "notifications.petition.rejected.v1"
    reason: str


class PetitionAuthorInvited(PersonalEvent):
    """The body has invited the author to be heard."""

    TYPE: ClassVar[str] = "notifications.petition.author-invited.v1"
    message: str


class ClauseRemoved(PersonalEvent):
    """A new version of the draft no longer has the clause that was commented on."""

    TYPE: ClassVar[str] = "notifications.clause.removed.v1"
    clause: str
    version: int


PERSONAL_TYPES: Final[dict[str, type[PersonalEvent]]] = {
    event.TYPE: event
    for event in (
        PetitionOrganiserJoined,
        PetitionOrganiserLeft,
        PetitionDiscussionRipened,
        PetitionModerationBegun,
        PetitionReturned,
        PetitionRejected,
        PetitionAuthorInvited,
        ClauseRemoved,
    )
}
