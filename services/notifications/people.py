"""Who a subscriber is: a pseudonym that only the service can derive from a person."""

from collections.abc import Iterable
from typing import Final

from kenes.identity.sealing import Keyring, PersonKey
from kenes.mongo.folding import AT_ONCE
from kenes.mongo.vault import Vault

SUBJECT: Final = "notifications"


def subscriber_of(keyring: Keyring, person: str) -> str:
    """The subscriber that a person is, by the person's id."""
    return subscriber_at(keyring, keyring.index(person))


def subscriber_at(keyring: Keyring, index: bytes) -> str:
    """The subscriber that the person with this index is."""
    return keyring.pseudonym(SUBJECT, index.hex())


async def keys_of(vault: Vault, keyring: Keyring, owners: Iterable[str]) -> dict[str, PersonKey]:
    """The keys of people by their sealed indexes; whoever was erased is left out."""
    indexes = {owner: keyring.open_owner(owner) for owner in owners}
    wanted, keys = list(dict.fromkeys(indexes.values())), dict[bytes, PersonKey]()
    for start in range(0, len(wanted), AT_ONCE):
        keys |= await vault.keys_at(wanted[start : start + AT_ONCE])
    return {owner: keys[index] for owner, index in indexes.items() if index in keys}
