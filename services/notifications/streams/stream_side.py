"""What the stream process runs of streams: whoever decides them sends them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kenes.egress.client import Egress
from kenes.egress.settings import EgressSettings
from kenes.kafka.worker import Worker
from kenes.mongo.decision_state import KeyedState
from kenes.service.definition import Context, Deciding
from kenes.setting_files import load_settings
from services.notifications.api import PREFIX
from services.notifications.channels.webhook import WebhookChannel
from services.notifications.domain.streams import AgencyStream
from services.notifications.service import Notifications
from services.notifications.streams.delivery_log import DeliveryLog
from services.notifications.streams.dispatcher import dispatching
from services.notifications.streams.webhooks import SECRETS, WebhookSender


@dataclass(frozen=True)
class StreamSide:
    """What the stream process runs beside the dispatcher."""

    states: KeyedState[AgencyStream | None]
    worker: Worker


@asynccontextmanager
async def sending_side(service: Notifications, context: Context, decided: Deciding) -> AsyncIterator[StreamSide]:
    """Sends the streams that are decided by the states it gives, while the block runs."""
    states = KeyedState[AgencyStream | None](context.database, decided.rules)
    settings, events = service.settings, f"{service.origin}{PREFIX}/events"
    async with Egress(load_settings(EgressSettings)) as egress:
        sender = WebhookSender(WebhookChannel(egress), service.keyring.box(SECRETS), events)
        async with dispatching(
            settings.kafka_bootstrap,
            context.database,
            context.producer,
            states,
            sender,
            at_once=settings.webhooks_at_once,
            at_once_per_stream=settings.webhooks_at_once_per_stream,
        ):
            yield StreamSide(states, DeliveryLog(context.database).worker())
