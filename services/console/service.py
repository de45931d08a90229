"""The console as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import ClassVar

from kenes.identity.sealing import Keyring
from kenes.kafka.admin import ensure_topics
from kenes.mongo.projection import Projection
from kenes.service.definition import Context, Deciding, Served, Service, Stream
from schemas.topics import (
    ACT_REQUESTS,
    ACTS,
    CONSULTATIONS,
    DELIVERIES,
    DELIVERY_ATTEMPTS,
    PETITIONS,
    REGISTRY,
    SUBSCRIPTIONS,
    Topic,
    all_topics,
)
from services.console.acts.rules import DECIDING
from services.console.acts.working import PROJECTIONS, stream_of
from services.console.deliveries.folding import PROJECTIONS as DELIVERED
from services.console.deliveries.webhooks import Webhooks
from services.console.duties.folding import PROJECTIONS as DUTIES
from services.console.looking import rules_of
from services.console.settings import Settings


class Console(Service):
    """What operators see and do."""

    name: ClassVar[str] = "console"
    topics: ClassVar[tuple[Topic, ...]] = (ACT_REQUESTS, ACTS)
    reads: ClassVar[tuple[Topic, ...]] = (PETITIONS, CONSULTATIONS, SUBSCRIPTIONS, DELIVERIES, DELIVERY_ATTEMPTS)
    watched: ClassVar[tuple[Topic, ...]] = REGISTRY
    """The topics whose dead letters it follows."""

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.keyring = Keyring(settings.master_key.get_secret_value())
        self.rules = rules_of(settings)

    @property
    def database(self) -> str:
        """The name of the console's own database."""
        return self.settings.console_database

    @property
    def projections(self) -> tuple[Projection, ...]:
        """What the service keeps for readers."""
        return (*PROJECTIONS, *DUTIES, *DELIVERED)

    @property
    def deciding(self) -> tuple[Deciding, ...]:
        """What the service decides."""
        return (DECIDING,)

    @asynccontextmanager
    async def stream(self, context: Context) -> AsyncIterator[Stream]:
        """The decider of acts, and what follows dead letters and carries out their replays."""
        bootstrap, replication = self.settings.kafka_bootstrap, self.settings.kafka_replication
        # What it follows must be there, whichever service starts first.
        await ensure_topics(bootstrap, all_topics(self.watched), replication)
        acts = await stream_of(bootstrap, context, self.watched)
        yield replace(acts, workers=(*acts.workers, Webhooks(context.database).worker))

    def api(self, context: Context) -> AbstractAsyncContextManager[Served]:
        """The pages, the JSON API, and the look every few seconds."""
        from services.console.serving import site_of  # noqa: PLC0415 - the site, which only it makes

        return site_of(self, context)
