"""Those who acted: they follow what became of it without asking, and are told what is for them alone.

Who started a petition or stands behind it follows it, and who commented follows the comment and its clause. What only
they may know never passes the public topic: it goes straight to a fan-out.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.identity.sealing import Keyring, UnsealError
from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from kenes.mongo.client import Database
from kenes.observe.logs import get_logger
from schemas.consultations.clauses import Clause
from schemas.consultations.comments import CampaignReached, Posted
from schemas.consultations.course import VersionAdded
from schemas.envelope import Event, sequence_of
from schemas.notifications.about import About, Origin
from schemas.notifications.personal import (
    ClauseRemoved,
    PersonalEvent,
    PetitionAuthorInvited,
    PetitionDiscussionRipened,
    PetitionModerationBegun,
    PetitionOrganiserJoined,
    PetitionOrganiserLeft,
    PetitionRejected,
    PetitionReturned,
)
from schemas.notifications.subscriptions import FollowRequested
from schemas.payload import Payload
from schemas.petitions import v1 as petitions
from schemas.topics import (
    COMMENTS,
    CONSULTATIONS,
    FAN_OUT_REQUESTS,
    PETITIONS,
    SUBSCRIPTION_REQUESTS,
    Topic,
)
from services.notifications.matching.requests import fan_out_of, follow_up
from services.notifications.matching.senders import tell_senders
from services.notifications.people import subscriber_at
from services.notifications.publishing.relay import SUBJECTS
from services.notifications.publishing.subjects import Subject

_log = get_logger(__name__)

DRAFTS: Final = "drafts"
"""Collection: the clauses of each draft's newest version, `{_id: consultation, version, clauses}`."""

PAUSE: Final = 0.25
"""Seconds between two looks for a subject that another process is writing."""
LEARNED_WITHIN: Final = 120.0
"""Seconds that the relay may be behind: what nobody can make sense of must not hold up the others for good."""

_Asked = tuple[bytes, Event[Payload]]


@dataclass(frozen=True)
class Acts:
    """Reads the decisions of other services. Whatever it asks for twice is refused."""

    keyring: Keyring
    database: Database
    producer: Producer

    def worker(self) -> Worker:
        """The worker on the topics."""
        return Worker("acts", (PETITIONS, CONSULTATIONS, COMMENTS), self.handle)

    async def handle(self, topic: Topic, events: Sequence[Recorded]) -> None:
        """Asks for what follows from a batch; follows first, so that nobody is forgotten."""
        standing = [each for each in events if each.event.offset in (None, each.offset)]
        follows = [asked for each in standing for asked in self._follows(each)]
        if follows:
            await self.producer.send_each(SUBSCRIPTION_REQUESTS, follows)
        for each in standing:
            if news := await self._news(topic, each):
                await self.producer.send_each(FAN_OUT_REQUESTS, news)
            if isinstance(each.data, VersionAdded):
                await self._keep_clauses(each.data)

    def _follows(self, decision: Recorded) -> Iterator[_Asked]:
        data, event = decision.data, decision.event
        if not isinstance(data, _FOLLOWING):
            return
        owner, interests = data.mine.owner, _interests(data)
        try:
            who = subscriber_at(self.keyring, self.keyring.open_owner(owner))
        except UnsealError:
            # Sealed by another installation: whoever it was is nobody here.
            _log.warning("an owner cannot be opened", event_id=event.id)
            return
        for interest in interests:
            request = FollowRequested(
                subscriber=who, owner=owner, account=True, interest=interest, acted=True, since=event.time
            )
            yield who.encode(), follow_up(request, who, f"{event.id}/{interest}", event.time, event.traceparent)

    async def _news(self, topic: Topic, decision: Recorded) -> list[_Asked]:
        """What those concerned are told of a decision."""
        if not isinstance(decision.data, (VersionAdded, CampaignReached, *_TOLD_TO_AUTHORS)):
            return []
        origin = Origin(topic=topic.name, partition=decision.partition, sequence=sequence_of(decision.event))
        about = await self._about(decision.event.subject)
        if about is None:
            return []
        if isinstance(decision.data, CampaignReached):
            return list(tell_senders(decision, decision.data, about))
        if isinstance(decision.data, VersionAdded):
            gone = await self._removed(decision.data)
            version = decision.data.version
            told = [ClauseRemoved(about=about, origin=origin, clause=each, version=version) for each in gone]
            return [_news_of(each, each.clause, decision) for each in told]
        return [_news_of(_personal(decision.data, about, origin), "", decision)]

    async def _about(self, subject: str) -> About | None:
        """What a decision is about, once the relay of public events has learned of it; `None` where it never does."""
        try:
            async with asyncio.timeout(LEARNED_WITHIN):
                while True:
                    found = await self.database[SUBJECTS].find_one({"_id": subject})
                    if found is not None:
                        return Subject.model_validate(found).about
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            _log.warning("nobody is told of a subject whose beginning is not known", subject=subject)
            return None

    async def _removed(self, added: VersionAdded) -> list[str]:
        """The clauses of the version before that this one no longer has."""
        before = await self.database[DRAFTS].find_one({"_id": added.consultation})
        if before is None or before["version"] >= added.version:
            return []
        return sorted(set(before["clauses"]) - set(_clauses(added)))

    async def _keep_clauses(self, added: VersionAdded) -> None:
        newer = {"_id": added.consultation, "version": added.version, "clauses": sorted(set(_clauses(added)))}
        known = await self.database[DRAFTS].find_one({"_id": added.consultation})
        if known is None or known["version"] < added.version:
            await self.database[DRAFTS].replace_one({"_id": added.consultation}, newer, upsert=True)


