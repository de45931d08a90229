"""What officials are shown of their body's channels."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kenes.identity.sealing import PersonKey, UnsealError
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from services.notifications.domain.public_channel import ChannelState
from services.notifications.domain.subscriber import Subscriber
from services.notifications.folds.public_channels import ACTS, CHANNELS
from services.notifications.following.api_side import ApiSide
from services.notifications.people import keys_of
from services.notifications.public_channels.naming import channel_of

SHOWN: Final = 50
"""Acts of a channel's history, the latest."""
_LOOKED: Final = 0.2
"""Seconds between two looks at a channel while somebody waits for its check."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done about a channel; `by` is the official's name, `None` where nobody is or can be named."""

    act: str
    reason: str
    by: str | None
    at: datetime


@dataclass(frozen=True)
class ChannelReads:
    """Reads for officials. What they have just asked is never missing from the state of a channel."""

    following: ApiSide

    async def one(self, body: str, name: str) -> Subscriber:
        """A channel, with what it follows; nobody, where it was never named."""
        commands, reads = self.following.commands, self.following.reads
        return await reads.subscriber(commands.subscriber(channel_of(body, name)))

    async def checked(self, body: str, name: str, wait: float) -> Subscriber:
        """As `one`, once the messenger was asked, or after so many seconds."""
        found = await self.one(body, name)
        deadline = asyncio.get_running_loop().time() + wait
        while found.public is not None and found.public.state is ChannelState.CHECKING:
            if asyncio.get_running_loop().time() >= deadline:
                break
            await asyncio.sleep(_LOOKED)
            found = await self.one(body, name)
        return found

    async def of(self, bodies: Collection[str]) -> list[Subscriber]:
        """All channels of these bodies, by their names."""
        live = await self.following.reads.live.of(CHANNELS)
        documents = await find_in(live, Lookup(CHANNELS, "body", bodies))
        places = sorted((each["body"], each["name"]) for each in documents)
        return [await self.one(body, name) for body, name in places]

    async def history(self, body: str, name: str) -> list[Act]:
        """What was done about a channel, the latest first."""
        subscriber = self.following.commands.subscriber(channel_of(body, name))
        acts = await self.following.reads.live.of(ACTS)
        found = await acts.find({"subscriber": subscriber}).sort("at", -1).limit(SHOWN).to_list(None)
        owners = [each["by"]["owner"] for each in found if each["by"] is not None]
        keys = await keys_of(self.following.vault, self.following.commands.keyring, owners)
        return [Act(each["act"], each["reason"], _name(each, keys), each["at"]) for each in found]


def _name(act: Document, keys: dict[str, PersonKey]) -> str | None:
    by = act["by"]
    if by is None or by["owner"] not in keys:
        return None
    try:
        return keys[by["owner"]].open(by["name"], act["subscriber"])
    except UnsealError:
        return None  # sealed under an earlier key of somebody who was erased, and has come back since
