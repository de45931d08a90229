"""Bodies that the API of public channels takes, and what it answers with."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from kenes.identity.sealing import Keyring
from schemas.notifications.parts import Preferences
from schemas.parts import Language
from services.notifications.domain.public_channel import ChannelState
from services.notifications.domain.subscriber import Subscriber
from services.notifications.following.naming import follow_name
from services.notifications.following.views import FollowView
from services.notifications.public_channels.naming import code_of


class LinkBody(BaseModel):
    """In which language the channel is told."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "kk"


class ChannelActView(BaseModel):
    """Something that was done about a channel; `by` is null where nobody is or can be named."""

    act: str
    reason: str
    by: str | None
    at: datetime


class PublicChannelView(BaseModel):
    """A channel of a body. Before it can be linked, the bot posts there and `code` stands in its description."""

    body: str
    name: str
    title: str
    state: ChannelState | None
    reason: str
    code: str
    bot: str
    follows: list[FollowView]
    preferences: Preferences


class PublicChannelDetail(PublicChannelView):
    """The same with its history, the latest first."""

    history: list[ChannelActView]


class PublicChannelList(BaseModel):
    """The channels of the bodies one is an official of."""

    items: list[PublicChannelView]


def channel_view(found: Subscriber, body: str, name: str, keyring: Keyring, bot: str) -> dict[str, Any]:
    """A channel as the API shows it; `state` is null where it was never named."""
    public = found.public
    return {
        "body": body,
        "name": name,
        "title": "" if public is None else public.title,
        "state": None if public is None else public.state,
        "reason": "" if public is None else public.reason,
        "code": code_of(keyring, body, name),
        "bot": bot,
        "follows": [{"id": follow_name(each.interest), **each.model_dump(mode="json")} for each in found.follows],
        "preferences": found.preferences.model_dump(),
    }
