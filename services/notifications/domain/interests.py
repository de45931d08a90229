"""What can be followed, and which of it an event is about.

An interest is found by its key, by equality. A saved search is kept under its longest word, which is the rarest as a
rule, and then must find all its words in the titles of the event.
"""

from collections.abc import Collection, Iterator
from typing import Final

from schemas.notifications import consultations, petitions
from schemas.notifications.about import About, Kind
from schemas.notifications.consultations import ConsultationEvent
from schemas.notifications.parts import Priority
from schemas.notifications.personal import ClauseRemoved, PersonalEvent
from schemas.notifications.petitions import PetitionEvent
from schemas.payload import Payload

SEARCH: Final = "search"
FOLLOWABLE: Final = frozenset(
    {"petition", "consultation", "clause", "comment", "body", "region", "category", "level", SEARCH}
)
"""Kinds that people choose from."""

ACTED: Final = frozenset({"petition", "author", "said", "comment"})
"""Kinds that come of what somebody did: started a petition, said something to a clause."""

WHOLE: Final = "whole"
"""In place of a clause, for comments on the whole draft."""

WORDS: Final = 60
"""Words of an event's titles that saved searches are looked up by."""

_WIDELY_TOLD: Final = (
    petitions.PetitionDiscussionOpened,
    petitions.PetitionPublished,
    petitions.PetitionGoalReached,
    petitions.PetitionAnswered,
    consultations.ConsultationOpened,
    consultations.ConsultationReportPublished,
    consultations.ConsultationStageEntered,
)
"""Events that followers of a region, a topic, a level or a search are told of: what begins, and what comes of it."""

_TOLD_TO_NOBODY: Final = (
    petitions.PetitionCounted,
    petitions.PetitionCommented,
    petitions.PetitionCommentRetracted,
    consultations.CommentRetracted,
)
_OF_COMMENTS: Final = (
    petitions.PetitionCommentHidden,
    consultations.CommentPosted,
    consultations.CommentHidden,
    consultations.CommentRestored,
    consultations.CommentAnswered,
)
"""Events that only those are told of who follow a comment, or the clause it is about."""

_UNHURRIED: Final = (petitions.PetitionTextChanged, consultations.CommentPosted)
_URGENT: Final = (
    PersonalEvent,
    petitions.PetitionDutyReminded,
    petitions.PetitionDutyMissed,
    consultations.ConsultationDutyReminded,
    consultations.ConsultationDutyMissed,
)


def kind_of(interest: str) -> str:
    """The kind of an interest: what stands before its name."""
    return interest.partition(":")[0]


def search_for(words: Collection[str]) -> str:
    """The interest of a saved search for folded words: the same however they were written."""
    return f"{SEARCH}:{' '.join(sorted(set(words)))}"


def key_of(interest: str) -> str:
    """Under which an interest is kept and found."""
    kind, _, name = interest.partition(":")
    return f"word:{max(name.split(), key=len)}" if kind == SEARCH else interest


def finds(interest: str, words: Collection[str]) -> bool:
    """Whether an interest found by its key is met by an event with these words in its titles."""
    kind, _, name = interest.partition(":")
    return kind != SEARCH or all(word in words for word in name.split())


def keys_of(event: Payload, words: Collection[str]) -> tuple[str, ...]:
    """The keys of all interests that an event may be of; `words` are those of its titles, folded."""
    return () if _is_told_to_nobody(event) else tuple(dict.fromkeys(_keys(event, words)))


def priority_of(event: Payload) -> Priority:
    """How much the event hurries."""
    if isinstance(event, _URGENT):
        return Priority.URGENT
    return Priority.LOW if isinstance(event, _UNHURRIED) else Priority.NORMAL


def _keys(event: Payload, words: Collection[str]) -> Iterator[str]:
    match event:
        case ClauseRemoved():
            yield f"said:{event.about.id}/{event.clause}"
        case PersonalEvent():
            yield f"author:petition:{event.about.id}"
        case petitions.PetitionTextChanged():
            yield f"petition:{event.about.id}"
        case _ if isinstance(event, _OF_COMMENTS):
            yield from _of_comment(event)
        case PetitionEvent() | ConsultationEvent():
            yield from _of_subject(event.about)
            if isinstance(event, _WIDELY_TOLD):
                yield from _widely(event.about, words)


def _of_comment(event: Payload) -> Iterator[str]:
    match event:
        case consultations.CommentPosted():
            yield f"clause:{event.about.id}/{event.clause or WHOLE}"
            if event.parent is not None:
                yield f"comment:{event.about.id}/{event.parent}"
        case consultations.CommentHidden() | consultations.CommentRestored() | consultations.CommentAnswered():
            yield f"comment:{event.about.id}/{event.comment}"
        case petitions.PetitionCommentHidden():
            yield f"comment:{event.about.id}/{event.number}"


def _is_told_to_nobody(event: Payload) -> bool:
    """The answer to a campaign is told to each comment that it reaches, and to nobody by itself."""
    return isinstance(event, _TOLD_TO_NOBODY) or (isinstance(event, consultations.CommentAnswered) and event.campaign)


def _of_subject(about: About) -> Iterator[str]:
    yield f"{'petition' if about.kind is Kind.PETITION else 'consultation'}:{about.id}"
    yield f"body:{about.body}"


def _widely(about: About, words: Collection[str]) -> Iterator[str]:
    yield f"level:{about.level}"
    yield f"category:{about.category}"
    for region in (about.region, about.unit):
        if region is not None:
            yield f"region:{region}"
    for word in list(words)[:WORDS]:
        yield f"word:{word}"
