"""What the processes run for those who follow: deciders, matching and sending; the API and the pages of letters."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kenes.identity.sealing import Keyring
from kenes.kafka.decider import DecisionState
from kenes.kafka.stream import deciders_group
from kenes.kafka.waiting import Decisions
from kenes.kafka.worker import Worker, worker_group
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveCollections, LiveVersions
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking
from kenes.service.definition import Clock, Context, Deciding, Service
from kenes.service.following import following
from kenes.web.live import LiveHub
from schemas.notifications.parts import ChannelKind
from schemas.topics import (
    DELIVERIES,
    DELIVERY_REQUESTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    SUBSCRIPTION_REQUESTS,
    SUBSCRIPTIONS,
    Topic,
)
from services.notifications.addresses import Addresses
from services.notifications.channels.port import NoticeChannel
from services.notifications.delivering import sender as sending
from services.notifications.delivering.letters import Letters
from services.notifications.delivering.owned import OwnedDeliveries
from services.notifications.delivering.sender import Sender
from services.notifications.following.badge import Badges
from services.notifications.following.commands import SOURCE, Commands
from services.notifications.following.projections import FOLLOWERS, NEWS, TOLD
from services.notifications.following.reads import FollowReads
from services.notifications.matching.acts import Acts
from services.notifications.matching.announcing import Announcing
from services.notifications.matching.followers import Followers
from services.notifications.matching.settling import Settling
from services.notifications.matching.telling import Telling
from services.notifications.stream import delivery_rules, fan_out_rules, subscription_rules

TOPICS: Final[tuple[Topic, ...]] = (
    SUBSCRIPTION_REQUESTS,
    SUBSCRIPTIONS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    DELIVERY_REQUESTS,
    DELIVERIES,
)


def deciding() -> tuple[Deciding, Deciding, Deciding]:
    """What is decided: subscriptions, fan-outs, deliveries."""
    return (
        Deciding(SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS, subscription_rules()),
        Deciding(FAN_OUT_REQUESTS, FAN_OUTS, fan_out_rules()),
        Deciding(DELIVERY_REQUESTS, DELIVERIES, delivery_rules()),
    )


@dataclass(frozen=True)
class StreamSide:
    """What the stream process runs, to be put into its `Stream`; `owns` tells whose deliveries are sent here."""

    deciding: Sequence[tuple[Deciding, DecisionState]]
    clock: Clock
    workers: Sequence[Worker]
    owns: Callable[[int], bool]


@asynccontextmanager
async def stream_side(
    service: Service,
    context: Context,
    keyring: Keyring,
    addresses: Addresses,
    channels: Mapping[ChannelKind, NoticeChannel],
) -> AsyncIterator[StreamSide]:
    """Deciders, the workers that match and tell, and the sender of what is due by `channels`."""
    subscriptions, fan_outs, deliveries = deciding()
    bootstrap, versions = service.settings.kafka_bootstrap, LiveVersions(context.database)
    owned = OwnedDeliveries(context.database, deliveries.rules, bootstrap)
    sender = Sender(
        versions=versions,
        vault=Vault(context.people, keyring),
        owned=owned,
        letters=Letters(keyring, addresses),
        keyring=keyring,
        producer=context.producer,
        channels=channels,
    )
    acts = Acts(keyring, context.database, context.producer).worker()
    settling = Settling(bootstrap, worker_group(service.name, acts.name), deciders_group(service.name), versions)
    async with sender.running():
        yield StreamSide(
            deciding=(
                (subscriptions, KeyedState(context.database, subscriptions.rules)),
                (fan_outs, KeyedState(context.database, fan_outs.rules)),
                (deliveries, owned),
            ),
            clock=Clock(sending.EVERY, sender.tick),
            workers=(
                Announcing(context.producer).worker(),
                acts,
                Telling(Followers(versions, FOLLOWERS), settling, context.producer).worker(),
            ),
            owns=owned.owns,
        )


@dataclass(frozen=True)
class ApiSide:
    """What the API and the pages are made of."""

    commands: Commands
    reads: FollowReads
    badges: Badges
    hub: LiveHub
    vault: Vault


@asynccontextmanager
async def api_side(service: Service, context: Context, keyring: Keyring) -> AsyncIterator[ApiSide]:
    """Follows the decisions on subscriptions and deliveries."""
    hub, vault = LiveHub(event="inbox"), Vault(context.people, keyring)
    subscribed, delivered = Decisions(), Decisions()
    badges = Badges(hub, LiveVersions(context.database), TOLD, delivered)
    live = LiveCollections(context.database, (FOLLOWERS, NEWS, TOLD))

    async with (
        following(service, context, FOLLOWERS, lambda version: version.positions(), subscribed.note),
        following(service, context, TOLD, badges.load, delivered.note, badges.take),
    ):
        yield ApiSide(
            commands=Commands(
                keyring,
                vault,
                Asking(SOURCE, SUBSCRIPTION_REQUESTS, context.producer, subscribed),
                Asking(SOURCE, DELIVERY_REQUESTS, context.producer, delivered),
            ),
            reads=FollowReads(live, subscribed, delivered),
            badges=badges,
            hub=hub,
            vault=vault,
        )