_FOLLOWING: Final = (petitions.Created, petitions.OrganiserJoined, petitions.Commented, Posted)


def _interests(data: petitions.Created | petitions.OrganiserJoined | petitions.Commented | Posted) -> list[str]:
    """What somebody follows by an act."""
    match data:
        case petitions.Created():
            return [f"petition:{data.petition}", f"author:petition:{data.petition}"]
        case petitions.OrganiserJoined():
            return [f"petition:{data.petition}"]
        case petitions.Commented():
            return [f"comment:{data.petition}/{data.number}"]
        case Posted():
            clause = [] if data.anchor is None else [f"said:{data.consultation}/{data.anchor.clause}"]
            return [f"comment:{data.consultation}/{data.comment}", *clause]


_TOLD_TO_AUTHORS: Final[dict[type[Payload], tuple[type[PersonalEvent], dict[str, str]]]] = {
    petitions.OrganiserJoined: (PetitionOrganiserJoined, {"place": "place"}),
    petitions.OrganiserLeft: (PetitionOrganiserLeft, {}),
    petitions.DiscussionRipened: (PetitionDiscussionRipened, {}),
    petitions.ModerationBegun: (PetitionModerationBegun, {"due_at": "due_at"}),
    petitions.Returned: (PetitionReturned, {"reason": "explanation"}),
    petitions.Rejected: (PetitionRejected, {"reason": "explanation"}),
    petitions.AuthorInvited: (PetitionAuthorInvited, {"message": "message"}),
}
"""What a petition's author is told of a decision, and which of its members are told, by what they are called there."""


def _personal(data: Payload, about: About, origin: Origin) -> PersonalEvent:
    event, members = _TOLD_TO_AUTHORS[type(data)]
    return event(about=about, origin=origin, **{name: getattr(data, member) for name, member in members.items()})


def _news_of(told: PersonalEvent, part: str, decision: Recorded) -> _Asked:
    at: datetime = decision.event.time
    event = str(uuid5(NAMESPACE_URL, f"kenes:personal:{decision.event.id}/{part}"))
    request = fan_out_of(event, told, told.about, at)
    if request is None:
        raise TypeError(f"{told.TYPE} concerns nobody")
    return event.encode(), follow_up(request, event, event, at, decision.event.traceparent)


def _clauses(added: VersionAdded) -> Iterator[str]:
    waiting: list[Clause] = [clause for text in added.texts for clause in text.tree.clauses]
    while waiting:
        clause = waiting.pop()
        yield clause.id
        waiting += clause.children
