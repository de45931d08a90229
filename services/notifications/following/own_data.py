"""Everything the service holds about a person, as one document: what they follow, how they are told, and of what."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from kenes.identity.api_keys import ApiKeys
from kenes.identity.person import Person
from kenes.identity.sealing import PersonKey
from kenes.mongo.client import Document
from kenes.service.own_data import DataElsewhere
from kenes.web.i18n import Translator
from schemas.notifications.parts import Cadence, ChannelKind, Preferences
from schemas.notifications.streams import StreamFilter
from services.notifications.domain.delivery import Phase
from services.notifications.domain.streams import StreamStatus
from services.notifications.domain.subscriber import Channel
from services.notifications.following.api_side import ApiSide as Followers
from services.notifications.following.commands import Who
from services.notifications.following.reads import Told, destination_of
from services.notifications.streams.access import own_streams_of
from services.notifications.streams.commands import StreamCommands
from services.notifications.streams.keys_api import key_view


class DataFollow(BaseModel):
    """Something followed. `acted` tells that it is followed because of what one did."""

    interest: str
    cadence: Cadence
    channels: list[str]
    since: datetime
    acted: bool


class DataFollows(BaseModel):
    """All that is followed, under the one name that somebody has as a subscriber."""

    what: str
    subscriber: str
    items: list[DataFollow]


class DataChannel(BaseModel):
    """A destination; null where its reader could not read it."""

    channel: str
    kind: ChannelKind
    destination: str | None
    confirmed: bool


class DataChannels(BaseModel):
    """All destinations."""

    what: str
    items: list[DataChannel]


class DataPreferences(Preferences):
    """In which language and when one wants to be told."""

    what: str


class DataTold(BaseModel):
    """One delivery: by a channel, or in the inbox. `type` and `title` are null for an event not known here yet."""

    delivery: str
    event: str
    type: str | None
    title: dict[str, str] | None
    interest: str
    channel: str
    kind: ChannelKind
    at: datetime
    state: Phase
    sent_at: datetime | None
    tries: int
    reason: str


class DataDeliveries(BaseModel):
    """All that one was told."""

    what: str
    items: list[DataTold]


class DataStream(BaseModel):
    """A stream of public events to an address of the person's."""

    stream: str
    name: str
    endpoint: str
    filter: StreamFilter
    status: StreamStatus
    created_at: datetime


class DataStreams(BaseModel):
    """All streams, under the one name that somebody has as their owner; deleted ones too."""

    what: str
    owner: str
    items: list[DataStream]


class DataApiKey(BaseModel):
    """An API key, by what names it."""

    prefix: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class DataApiKeys(BaseModel):
    """All API keys."""

    what: str
    items: list[DataApiKey]


class MyData(BaseModel):
    """What the notifications service holds about the person; each part says what it is."""

    made_at: datetime
    what: str
    follows: DataFollows
    channels: DataChannels
    preferences: DataPreferences
    deliveries: DataDeliveries
    streams: DataStreams
    api_keys: DataApiKeys
    elsewhere: DataElsewhere


@dataclass(frozen=True)
class OwnData:
    """Tells people what is held about them, as a file and by the API."""

    following: Followers
    streams: StreamCommands
    keys: ApiKeys

    async def told(self, person: Person, t: Translator) -> MyData:
        """All of it, described in the language of `t`."""
        commands, reads = self.following.commands, self.following.reads
        name, owner = commands.subscriber(Who.signed_in(person)), own_streams_of(commands.keyring, person)
        known, key = await reads.subscriber(name), await self.following.vault.find(person.id)
        return MyData(
            made_at=datetime.now(UTC),
            what=t("data.what"),
            follows=DataFollows(
                what=t("data.follows"),
                subscriber=name,
                items=[DataFollow.model_validate(each.model_dump()) for each in known.follows],
            ),
            channels=DataChannels(what=t("data.channels"), items=[_channel(each, key) for each in known.channels]),
            preferences=DataPreferences(what=t("data.preferences"), **known.preferences.model_dump()),
            deliveries=DataDeliveries(
                what=t("data.deliveries"), items=[_told(each) for each in await reads.ever_told(name)]
            ),
            streams=DataStreams(what=t("data.streams"), owner=owner, items=self._streams(owner)),
            api_keys=DataApiKeys(
                what=t("data.api_keys"),
                items=[DataApiKey.model_validate(key_view(each)) for each in await self.keys.owned(owner)],
            ),
            elsewhere=DataElsewhere(what=t("data.elsewhere")),
        )

    def _streams(self, owner: str) -> list[DataStream]:
        return [
            DataStream(
                stream=each.id,
                name=each.name,
                endpoint=each.endpoint,
                filter=each.filter,
                status=each.status,
                created_at=each.created_at,
            )
            for each in self.streams.ever_owned(owner)
        ]


def _channel(channel: Channel, key: PersonKey | None) -> DataChannel:
    shown = destination_of(channel, key)
    return DataChannel(channel=channel.id, kind=channel.kind, destination=shown, confirmed=channel.confirmed)


def _told(told: Told) -> DataTold:
    delivery: Document = told.delivery
    news: Document = told.news or {}
    return DataTold(
        delivery=delivery["_id"],
        event=delivery["event"],
        type=news.get("kind"),
        title=news.get("data", {}).get("about", {}).get("title"),
        interest=delivery["interest"],
        channel=delivery["channel"],
        kind=delivery["kind"],
        at=delivery["at"],
        state=delivery["phase"],
        sent_at=delivery.get("sent_at"),
        tries=delivery.get("tries", 0),
        reason=delivery.get("reason", ""),
    )
