"""Why a request of a subscriber is refused. The words are stable: clients and translations key on them."""

from enum import StrEnum


class Refusal(StrEnum):
    """A code per reason; `services/notifications/locales` says each in words."""

    SAME_FOLLOW = "same-follow"
    NOT_FOLLOWED = "not-followed"
    INTEREST_UNKNOWN = "interest-unknown"
    TOO_MANY_FOLLOWS = "too-many-follows"
    CHANNEL_UNKNOWN = "channel-unknown"
    CHANNEL_CONFIRMED = "channel-confirmed"
    TOO_MANY_CHANNELS = "too-many-channels"
    CHANNEL_LINKED = "channel-linked"
    STALE_CHECK = "stale-check"
    ZONE_UNKNOWN = "zone-unknown"
    QUIET_HOURS_EMPTY = "quiet-hours-empty"
    NOTHING_TO_ERASE = "nothing-to-erase"
    TOLD_BEFORE = "told-before"
    STALE_PAGE = "stale-page"
    DELIVERY_UNKNOWN = "delivery-unknown"
    NOT_QUEUED = "not-queued"
    NOT_GIVEN_UP = "not-given-up"
    NOT_UNREAD = "not-unread"
