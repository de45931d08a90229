"""What people ask for, as requests on the topics. Produces and waits; decides nothing."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.kafka.tail import Tail
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking, Outcome, actor, eligibility, private_entry, sealed_name
from kenes.service.directory import Entry
from kenes.service.naming import new_id
from schemas.consultations.comments import CommentRequest, PostRequested
from schemas.consultations.course import CourseRequest
from schemas.consultations.parts import Anchor, Stakeholder, Vote
from schemas.consultations.votes import VoteRequested
from schemas.parts import Actor, Language, Seen
from services.consultations.domain.hearing import Hearing
from services.consultations.hearings import Hearings
from services.consultations.reading import Comment

SOURCE = "/consultations"


class UnknownConsultationError(LookupError):
    """There is no consultation with this id."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who somebody speaks for, on their own word or vouched for by the identity provider."""

    stakeholder: Stakeholder = Stakeholder.PUBLIC
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands that replies to another: under which, in which thread, how deep."""

    parent: str
    thread: str
    depth: int

    @classmethod
    def under(cls, parent: Comment) -> Self:
        """Of a reply to this comment."""
        return cls(parent.id, parent.thread or parent.id, parent.depth + 1)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says, to which version of a draft, where in it, and in reply to what."""

    text: str
    language: Language
    version: int
    anchor: Anchor | None = None
    under: Place | None = None
    listed: bool = True


@dataclass(frozen=True)
class Commands:
    """Sends requests of identified people. All methods raise `BrokerUnavailableError`; `wait` is in seconds."""

    keyring: Keyring
    vault: Vault
    hearings: Hearings
    consultations: Tail
    course: Asking
    comments: Asking
    votes: Asking

    def actor(self, consultation: str, person: Person) -> Actor:
        """How a person appears in requests about a consultation."""
        return actor(self.keyring, consultation, person)

    def new_consultation(self, person: Person, idempotency_key: str | None) -> str:
        """The id of a new consultation; the same key of the same person names the same one."""
        return new_id(self.keyring, "consultations", person, idempotency_key)

    def new_comment(self, person: Person, consultation: str, idempotency_key: str | None) -> str:
        """The id of a new comment; the same key of the same person names the same one of this consultation.

        Elsewhere it names another: comments are kept by their ids, whatever they are about.
        """
        return new_id(self.keyring, f"comments on {consultation}", person, idempotency_key)

    async def steer(self, request: CourseRequest, wait: float) -> Outcome:
        """Sends a request on the course as it is."""
        return await self.course.ask(request.consultation, request.consultation, request, wait)

    async def post(
        self, person: Person, consultation: str, comment: str, speaker: Speaker, words: Words, wait: float
    ) -> Outcome:
        """Comments. Raises `UnknownConsultationError`, `DatabaseUnavailableError`."""
        seen = (await self._hearing(consultation)).seen
        key = await self.vault.key_of(person.id)
        told: dict[str, bool | str | None] = {"consultation": consultation, "comment": comment, "listed": words.listed}
        request = PostRequested(
            consultation=consultation,
            comment=comment,
            seen=seen,
            actor=self.actor(consultation, person),
            eligibility=eligibility(person),
            version=words.version,
            anchor=words.anchor,
            parent=None if words.under is None else words.under.parent,
            thread=None if words.under is None else words.under.thread,
            depth=0 if words.under is None else words.under.depth,
            stakeholder=speaker.stakeholder,
            verified=speaker.verified,
            language=words.language,
            text=words.text,
            listed=words.listed,
            sealed=sealed_name(key, consultation, person),
            mine=private_entry(self.keyring, key, f"{consultation}/{comment}", person, told),
        )
        return await self.about_comment(request, wait)

    async def known(self, person: Person, consultation: str, comment: str) -> dict[str, Any]:
        """What every request of a person about a comment has. Raises `UnknownConsultationError`."""
        return {
            "consultation": consultation,
            "comment": comment,
            "seen": await self.seen(consultation),
            "actor": self.actor(consultation, person),
        }

    async def about_comment(self, request: CommentRequest, wait: float) -> Outcome:
        """Sends a request on a comment as it is."""
        return await self.comments.ask(request.consultation, request.consultation, request, wait)

    async def vote(
        self, person: Person, consultation: str, comment: str, author: str, speaker: Speaker, vote: Vote, wait: float
    ) -> Outcome:
        """Votes on a comment of `author`. Raises `UnknownConsultationError`."""
        seen = (await self._hearing(consultation)).seen
        who = self.actor(consultation, person)
        request = VoteRequested(
            consultation=consultation,
            comment=comment,
            author=author,
            actor=who,
            stakeholder=speaker.stakeholder,
            verified=speaker.verified,
            eligibility=eligibility(person),
            vote=vote,
            seen=seen,
        )
        return await self.votes.ask(who.pseudonym, consultation, request, wait)

    async def seen(self, consultation: str) -> Seen:
        """The newest decision on a consultation known here. Raises `UnknownConsultationError`."""
        return (await self._hearing(consultation)).seen

    async def _hearing(self, consultation: str) -> Entry[Hearing]:
        """What the directory says; asked again once it has read everything, before one is called unknown."""
        entry = self.hearings.get(consultation)
        if entry is None and _is_id(consultation):
            await self.consultations.up_to_date()
            entry = self.hearings.get(consultation)
        if entry is None:
            raise UnknownConsultationError(consultation)
        return entry


def _is_id(text: str) -> bool:
    """Spares the broker questions about ids that were never made here."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
