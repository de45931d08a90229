"""The three processes of a service: `api` answers people, `stream` decides, `project` writes what people read."""

import asyncio
import gc
import linecache
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager

import uvloop

from kenes.allocation import share_heaps
from kenes.kafka.admin import ensure_topics
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Decider
from kenes.kafka.decision_log import KafkaDecisionLog
from kenes.kafka.group import GroupSettings, consume
from kenes.kafka.lag import report_lag
from kenes.kafka.producer import BrokerError, Producer
from kenes.kafka.reader import ends
from kenes.kafka.request_log import KafkaRequestLog
from kenes.kafka.stream import add_decider, running_app, stream_app
from kenes.kafka.worker import run_worker, worker_group
from kenes.mongo.client import beside, connected, ping
from kenes.mongo.pacing import Pacing
from kenes.mongo.projection import NotOwnerError, Projection, live_version
from kenes.mongo.projector import Projector
from kenes.mongo.writer import Writer, writing
from kenes.observe.health import Health, NotReady
from kenes.observe.logs import configure_logs, get_logger
from kenes.observe.metrics import CLOCK_EVERY, CLOCK_TICKED, set_build_info
from kenes.observe.server import health_server
from kenes.service.clearing import keep_clear
from kenes.service.definition import Clock, Context, Service
from kenes.service.upkeep import keep_up
from kenes.service.watching import undecided, unfolded, unhandled
from kenes.tasks import Tasks
from kenes.web.server import EdgeServer, serve, server
from schemas.topics import all_topics

_log = get_logger(__name__)

GC_THRESHOLD = 50_000
SWEEP_EVERY = 5.0
"""Seconds between two looks for requests that nobody handed over: it seldom happens, and somebody waits then."""
LONGEST_REST = 1.0
"""Seconds until a projection reads again: what it folds is smaller than the records it is folded from."""

Role = Callable[[Service, Context], Awaitable[None]]


async def api(service: Service, context: Context) -> None:
    """Serves HTTP until told to stop."""
    settings = service.settings
    edge: EdgeServer | None = None

    async def answers() -> None:
        if edge is None or not edge.started or edge.should_exit:
            raise NotReady("no connections are taken")

    context.health.add("http", answers)
    context.health.begin()
    async with service.api(context) as site:
        _settle()
        edge = server(site.app, on_stop=site.on_stop, host=settings.api_host, port=settings.api_port)
        await serve(edge)


async def stream(service: Service, context: Context) -> None:
    """Decides requests until cancelled."""
    settings = service.settings
    letters = DeadLetters(context.producer, f"{service.name}/stream")
    app = stream_app(service.name, settings.kafka_bootstrap, settings.kafka_session_timeout)
    deciders: list[Decider] = []
    async with service.stream(context) as work:
        for deciding, state in work.deciding:
            decider = Decider(
                deciding.requests,
                deciding.decisions,
                source=f"/{service.name}",
                state=state,
                log=KafkaDecisionLog(settings.kafka_bootstrap, deciding.decisions, context.producer),
                request_log=KafkaRequestLog(settings.kafka_bootstrap, deciding.requests),
                dead_letters=letters,
            )
            add_decider(app, decider)
            deciders.append(decider)
        async with running_app(app), Tasks() as tasks:
            context.health.begin()
            _settle()
            for decider in deciders:
                tasks.create_task(_sweep(decider, settings.kafka_bootstrap), name=f"sweep of {decider.requests.name}")
            for clock in work.clocks:
                tasks.create_task(_run_clock(clock))
            groups = [(worker_group(service.name, worker.name), worker) for worker in work.workers]
            for group, worker in groups:
                running = run_worker(worker, group, settings.kafka_bootstrap, settings.kafka_session_timeout, letters)
                tasks.create_task(running, name=worker.name)
            watched = [*undecided(service, str(app.conf.id)), *unhandled(service, groups)]
            await report_lag(settings.kafka_bootstrap, watched)


