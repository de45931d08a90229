"""Links that end what somebody is told by one post, without signing in (RFC 8058).

A token is sealed by the service: nobody else can make one, and nobody can read from it who follows what. It may be
used again, which changes nothing more.
"""

import json
from dataclasses import dataclass
from typing import Final

from kenes.identity.sealing import Keyring, UnsealError

PURPOSE: Final = "notifications/unsubscribe"
PATH: Final = "/notifications/unsubscribe"


@dataclass(frozen=True, slots=True)
class Ending:
    """What a link ends: one thing followed, or, without an `interest`, everything by one channel."""

    subscriber: str
    channel: str
    interest: str | None


def seal_ending(keyring: Keyring, ending: Ending) -> str:
    """The token of a link."""
    return keyring.box(PURPOSE).seal(
        json.dumps([ending.subscriber, ending.channel, ending.interest], ensure_ascii=False)
    )


def open_ending(keyring: Keyring, token: str) -> Ending | None:
    """What a token ends; `None` for a text that is no token of ours."""
    try:
        subscriber, channel, interest = json.loads(keyring.box(PURPOSE).open(token))
    except UnsealError:
        return None
    return Ending(subscriber, channel, interest)
