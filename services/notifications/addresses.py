"""Where people read of what an event is about: on the sites of the services that it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.notifications.about import About, Kind, PublicEvent
from schemas.notifications.consultations import CommentAnswered
from schemas.notifications.personal import PersonalEvent
from schemas.notifications.petitions import PetitionCommentHidden


@dataclass(frozen=True)
class Addresses:
    """`sites` are origins by service; `own` is this one's, for a service whose site is not known here."""

    sites: Mapping[str, str]
    own: str

    def subject(self, about: About) -> str:
        """The page of a petition or draft."""
        service = "petitions" if about.kind is Kind.PETITION else "consultations"
        return f"{self.sites.get(service, self.own).rstrip('/')}/{service}/{about.id}"

    def comment(self, about: About, comment: str) -> str:
        """The page of a comment; of a petition's, what leads to where it stands among all."""
        return f"{self.subject(about)}/comments/{comment}"

    def event(self, event: PublicEvent | PersonalEvent, interest: str = "") -> str:
        """The page that shows what happened: of a comment its own; of a campaign's answer the one that is followed."""
        comment = getattr(event, "comment", None)
        if isinstance(event, CommentAnswered) and event.campaign:
            comment = interest.partition("/")[2] or comment
        if isinstance(event, PetitionCommentHidden):
            comment = str(event.number)
        return self.subject(event.about) if comment is None else self.comment(event.about, comment)
