"""Who may speak for a channel: an official of its body, signed in or with a token."""

from kenes.identity.person import Person
from kenes.web.problems import Problem
from services.notifications.public_channels.naming import bodies_of, read_name


def own_channel(person: Person, body: str, name: str) -> tuple[str, str]:
    """The body and the channel's name. Raises 403 for somebody else's body, 422 for what is no name of a channel."""
    if body not in bodies_of(person.roles):
        raise Problem(403, "not-allowed")
    known = read_name(name)
    if known is None:
        raise Problem(422, "channel-name-unusable")
    return body, known


def bot_of(bot: str | None) -> str:
    """The bot's name; raises the problem of there being none."""
    if bot is None:
        raise Problem(404, "telegram-not-offered")
    return bot
