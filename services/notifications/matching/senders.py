"""The senders of a campaign: those whom its one answer has reached, by the comments they wrote.

Their comments are named by decisions, a page at a time; each of a page's fan-outs tells the same event. So whoever sent
several comments is told once, and who joins the campaign later is told when the answer reaches them.
"""

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.records import Recorded
from schemas.consultations.comments import CampaignReached
from schemas.envelope import Event, decision_id
from schemas.notifications.about import About, Origin
from schemas.notifications.consultations import CommentAnswered
from schemas.notifications.fan_outs import FanOutRequested
from schemas.notifications.parts import MOST_KEYS, News, Wanted
from schemas.payload import Payload
from schemas.topics import COMMENTS
from services.notifications.domain.interests import priority_of
from services.notifications.matching.requests import follow_up


def tell_senders(decision: Recorded, data: CampaignReached, about: About) -> Iterator[tuple[bytes, Event[Payload]]]:
    """The fan-outs to those who follow the comments that an answer has reached, as keys and requests."""
    answer = data.answer
    told = CommentAnswered(
        about=about,
        origin=Origin(topic=COMMENTS.name, partition=decision.partition, sequence=answer.sequence),
        comment=data.comment,
        campaign=True,
        outcome=str(answer.outcome),
        statement=answer.statement,
    )
    given = decision_id(COMMENTS.name, decision.partition, answer.sequence)
    event = str(uuid5(NAMESPACE_URL, f"kenes:campaign-answer:{given}"))
    for first in range(0, len(data.comments), MOST_KEYS):
        comments = data.comments[first : first + MOST_KEYS]
        request = FanOutRequested(
            event=event,
            news=News(event=told.TYPE, data=told.model_dump(mode="json")),
            wanted=Wanted(
                keys=tuple(f"comment:{data.consultation}/{each}" for each in comments),
                priority=priority_of(told),
                at=answer.at,
                late=True,
            ),
        )
        fan_out = f"{event}/{decision.event.id}/{first}"
        yield event.encode(), follow_up(request, fan_out, fan_out, decision.event.time, decision.event.traceparent)
