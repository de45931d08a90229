"""Streams put together: what the stream process and the api process of the service run of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kenes.egress.client import Egress
from kenes.egress.settings import EgressSettings
from kenes.identity.api_keys import ApiKeys
from kenes.identity.sealing import Keyring
from kenes.identity.settings import load as load_identity
from kenes.kafka.waiting import Decisions
from kenes.kafka.worker import Worker
from kenes.mongo.api_keys import MongoApiKeyStore
from kenes.mongo.client import patience
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveCollections, live_version
from kenes.service.asking import Asking
from kenes.service.callers import Callers
from kenes.service.definition import Context, Deciding, Service
from kenes.service.following import LOADED_WITHIN, following
from kenes.web.openapi import Operation
from schemas.topics import DELIVERY_ATTEMPTS, STREAM_REQUESTS, STREAMS
from services.notifications.api import PREFIX
from services.notifications.channels.webhook import WebhookChannel
from services.notifications.domain.streams import AgencyStream
from services.notifications.streams.access import Access
from services.notifications.streams.commands import StreamCommands, streams_directory
from services.notifications.streams.deciding import stream_rules
from services.notifications.streams.delivery_log import DeliveryLog
from services.notifications.streams.dispatcher import dispatching
from services.notifications.streams.entitlements import Entitlements
from services.notifications.streams.files import Files
from services.notifications.streams.keys_api import KeysApi
from services.notifications.streams.log import PublicLog, following_log
from services.notifications.streams.owner_api import OwnerApi
from services.notifications.streams.progress import Progress
from services.notifications.streams.reading_api import ReadingApi
from services.notifications.streams.snapshot import Snapshot
from services.notifications.streams.webhooks import SECRETS, WebhookSender

SOURCE: Final = "/notifications"
TOPICS: Final = (STREAM_REQUESTS, STREAMS, DELIVERY_ATTEMPTS)


def deciding() -> Deciding:
    """Which requests about streams are decided, and how."""
    return Deciding(STREAM_REQUESTS, STREAMS, stream_rules())


@dataclass(frozen=True)
class StreamSide:
    """What the stream process runs beside the dispatcher."""

    states: KeyedState[AgencyStream | None]
    worker: Worker


@asynccontextmanager
async def stream_side(
    service: Service, context: Context, keyring: Keyring, decided: Deciding, *, in_flight: int, at_once: int
) -> AsyncIterator[StreamSide]:
    """Sends the streams that are decided by the states it gives, while the block runs."""
    states = KeyedState[AgencyStream | None](context.database, decided.rules)
    events = f"{service.settings.public_url.rstrip('/')}{PREFIX}/events"
    async with Egress(load_identity(EgressSettings)) as egress:
        sender = WebhookSender(WebhookChannel(egress), keyring.box(SECRETS), events)
        async with dispatching(
            service.settings.kafka_bootstrap,
            context.database,
            context.producer,
            states,
            sender,
            in_flight=in_flight,
            at_once=at_once,
        ):
            yield StreamSide(states, DeliveryLog(context.database).worker())


@dataclass(frozen=True)
class ApiSide:
    """What the api process serves of streams. Pages use `commands`, `progress`, `attempts` and `keys` themselves."""

    log: PublicLog
    commands: StreamCommands
    progress: Progress
    attempts: DeliveryLog
    keys: ApiKeys
    operations: tuple[Operation, ...]

    def close(self) -> None:
        """Ends live events: the server stops."""
        self.log.close()


@asynccontextmanager
async def api_side(
    service: Service, context: Context, keyring: Keyring, callers: Callers, entitlements: Entitlements
) -> AsyncIterator[ApiSide]:
    """Opens the log, the directory of streams and what else the handlers need."""
    snapshot, streams, recent = Snapshot(), streams_directory(), Decisions()
    store = MongoApiKeyStore(context.database)
    await store.prepare()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        version = await live_version(context.database, service.projection("public-subjects"))
        with patience(LOADED_WITHIN):
            positions = await snapshot.load(version)
        log = await enter(following_log(service.settings.kafka_bootstrap, positions[0].next_offset, snapshot.take))
        await enter(following(service, context, service.projection("streams"), streams.load, streams.take, recent.note))
        egress = await enter(Egress(load_identity(EgressSettings)))
        commands = StreamCommands(
            asking=Asking(SOURCE, STREAM_REQUESTS, context.producer, recent),
            streams=streams,
            log=log,
            egress=egress,
            box=keyring.box(SECRETS),
            entitlements=entitlements,
        )
        keys = ApiKeys(store)
        access = Access(keys, keyring, callers)
        progress, attempts = Progress(context.database), DeliveryLog(context.database)
        live = LiveCollections(context.database, service.projections)
        operations = (
            *ReadingApi(log, snapshot, Files(log), access).operations(),
            *OwnerApi(commands, progress, attempts, live, access).operations(),
            *KeysApi(keys, access, entitlements).operations(),
        )
        yield ApiSide(log, commands, progress, attempts, keys, operations)
