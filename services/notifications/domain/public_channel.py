"""How the public channel of a body stands: asked for, looked at, linked, and ended again."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from schemas.notifications.parts import ChannelEnd
from schemas.notifications.public_channels import (
    PublicChannelAsked,
    PublicChannelDeclined,
    PublicChannelLinked,
    PublicChannelReported,
    PublicChannelRequested,
)
from schemas.notifications.subscriptions import ChannelEnded
from schemas.payload import Payload


class ChannelFault(StrEnum):
    """Why a channel cannot be linked, as its official has to mend it."""

    NOT_FOUND = "not-found"
    NOT_A_CHANNEL = "not-a-channel"
    NOT_ADMINISTRATOR = "not-administrator"
    CODE_MISSING = "code-missing"
    AWAY = "away"


class ChannelState(StrEnum):
    """How a public channel stands."""

    CHECKING = "checking"
    LINKED = "linked"
    DECLINED = "declined"
    ENDED = "ended"


class PublicChannel(BaseModel):
    """A channel of a body. `reason` is the fault where it was declined, or the cause of its end."""

    model_config = ConfigDict(frozen=True)

    body: str
    name: str
    check: str
    title: str = ""
    state: ChannelState = ChannelState.CHECKING
    reason: str = ""

    @property
    def was_dropped(self) -> bool:
        """It takes nothing more, though nobody of its body has ended it."""
        return self.state is ChannelState.ENDED and self.reason == ChannelEnd.GONE


def ask(channel: PublicChannel | None, request: PublicChannelRequested) -> Payload | None:
    """Has the channel looked at; `None` where it is linked already. Asked for again, an earlier look counts no more."""
    if channel is not None and channel.state is ChannelState.LINKED:
        return None
    return PublicChannelAsked(**{name: getattr(request, name) for name in PublicChannelAsked.model_fields})


def report(channel: PublicChannel | None, request: PublicChannelReported) -> Payload | None:
    """What comes of a look; `None` where nobody waits for it any more."""
    if channel is None or channel.state is not ChannelState.CHECKING or channel.check != request.check:
        return None
    told = {"subscriber": request.subscriber, "check": request.check}
    if request.fault or request.channel is None:
        return PublicChannelDeclined(**told, fault=request.fault or ChannelFault.NOT_FOUND)
    return PublicChannelLinked(**told, title=request.title, channel=request.channel, sealed=request.sealed)


def asked(decision: PublicChannelAsked) -> PublicChannel:
    """A channel that is to be looked at."""
    return PublicChannel(body=decision.body, name=decision.name, check=decision.check)


def linked(channel: PublicChannel, decision: PublicChannelLinked) -> PublicChannel:
    """A channel that is told."""
    return channel.model_copy(update={"state": ChannelState.LINKED, "title": decision.title, "reason": ""})


def declined(channel: PublicChannel, decision: PublicChannelDeclined) -> PublicChannel:
    """A channel whose official has something to mend."""
    return channel.model_copy(update={"state": ChannelState.DECLINED, "reason": decision.fault})


def ended(channel: PublicChannel, decision: ChannelEnded) -> PublicChannel:
    """A channel that is told no more."""
    return channel.model_copy(update={"state": ChannelState.ENDED, "reason": str(decision.cause)})
