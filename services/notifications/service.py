"""The notifications service as the kit runs it: the composition root of its processes."""

from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import ClassVar

from kenes.identity.sealing import Keyring
from kenes.mongo.projection import Projection
from kenes.service.definition import Context, Deciding, Served, Service, Stream
from kenes.setting_files import SettingError, load_settings
from schemas.topics import (
    COMMENTS,
    CONSULTATIONS,
    DELIVERIES,
    DELIVERY_ATTEMPTS,
    DELIVERY_REQUESTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    PETITIONS,
    PUBLIC_EVENTS,
    PUBLICATION_REQUESTS,
    SIGNATURES,
    STREAM_REQUESTS,
    STREAMS,
    SUBSCRIPTION_REQUESTS,
    SUBSCRIPTIONS,
    Topic,
)
from services.notifications.projection import projections
from services.notifications.settings import Settings
from services.notifications.stream import delivery_rules, fan_out_rules, publication_rules, subscription_rules
from services.notifications.streams.deciding import stream_rules
from services.notifications.streams.entitlements import EntitlementsError, read_entitlements


class Notifications(Service):
    """What everybody may know, and who is told of it."""

    name: ClassVar[str] = "notifications"
    topics: ClassVar[tuple[Topic, ...]] = (
        *(PUBLICATION_REQUESTS, PUBLIC_EVENTS),
        *(STREAM_REQUESTS, STREAMS, DELIVERY_ATTEMPTS),
        *(SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS),
        *(FAN_OUT_REQUESTS, FAN_OUTS),
        *(DELIVERY_REQUESTS, DELIVERIES),
    )
    reads: ClassVar[tuple[Topic, ...]] = (PETITIONS, SIGNATURES, CONSULTATIONS, COMMENTS)

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = settings
        self.keyring = Keyring(settings.master_key.get_secret_value())
        try:
            self.entitlements = read_entitlements(settings.stream_entitlements)
        except EntitlementsError as error:
            raise SettingError(f"KENES_STREAM_ENTITLEMENTS: {error}") from error

    @property
    def database(self) -> str:
        """The name of the service's database."""
        return self.settings.notifications_database

    @property
    def origin(self) -> str:
        """Where people and programs reach the site, without a slash at its end."""
        return self.settings.public_url.rstrip("/")

    @cached_property
    def projections(self) -> tuple[Projection, ...]:
        """What the service keeps for readers."""
        return projections()

    @cached_property
    def deciding(self) -> tuple[Deciding, ...]:
        """What the service decides."""
        return (
            Deciding(PUBLICATION_REQUESTS, PUBLIC_EVENTS, publication_rules()),
            Deciding(STREAM_REQUESTS, STREAMS, stream_rules()),
            Deciding(SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS, subscription_rules()),
            Deciding(FAN_OUT_REQUESTS, FAN_OUTS, fan_out_rules()),
            Deciding(DELIVERY_REQUESTS, DELIVERIES, delivery_rules()),
        )

    def check(self, role: str) -> None:
        """The stream sends by the ways out, and the api offers them and hears what comes back."""
        super().check(role)
        if role == "project":
            return
        from services.notifications.ways import check_ways  # noqa: PLC0415 - projections have no way out

        check_ways()
        if role == "api":
            from services.notifications.following.bounces import BounceSettings  # noqa: PLC0415 - only the api has it

            load_settings(BounceSettings)

    def stream(self, context: Context) -> AbstractAsyncContextManager[Stream]:
        """The deciders, the relays that ask them, and what sends what they decided."""
        from services.notifications.streaming import stream_of  # noqa: PLC0415 - the ways out, which only it has

        return stream_of(self, context)

    def api(self, context: Context) -> AbstractAsyncContextManager[Served]:
        """The JSON API and the pages."""
        from services.notifications.serving import site_of  # noqa: PLC0415 - the site, which only it makes

        return site_of(self, context)
