"""Who a subscriber is: a pseudonym that only the service can derive from a person."""

from typing import Final

from kenes.identity.sealing import Keyring

SUBJECT: Final = "notifications"


def subscriber_of(keyring: Keyring, person: str) -> str:
    """The subscriber that a person is, by the person's id."""
    return subscriber_at(keyring, keyring.index(person))


def subscriber_at(keyring: Keyring, index: bytes) -> str:
    """The subscriber that the person with this index is."""
    return keyring.pseudonym(SUBJECT, index.hex())
