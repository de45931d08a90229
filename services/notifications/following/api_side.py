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
from services.notifications.following.commands import SOURCE, Commands, Who
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

    async def reader(self, who: Who) -> str:
        """The pseudonym that somebody reads under; nobody's where their key is destroyed.

        What is stored of them from before is forgotten when it is heard of, and not theirs to see until then.
        """
        return self.commands.subscriber(who) if await self.vault.find(who.person) is not None else ""


@asynccontextmanager
async def api_side(service: Notifications, context: Context) -> AsyncIterator[ApiSide]:
    """Follows the decisions on subscriptions and deliveries."""
    hub, vault = LiveHub(event="inbox"), Vault(context.people, service.keyring)
    subscribed, delivered = Decisions(), Decisions()
    reads = FollowReads(LiveCollections(context.database, (FOLLOWERS, NEWS, TOLD)), subscribed, delivered)
    badges = Badges(hub, LiveVersions(context.database), TOLD, delivered, reads.erased)

    async with (
        following(service, context, FOLLOWERS, lambda version: version.positions(), subscribed.note, badges.forget),
        following(service, context, TOLD, badges.load, delivered.note, badges.take),
    ):
        yield ApiSide(
            commands=Commands(
                service.keyring,
                vault,
                Asking(SOURCE, SUBSCRIPTION_REQUESTS, context.producer, subscribed),
                Asking(SOURCE, DELIVERY_REQUESTS, context.producer, delivered),
                reads.subscriber,
            ),
            reads=reads,
            badges=badges,
            hub=hub,
            vault=vault,
        )
