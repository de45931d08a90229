"""How people are named in public: first name and initial, where they chose so and have not been erased since."""

import json
from collections.abc import Iterable, Sequence

from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.mongo.folding import AT_ONCE
from kenes.mongo.vault import Vault
from services.consultations.reading import Comment


class Names:
    """Opens names."""

    def __init__(self, vault: Vault, keyring: Keyring) -> None:
        self._vault = vault
        self._keyring = keyring

    async def of(self, comments: Iterable[Comment]) -> dict[str, str]:
        """The public names of those authors who chose to be listed, by comment."""
        listed = [each for each in comments if each.document["listed"] and each.document["sealed"]]
        owners = {each.id: self._keyring.open_owner(each.document["owner"]) for each in listed}
        keys = await self._keys(list(set(owners.values())))
        names: dict[str, str] = {}
        for each in listed:
            key = keys.get(owners[each.id])
            if key is None:
                continue
            try:
                told = json.loads(key.open(each.document["sealed"], each.consultation))
            except UnsealError:
                # Written before the person was erased, who is somebody new since.
                continue
            names[each.id] = _public(told["given_name"], told["family_name"])
        return {comment: name for comment, name in names.items() if name}

    async def _keys(self, owners: Sequence[bytes]) -> dict[bytes, PersonKey]:
        """In parts, since what the database needs for a list grows with the square of its length."""
        keys: dict[bytes, PersonKey] = {}
        for start in range(0, len(owners), AT_ONCE):
            keys |= await self._vault.keys_at(owners[start : start + AT_ONCE])
        return keys


def _public(given: str, family: str) -> str:
    initial = f"{family[:1].upper()}." if family else ""
    return f"{given} {initial}".strip()
