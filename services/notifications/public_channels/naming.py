"""How a public channel of a body is called here, and the code by which it is known who looks after it."""

import re
from typing import Final

from kenes.identity.sealing import Keyring
from services.notifications.following.commands import Who

PURPOSE: Final = "telegram-channel"
AGENCY: Final = "agency:"
_CODE: Final = 16
_NAME: Final = re.compile(r"(?:https?://t\.me/|t\.me/|@)?([A-Za-z][A-Za-z0-9_]{3,31})/?", re.ASCII)


def read_name(text: str) -> str | None:
    """The name of a channel as people write it: `@name`, `t.me/name`; `None` where it is no name."""
    found = _NAME.fullmatch(text.strip())
    return None if found is None else found[1].lower()


def bodies_of(roles: frozenset[str]) -> list[str]:
    """The bodies that somebody with these roles is an official of."""
    return sorted(role.removeprefix(AGENCY) for role in roles if role.startswith(AGENCY))


def channel_of(body: str, name: str) -> Who:
    """A body's channel as one that follows. Two bodies may each link one channel: each decides for itself."""
    return Who(f"{PURPOSE}|{body}|{name}", account=False)


def code_of(keyring: Keyring, body: str, name: str) -> str:
    """What an official writes into the channel's description. Whoever reads it can do nothing with it."""
    return f"kenes-{keyring.pseudonym(PURPOSE, f'{body}|{name}')[:_CODE]}"
