"""The one registry of topics: nothing else knows them all, and each is named once, beside its service's payloads."""

from schemas.console.topics import ACT_REQUESTS, ACTS
from schemas.consultations.topics import (
    COMMENT_REQUESTS,
    COMMENTS,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    LARGEST_DRAFT,
    VOTE_REQUESTS,
    VOTES,
)
from schemas.notifications.topics import (
    DELIVERIES,
    DELIVERY_ATTEMPTS,
    DELIVERY_REQUESTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    PUBLIC_EVENTS,
    PUBLICATION_REQUESTS,
    STREAM_REQUESTS,
    STREAMS,
    SUBSCRIPTION_REQUESTS,
    SUBSCRIPTIONS,
)
from schemas.petitions.topics import (
    PETITION_REQUESTS,
    PETITIONS,
    SIGNATURE_REQUESTS,
    SIGNATURES,
)
from schemas.topic import Topic

__all__ = [
    "ACTS",
    "ACT_REQUESTS",
    "COMMENTS",
    "COMMENT_REQUESTS",
    "CONSULTATIONS",
    "CONSULTATION_REQUESTS",
    "DELIVERIES",
    "DELIVERY_ATTEMPTS",
    "DELIVERY_REQUESTS",
    "FAN_OUTS",
    "FAN_OUT_REQUESTS",
    "LARGEST_DRAFT",
    "LARGEST_RECORD",
    "PETITIONS",
    "PETITION_REQUESTS",
    "PUBLICATION_REQUESTS",
    "PUBLIC_EVENTS",
    "REGISTRY",
    "SIGNATURES",
    "SIGNATURE_REQUESTS",
    "STREAMS",
    "STREAM_REQUESTS",
    "SUBSCRIPTIONS",
    "SUBSCRIPTION_REQUESTS",
    "VOTES",
    "VOTE_REQUESTS",
    "Topic",
    "all_topics",
]

REGISTRY: tuple[Topic, ...] = (
    PETITION_REQUESTS,
    PETITIONS,
    SIGNATURE_REQUESTS,
    SIGNATURES,
    CONSULTATION_REQUESTS,
    CONSULTATIONS,
    COMMENT_REQUESTS,
    COMMENTS,
    VOTE_REQUESTS,
    VOTES,
    PUBLICATION_REQUESTS,
    PUBLIC_EVENTS,
    SUBSCRIPTION_REQUESTS,
    SUBSCRIPTIONS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    DELIVERY_REQUESTS,
    DELIVERIES,
    STREAM_REQUESTS,
    STREAMS,
    DELIVERY_ATTEMPTS,
    ACT_REQUESTS,
    ACTS,
)


LARGEST_RECORD = max(int(topic.config.get("max.message.bytes", 0)) for topic in REGISTRY)
"""Bytes that whoever writes to these topics must be able to send at once."""


def all_topics(registry: tuple[Topic, ...] = REGISTRY) -> tuple[Topic, ...]:
    """Every topic to create: those of the registry, each followed by its dead letters."""
    return tuple(t for topic in registry for t in (topic, topic.dead_letters))
