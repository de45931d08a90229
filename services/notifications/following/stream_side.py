"""What the stream process runs for those who follow: it decides what they ask, finds them, and tells them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kenes.kafka.decider import DecisionState
from kenes.kafka.stream import deciders_group
from kenes.kafka.worker import Worker, worker_group
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveVersions
from kenes.mongo.vault import Vault
from kenes.service.definition import Clock, Context, Deciding
from schemas.notifications.parts import ChannelKind
from services.notifications.addresses import Addresses
from services.notifications.channels.port import NoticeChannel
from services.notifications.delivering import sender as sending
from services.notifications.delivering.letters import Letters
from services.notifications.delivering.owned import OwnedDeliveries
from services.notifications.delivering.sender import Sender
from services.notifications.following.projections import FOLLOWERS
from services.notifications.matching.acts import Acts
from services.notifications.matching.announcing import Announcing
from services.notifications.matching.followers import Followers
from services.notifications.matching.settling import Settling
from services.notifications.matching.telling import Telling
from services.notifications.service import Notifications


@dataclass(frozen=True)
class FollowerSide:
    """What the stream process runs, to be put into its `Stream`; `owns` tells whose deliveries are sent here."""

    deciding: Sequence[tuple[Deciding, DecisionState]]
    clock: Clock
    workers: Sequence[Worker]
    owns: Callable[[int], bool]


@asynccontextmanager
async def follower_side(
    service: Notifications,
    context: Context,
    decided: Sequence[Deciding],
    addresses: Addresses,
    channels: Mapping[ChannelKind, NoticeChannel],
) -> AsyncIterator[FollowerSide]:
    """The workers that match and tell, and the sender of what is due by `channels`.

    `decided` are subscriptions, fan-outs and deliveries.
    """
    subscriptions, fan_outs, deliveries = decided
    bootstrap, versions = service.settings.kafka_bootstrap, LiveVersions(context.database)
    vault, keyring = Vault(context.people, service.keyring), service.keyring
    owned = OwnedDeliveries(context.database, deliveries.rules, bootstrap)
    sender = Sender(
        versions=versions,
        vault=vault,
        owned=owned,
        letters=Letters(keyring, addresses),
        keyring=keyring,
        producer=context.producer,
        channels=channels,
    )
    acts = Acts(keyring, context.database, context.producer).worker()
    settling = Settling(bootstrap, worker_group(service.name, acts.name), deciders_group(service.name), versions)
    async with sender.running():
        yield FollowerSide(
            deciding=(
                (subscriptions, KeyedState(context.database, subscriptions.rules)),
                (fan_outs, KeyedState(context.database, fan_outs.rules)),
                (deliveries, owned),
            ),
            clock=Clock(sending.EVERY, sender.tick),
            workers=(
                Announcing(context.producer).worker(),
                acts,
                Telling(Followers(versions, FOLLOWERS), settling, vault, keyring, context.producer).worker(),
            ),
            owns=owned.owns,
        )
