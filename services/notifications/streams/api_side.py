"""What the api process serves of streams: the log, its snapshot and files, an owner's streams and keys."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kenes.egress.client import Egress
from kenes.egress.settings import EgressSettings
from kenes.identity.api_keys import ApiKeys
from kenes.kafka.waiting import Decisions
from kenes.mongo.api_keys import MongoApiKeyStore
from kenes.mongo.client import LOADED_WITHIN, patience
from kenes.mongo.projection import LiveCollections, live_version
from kenes.service.asking import Asking
from kenes.service.callers import Callers
from kenes.service.definition import Context
from kenes.service.following import following
from kenes.setting_files import load_settings
from kenes.web.openapi import Operation
from schemas.topics import STREAM_REQUESTS
from services.notifications.service import Notifications
from services.notifications.streams.access import Access
from services.notifications.streams.commands import StreamCommands, streams_directory
from services.notifications.streams.delivery_log import DeliveryLog
from services.notifications.streams.files import Files
from services.notifications.streams.keys_api import KeysApi
from services.notifications.streams.log import PublicLog, following_log
from services.notifications.streams.owner_api import OwnerApi
from services.notifications.streams.progress import Progress
from services.notifications.streams.reading_api import ReadingApi
from services.notifications.streams.snapshot import Snapshot
from services.notifications.streams.webhooks import SECRETS

SOURCE: Final = "/notifications"


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
async def api_side(service: Notifications, context: Context, callers: Callers) -> AsyncIterator[ApiSide]:
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
        egress = await enter(Egress(load_settings(EgressSettings)))
        commands = StreamCommands(
            asking=Asking(SOURCE, STREAM_REQUESTS, context.producer, recent),
            streams=streams,
            log=log,
            egress=egress,
            box=service.keyring.box(SECRETS),
            entitlements=service.entitlements,
        )
        keys = ApiKeys(store)
        access = Access(keys, service.keyring, callers)
        progress, attempts = Progress(context.database), DeliveryLog(context.database)
        live = LiveCollections(context.database, service.projections)
        operations = (
            *ReadingApi(log, snapshot, Files(log), access).operations(),
            *OwnerApi(commands, progress, attempts, live, access).operations(),
            *KeysApi(keys, access, service.entitlements).operations(),
        )
        yield ApiSide(log, commands, progress, attempts, keys, operations)
