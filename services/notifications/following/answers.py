"""How the API of followers answers."""

from typing import Final

from kenes.service.answers import Answers
from schemas.notifications.topics import DELIVERIES, SUBSCRIPTIONS
from services.notifications.api import PREFIX
from services.notifications.domain.refusals import Refusal

ANSWERS: Final = Answers(
    prefix=PREFIX,
    kinds={"subscription": SUBSCRIPTIONS, "delivery": DELIVERIES},
    subject="subscriber",
    statuses={
        Refusal.NOT_FOLLOWED: 404,
        Refusal.CHANNEL_UNKNOWN: 404,
        Refusal.DELIVERY_UNKNOWN: 404,
        Refusal.NOTHING_TO_ERASE: 404,
        Refusal.INTEREST_UNKNOWN: 422,
        Refusal.ZONE_UNKNOWN: 422,
        Refusal.QUIET_HOURS_EMPTY: 422,
    },
    made={},
)
