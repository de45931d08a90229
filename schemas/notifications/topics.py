"""The topics of notifications."""

from datetime import timedelta

from schemas.notifications import deliveries, fan_outs, public_channels, publication, streams, subscriptions
from schemas.notifications.public import PUBLIC_TYPES
from schemas.topic import Topic

PUBLICATION_REQUESTS = Topic(
    name="notifications.publication-requests.v1",
    owner="notifications",
    key="petition or consultation",
    payloads=(publication.PublicationRequested,),
    partitions=1,
    retention=timedelta(days=30),
    description="Facts of petitions and consultations that everybody may know.",
)
PUBLIC_EVENTS = Topic(
    name="notifications.public-events.v1",
    owner="notifications",
    key="petition or consultation",
    payloads=(*PUBLIC_TYPES.values(), publication.PublicationRefused),
    partitions=PUBLICATION_REQUESTS.partitions,
    description="What everybody may know, in one order: an offset is a place from which nothing was missed.",
)
STREAM_REQUESTS = Topic(
    name="notifications.stream-requests.v1",
    owner="notifications",
    key="stream",
    payloads=streams.STREAM_REQUESTS,
    partitions=6,
    retention=timedelta(days=30),
    description="What owners of streams ask, and what the sending side found out about their receivers.",
)
STREAMS = Topic(
    name="notifications.streams.v1",
    owner="notifications",
    key="stream",
    payloads=streams.STREAM_DECISIONS,
    partitions=STREAM_REQUESTS.partitions,
    description="What was decided about each stream of public events to somebody's address.",
)
DELIVERY_ATTEMPTS = Topic(
    name="notifications.delivery-attempts.v1",
    owner="notifications",
    key="stream",
    payloads=(streams.DeliveryAttempted,),
    partitions=STREAM_REQUESTS.partitions,
    retention=timedelta(days=30),
    description="Each try to deliver an event to a stream's receiver, and how it ended.",
)

SUBSCRIPTION_REQUESTS = Topic(
    name="notifications.subscription-requests.v1",
    owner="notifications",
    key="subscriber: a keyed hash of the person",
    payloads=(*subscriptions.SUBSCRIPTION_REQUESTED, *public_channels.PUBLIC_CHANNEL_REQUESTED),
    partitions=12,
    retention=timedelta(days=30),
    description="What people want to be told of, and by which ways.",
)
SUBSCRIPTIONS = Topic(
    name="notifications.subscriptions.v1",
    owner="notifications",
    key="subscriber: a keyed hash of the person",
    payloads=(*subscriptions.SUBSCRIPTION_DECIDED, *public_channels.PUBLIC_CHANNEL_DECIDED),
    partitions=SUBSCRIPTION_REQUESTS.partitions,
    description="Who follows what, and how they are told.",
)
FAN_OUT_REQUESTS = Topic(
    name="notifications.fan-out-requests.v1",
    owner="notifications",
    key="event",
    payloads=fan_outs.FAN_OUT_REQUESTED,
    partitions=6,
    retention=timedelta(days=30),
    description="Events that followers are to be told of, and how far that has come.",
)
FAN_OUTS = Topic(
    name="notifications.fan-outs.v1",
    owner="notifications",
    key="event",
    payloads=fan_outs.FAN_OUT_DECIDED,
    partitions=FAN_OUT_REQUESTS.partitions,
    description="What is told, and how many were told of it.",
)
DELIVERY_REQUESTS = Topic(
    name="notifications.delivery-requests.v1",
    owner="notifications",
    key="subscriber: a keyed hash of the person",
    payloads=deliveries.DELIVERY_REQUESTED,
    partitions=12,
    retention=timedelta(days=30),
    description="Who is to be told of what, how each try ended, and what was read.",
)
DELIVERIES = Topic(
    name="notifications.deliveries.v1",
    owner="notifications",
    key="subscriber: a keyed hash of the person",
    payloads=deliveries.DELIVERY_DECIDED,
    partitions=DELIVERY_REQUESTS.partitions,
    description="What became of each delivery; what is still to be sent is a fold of this topic.",
)
