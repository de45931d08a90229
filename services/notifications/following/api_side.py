"""What the API and the pages of those who follow are made of, in the api process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kenes.kafka.waiting import Decisions
from kenes.mongo.projection import LiveCollections, LiveVersions
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking
from kenes.service.definition import Context
from kenes.service.following import following
from kenes.web.live import LiveHub
from schemas.topics import DELIVERY_REQUESTS, SUBSCRIPTION_REQUESTS
from services.notifications.following.badge import Badges
from services.notifications.following.commands import SOURCE, Commands
from services.notifications.following.projections import FOLLOWERS, NEWS, TOLD
from services.notifications.following.reads import FollowReads
from services.notifications.service import Notifications


@dataclass(frozen=True)
class ApiSide:
    """What the API and the pages are made of."""

    commands: Commands
    reads: FollowReads
    badges: Badges
    hub: LiveHub
    vault: Vault


@asynccontextmanager
async def api_side(service: Notifications, context: Context) -> AsyncIterator[ApiSide]:
    """Follows the decisions on subscriptions and deliveries."""
    hub, vault = LiveHub(event="inbox"), Vault(context.people, service.keyring)
    subscribed, delivered = Decisions(), Decisions()
    badges = Badges(hub, LiveVersions(context.database), TOLD, delivered)
    live = LiveCollections(context.database, (FOLLOWERS, NEWS, TOLD))

    async with (
        following(service, context, FOLLOWERS, lambda version: version.positions(), subscribed.note),
        following(service, context, TOLD, badges.load, delivered.note, badges.take),
    ):
        yield ApiSide(
            commands=Commands(
                service.keyring,
                vault,
                Asking(SOURCE, SUBSCRIPTION_REQUESTS, context.producer, subscribed),
                Asking(SOURCE, DELIVERY_REQUESTS, context.producer, delivered),
            ),
            reads=FollowReads(live, subscribed, delivered),
            badges=badges,
            hub=hub,
            vault=vault,
        )
