"""The console as the kit runs it: the composition root of its processes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from kenes.identity.sealing import Keyring
from kenes.kafka.admin import ensure_topics
from kenes.mongo.projection import LiveCollections, Projection
from kenes.service.definition import Context, Deciding, Served, Service, Stream
from kenes.service.website import Folders, website
from kenes.tasks import Tasks
from kenes.web.live import LiveHub
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
from services.console.acts.working import PROJECTIONS, act_routes, stream_of
from services.console.api import Api
from services.console.deliveries.folding import PROJECTIONS as DELIVERED
from services.console.deliveries.pages import DeliveryApi, DeliveryPages
from services.console.deliveries.reads import Deliveries
from services.console.deliveries.webhooks import Webhooks
from services.console.duties.folding import PROJECTIONS as DUTIES
from services.console.duties.pages import DutyApi, DutyPages
from services.console.duties.reads import Duties
from services.console.looking import looking, rules_of
from services.console.pages import page_routes
from services.console.pages.site import SHELL, ConsoleSite, desks
from services.console.runbook import Runbook
from services.console.sessions import PatientSessions
from services.console.settings import Settings
from services.console.traces.api import TraceApi
from services.console.traces.pages import TracePages

FOLDERS: Final = Folders.of(Path(__file__).parent)
STALLED_AFTER: Final = 60.0


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

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Served]:
        """The pages, the JSON API, and the look every few seconds."""
        # Operators sign in here and nowhere else: their sessions are not among the citizens'.
        apart = replace(context, people=context.database)
        hub = LiveHub(event="look")
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            site = await enter(website(self.settings, apart, self.keyring, FOLDERS, SHELL, PatientSessions))
            looks = await enter(looking(self.settings, context, self.rules, hub))
            pages = ConsoleSite(
                pages=site.pages,
                confirmations=site.confirmations,
                folder="console",
                shell=SHELL,
                desks=desks,
                sampler=looks.sampler,
                alerts=looks.alerts,
                past_alerts=looks.past_alerts,
                events=looks.events,
                runbook=Runbook(self.settings.console_runbook),
                hub=hub,
            )
            acts = await enter(act_routes(self, self.settings, context, pages, self.watched))
            person = site.authenticator.person
            duties = Duties(LiveCollections(context.database, DUTIES), self.settings.sites)
            deliveries = Deliveries(LiveCollections(context.database, DELIVERED), context.database)
            more = (DutyApi(duties, person), DeliveryApi(deliveries, person), TraceApi(looks.searches, person))
            api = Api(looks.sampler, looks.alerts, person, [each for part in more for each in part.operations()])
            parts = (DutyPages(pages, duties), DeliveryPages(pages, deliveries), TracePages(pages, looks.searches))
            shown = [route for part in parts for route in part.routes()]
            tasks = await enter(Tasks())
            running = tasks.create_task(looks.watching.run(context.health.watch("looks", stalled_after=STALLED_AFTER)))
            stack.callback(running.cancel)
            yield Served(site.app([*api.routes(), *acts, *shown, *page_routes(pages)], {}), hub.close)
