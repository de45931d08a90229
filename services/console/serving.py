"""What the api process of the console serves: the pages, the JSON API, and the look every few seconds."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from kenes.mongo.projection import LiveCollections
from kenes.service.definition import Context, Served
from kenes.service.website import Folders, website
from kenes.tasks import Tasks
from kenes.web.live import LiveHub
from services.console.acts.working import act_routes
from services.console.api import Api
from services.console.deliveries.api import DeliveryApi
from services.console.deliveries.folding import PROJECTIONS as DELIVERED
from services.console.deliveries.pages import DeliveryPages
from services.console.deliveries.reads import Deliveries
from services.console.duties.api import DutyApi
from services.console.duties.folding import PROJECTIONS as DUTIES
from services.console.duties.pages import DutyPages
from services.console.duties.reads import Duties
from services.console.looking import looking
from services.console.pages import page_routes
from services.console.pages.site import SHELL, ConsoleSite, desks
from services.console.runbook import Runbook
from services.console.service import Console
from services.console.sessions import PatientSessions
from services.console.traces.api import TraceApi
from services.console.traces.pages import TracePages

FOLDERS: Final = Folders.of(Path(__file__).parent)
STALLED_AFTER: Final = 60.0
"""Seconds without a look after which the process is not well: the longest pause between looks that can be set."""


@asynccontextmanager
async def site_of(service: Console, context: Context) -> AsyncIterator[Served]:
    """The pages, the JSON API, and the look every few seconds."""
    # Operators sign in here and nowhere else: their sessions are not among the citizens'.
    apart = replace(context, people=context.database)
    hub = LiveHub(event="look")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        site = await enter(website(service.settings, apart, service.keyring, FOLDERS, SHELL, PatientSessions))
        looks = await enter(looking(service.settings, context, service.rules, hub))
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
            runbook=Runbook(service.settings.console_runbook),
            hub=hub,
        )
        acts = await enter(act_routes(service, service.settings, context, pages, service.watched))
        person = site.authenticator.person
        duties = Duties(LiveCollections(context.database, DUTIES), service.settings.sites)
        deliveries = Deliveries(LiveCollections(context.database, DELIVERED), context.database)
        more = (DutyApi(duties, person), DeliveryApi(deliveries, person), TraceApi(looks.searches, person))
        api = Api(looks.sampler, looks.alerts, person, [each for part in more for each in part.operations()])
        parts = (DutyPages(pages, duties), DeliveryPages(pages, deliveries), TracePages(pages, looks.searches))
        shown = [route for part in parts for route in part.routes()]
        tasks = await enter(Tasks())
        running = tasks.create_task(looks.watching.run(context.health.watch("looks", stalled_after=STALLED_AFTER)))
        stack.callback(running.cancel)
        yield Served(site.app([*api.routes(), *acts, *shown, *page_routes(pages)], {}), hub.close)
