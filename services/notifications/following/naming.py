"""Interests and destinations as people write them and as addresses carry them."""

import base64
import binascii
from typing import Final

from pydantic import TypeAdapter, ValidationError

from kenes.web.problems import Problem
from kenes.words import fold
from schemas.notifications.parts import ChannelId, Interest
from services.notifications.domain.interests import FOLLOWABLE, SEARCH, kind_of, search_for
from services.notifications.domain.refusals import Refusal

_INTEREST: Final[TypeAdapter[str]] = TypeAdapter(Interest)
_CHANNEL: Final[TypeAdapter[str]] = TypeAdapter(ChannelId)


def read_interest(text: str) -> str:
    """The interest in a text, a search in the one form of its words; raises 422 for one that nobody can follow."""
    words = fold(text.partition(":")[2]) if kind_of(text) == SEARCH else []
    try:
        interest = _INTEREST.validate_python(search_for(words) if words else text)
    except ValidationError:
        raise Problem(422, Refusal.INTEREST_UNKNOWN) from None
    if kind_of(interest) not in FOLLOWABLE or (kind_of(interest) == SEARCH and not words):
        raise Problem(422, Refusal.INTEREST_UNKNOWN)
    return interest


def follow_name(interest: str) -> str:
    """How an address calls something followed."""
    return base64.urlsafe_b64encode(interest.encode()).rstrip(b"=").decode()


def read_follow(name: str) -> str:
    """The interest that an address calls so; raises 404 for a name that `follow_name` would not give."""
    try:
        decoded = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Problem(404, Refusal.NOT_FOLLOWED) from None
    if follow_name(decoded) != name:
        raise Problem(404, Refusal.NOT_FOLLOWED)
    return followed_interest(decoded)


def followed_interest(text: str) -> str:
    """The interest in a text that may be followed, also because of an act; raises 404 for what nobody can follow."""
    if not is_interest(text):
        raise Problem(404, Refusal.NOT_FOLLOWED)
    return text


def is_interest(text: str) -> bool:
    """Whether a text has the form of an interest, whatever there is of that name."""
    try:
        _INTEREST.validate_python(text)
    except ValidationError:
        return False
    return True


def read_channel(name: str) -> str:
    """The id of a destination in an address or a form; raises 404 for what no destination is called."""
    try:
        return _CHANNEL.validate_python(name)
    except ValidationError:
        raise Problem(404, Refusal.CHANNEL_UNKNOWN) from None
