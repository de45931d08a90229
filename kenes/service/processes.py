"""The three processes of a service: `api` answers people, `stream` decides, `project` writes what people read."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvloop

from kenes.kafka.admin import ensure_topics
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Decider
from kenes.kafka.decision_log import KafkaDecisionLog
from kenes.kafka.group import GroupSettings, consume
from kenes.kafka.producer import Producer
from kenes.kafka.stream import add_decider, running_app, stream_app
from kenes.mongo.client import beside, connected, ping
from kenes.mongo.projection import NotOwnerError, Projection, live_version
from kenes.mongo.projector import Projector
from kenes.observe.health import Health
from kenes.observe.logs import configure_logs, get_logger
from kenes.observe.metrics import set_build_info
from kenes.observe.server import health_server
from kenes.service.definition import Clock, Context, Service
from kenes.web.server import serve, server
from schemas.topics import all_topics

_log = get_logger(__name__)

GC_THRESHOLD = 50_000

Role = Callable[[Service, Context], Awaitable[None]]


async def api(service: Service, context: Context) -> None:
    """Serves HTTP until told to stop."""
    settings = service.settings
    async with service.api(context) as site:
        await serve(server(site.app, on_stop=site.on_stop, host=settings.api_host, port=settings.api_port))


async def stream(service: Service, context: Context) -> None:
    """Decides requests until cancelled."""
    settings = service.settings
    letters = DeadLetters(context.producer, f"{service.name}/stream")
    app = stream_app(service.name, settings.kafka_bootstrap, settings.kafka_session_timeout)
    async with service.stream(context) as work:
        for deciding, state in work.deciding:
            decider = Decider(
                deciding.requests,
                deciding.decisions,
                source=f"/{service.name}",
                state=state,
                log=KafkaDecisionLog(settings.kafka_bootstrap, deciding.decisions, context.producer),
                dead_letters=letters,
            )
            add_decider(app, decider)
        async with running_app(app), asyncio.TaskGroup() as tasks:
            for clock in work.clocks:
                tasks.create_task(_run_clock(clock))
            await asyncio.Event().wait()


async def _run_clock(clock: Clock) -> None:
    while True:
        await asyncio.sleep(clock.every)
        await clock.tick()


async def project(service: Service, context: Context) -> None:
    """Writes every projection of the service until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for projection in service.projections:
            tasks.create_task(_project(service, context, projection), name=projection.name)


async def _project(service: Service, context: Context, projection: Projection) -> None:
    settings = service.settings
    letters = DeadLetters(context.producer, f"{service.name}/{projection.name}")
    beat = context.health.watch(projection.name, stalled_after=60)
    while True:
        version = await live_version(context.database, projection)
        projector = Projector(version, letters)
        group = GroupSettings(
            bootstrap=settings.kafka_bootstrap,
            group=f"{service.name}.{projection.name}.v{version.number}",
            session_timeout=settings.kafka_session_timeout,
            pace=projection.pace,
        )
        try:
            await consume(projection.topic, group, projector.start, projector.apply, beat)
        except NotOwnerError as error:
            _log.info("starting the projection again from its recorded offsets", reason=str(error))


ROLES: dict[str, Role] = {"api": api, "stream": stream, "project": project}


def run(service: Service, role: str) -> None:
    """Runs one process of a service until SIGTERM or SIGINT. Errors end it; whoever started it starts it again."""
    uvloop.run(_run(service, role))


async def _run(service: Service, role: str) -> None:
    settings = service.settings
    configure_logs(service.name, role, level=settings.log_level)
    set_build_info(service.name, role)
    async with _context(service, role) as context:
        work = asyncio.ensure_future(ROLES[role](service, context))
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            _log.info("stopped")


def _spare_the_collector() -> None:
    """Collects cycles rarely: what a request makes is freed by its reference counts.

    At the default, every few hundred objects start a collection, and each looks again at what lives for good:
    it took a fifth of the api's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)


@asynccontextmanager
async def _context(service: Service, role: str) -> AsyncIterator[Context]:
    settings = service.settings
    await ensure_topics(settings.kafka_bootstrap, all_topics(service.topics), settings.kafka_replication)
    health = Health()
    async with (
        health_server(health, host=settings.metrics_host, port=settings.metrics_port),
        connected(settings.mongo_uri, service.database, timeout=settings.mongo_timeout) as database,
        Producer(settings.kafka_bootstrap, f"{service.name}-{role}") as producer,
    ):
        health.add("mongo", lambda: ping(database))
        health.add("kafka", producer.ping)
        _spare_the_collector()
        yield Context(database, beside(database, settings.people_database), producer, health)
