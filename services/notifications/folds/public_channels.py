"""The fold of public channels: which a body has, and who has done what about them."""

from collections.abc import Iterator

from kenes.kafka.records import Recorded
from kenes.mongo.operations import Insert, Operation, Put
from schemas.envelope import sequence_of
from schemas.notifications.public_channels import PublicChannelAsked, PublicChannelDeclined, PublicChannelLinked
from schemas.notifications.subscriptions import ChannelEnded
from services.notifications.domain.subscriber import Subscriber

CHANNELS = "public_channels"
ACTS = "public_channel_acts"


def fold_public_channel(after: Subscriber, decision: Recorded) -> Iterator[Operation]:
    """One document per channel, by its body, and one for each thing that was done about it. `after` is its state."""
    public, data = after.public, decision.data
    if public is None:
        return
    told = {"body": public.body, "name": public.name}
    match data:
        case PublicChannelAsked(by=by):
            yield Put(CHANNELS, {"_id": decision.event.subject, **told})
            act, reason = "asked", ""
        case PublicChannelLinked():
            by, act, reason = None, "linked", ""
        case PublicChannelDeclined(fault=reason):
            by, act = None, "declined"
        case ChannelEnded(by=by):
            act, reason = "ended", str(data.cause)
        case _:
            return
    yield Insert(
        ACTS,
        {
            "_id": f"{decision.partition}-{sequence_of(decision.event)}",
            **told,
            "subscriber": decision.event.subject,
            "act": act,
            "reason": reason,
            "by": None if by is None else by.model_dump(),
            "at": decision.event.time,
        },
    )