async def _sweep(decider: Decider, bootstrap: str) -> None:
    """Has it decide, every few seconds, what nobody handed over."""
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            waiting = await ends(bootstrap, decider.requests)
        except BrokerError as error:
            _log.warning("the ends of the requests cannot be had", topic=decider.requests.name, error=repr(error))
            continue
        await decider.sweep(waiting)


async def _run_clock(clock: Clock) -> None:
    CLOCK_EVERY.labels(clock.name).set(clock.every)
    while True:
        await asyncio.sleep(clock.every)
        await clock.tick()
        CLOCK_TICKED.labels(clock.name).set_to_current_time()


async def project(service: Service, context: Context) -> None:
    """Writes every projection of the service, and does what operators order for them, until cancelled."""
    async with Tasks() as tasks:
        context.health.begin()
        tasks.create_task(keep_up(service, context), name="upkeep")
        tasks.create_task(keep_clear(service, context.database), name="clearing")
        for projection in service.projections:
            tasks.create_task(_project(service, context, projection), name=projection.name)
        tasks.create_task(report_lag(service.settings.kafka_bootstrap, unfolded(service, context.database)))


async def _project(service: Service, context: Context, projection: Projection) -> None:
    settings = service.settings
    letters = DeadLetters(context.producer, f"{service.name}/{projection.name}")
    beat = context.health.watch(projection.name, stalled_after=60)
    while True:
        version = await live_version(context.database, projection)
        group = GroupSettings(
            bootstrap=settings.kafka_bootstrap,
            group=f"{service.name}.{projection.name}.v{version.number}",
            session_timeout=settings.kafka_session_timeout,
            pace=min(projection.pace, LONGEST_REST),
        )
        try:
            async with writing(version) as writer:
                await _fold(writer, letters, group, beat)
        except NotOwnerError as error:
            _log.info("starting the projection again from its recorded offsets", reason=str(error))


async def _fold(writer: Writer, letters: DeadLetters, group: GroupSettings, beat: Callable[[], None]) -> None:
    projection = writer.version.projection
    pacing = Pacing(Projector(writer.version, letters, writer.session), projection.pace)

    async def starts(partitions: Collection[int]) -> Mapping[int, int]:
        await writer.take_over(partitions)
        return await pacing.start()

    await consume(projection.topic, group, starts, pacing.take, beat)


ROLES: dict[str, Role] = {"api": api, "stream": stream, "project": project}


def run(service: Service, role: str) -> None:
    """Runs one process of a service until SIGTERM or SIGINT. Errors end it; whoever started it starts it again.

    Raises `SettingError` before anything is reached.
    """
    service.check(role)
    share_heaps()  # before the first of its threads
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
            if not work.cancelling():
                raise  # nobody asked for it: whoever started the process must see that it failed
            _log.info("stopped")


def _settle() -> None:
    """Takes what is there for what lives for good; called as soon as most of it is, and again when all is.

    At the default, every few hundred objects start a collection of cycles, and each looks again at all that lives: it
    took a fifth of the api's time. What a request makes is freed by its reference counts.
    """
    linecache.clearcache()  # the database's driver notes where it was made, and so reads those sources: 1 MB
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)


@asynccontextmanager
async def _context(service: Service, role: str) -> AsyncIterator[Context]:
    settings = service.settings
    topics = all_topics((*service.topics, *service.reads))
    await ensure_topics(settings.kafka_bootstrap, topics, settings.kafka_replication)
    health = Health(begun=False)
    async with (
        health_server(health, host=settings.metrics_host, port=settings.metrics_port),
        connected(settings.mongo_uri, service.database, timeout=settings.mongo_timeout) as database,
        Producer(settings.kafka_bootstrap, f"{service.name}-{role}") as producer,
    ):
        health.add("mongo", lambda: ping(database))
        health.add("kafka", producer.ping)
        _settle()
        yield Context(database, beside(database, settings.people_database), producer, health)
