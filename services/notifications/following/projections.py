"""What is kept of followers and of what they are told."""

from typing import Final

from kenes.mongo.projection import Index, Projection
from schemas.topics import DELIVERIES, FAN_OUTS, SUBSCRIPTIONS
from services.notifications.folds.deliveries import fold_deliveries
from services.notifications.folds.fan_outs import fold_fan_outs
from services.notifications.folds.public_channels import ACTS, CHANNELS
from services.notifications.folds.subscriptions import fold_subscriptions

FOLLOWERS: Final = Projection(
    name="subscriptions",
    topic=SUBSCRIPTIONS,
    collections={
        "subscribers": (),
        "follows": (Index(("page",)),),
        "shelves": (Index(("key",)),),
        "subscription_receipts": (),
        CHANNELS: (Index(("body",)),),
        ACTS: (Index(("subscriber", "at")),),
    },
    fold=fold_subscriptions,
)
NEWS: Final = Projection(name="fan-outs", topic=FAN_OUTS, collections={"news": ()}, fold=fold_fan_outs)
TOLD: Final = Projection(
    name="deliveries",
    topic=DELIVERIES,
    collections={
        "deliveries": (Index(("page",)), Index(("unread_of",)), Index(("subscriber", "inbox", "at"))),
        "agendas": (),
        "delivery_receipts": (),
    },
    fold=fold_deliveries,
)
PROJECTIONS: Final = (FOLLOWERS, NEWS, TOLD)
