"""What a person may ask of the service about themselves: everything it holds about them, and to be erased."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.mongo.vault import Vault
from kenes.web.i18n import Translator
from kenes.web.sessions import SessionStore
from services.petitions.domain.petition import Petition
from services.petitions.queries import Queries

CHUNK: Final = 100
"""Petitions looked up at a time: what a download holds in memory."""

STAYS: Final = ("counts", "petitions", "comments", "following", "log", "provider")
"""What erasing leaves: keys of `erase.stays.*`."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing did, at an instant in UTC. `sessions` were ended."""

    at: datetime
    sessions: int


@dataclass(frozen=True)
class Rights:
    """The rights of one person over what is held about them. Everything raises `DatabaseUnavailableError`."""

    keyring: Keyring
    vault: Vault
    queries: Queries
    sessions: SessionStore

    async def erase(self, person: Person) -> Erased:
        """Destroys the person's key, then ends their sessions. Asked again it does what is left, and no harm.

        The key goes first: once it is gone nothing can be read again, whatever fails after it. Private entries are not
        deleted, since a rebuild would write them again; without the key they are noise.
        """
        await self.vault.destroy(person.id)
        return Erased(datetime.now(UTC), await self.sessions.delete_owned(self.keyring.index(person.id)))

    async def data(self, person: Person, t: Translator) -> AsyncIterator[bytes]:
        """Everything held about the person as the bytes of one JSON object, described in the reader's language."""
        now = datetime.now(UTC)
        key = await self.vault.find(person.id)
        signed = await self.queries.signed_by(person)
        authored = await self.queries.authored_by(person)
        parts = [asdict(each) for each in await self.queries.took_part(person)]
        ends = await self.sessions.owned(self.keyring.index(person.id), now)

        yield b'{"made_at":' + orjson.dumps(now) + b',"what":' + orjson.dumps(t("data.what"))
        yield b',"identity":' + orjson.dumps({"what": t("data.identity"), **person.as_dict()})
        yield b',"key":' + orjson.dumps({"what": t("data.key"), "exists": key is not None})
        lines = [asdict(each) for each in signed]
        async for piece in self._part("signatures", t, person, lines, key=None):
            yield piece
        async for piece in self._part("petitions", t, person, [{"petition": each} for each in authored], key=key):
            yield piece
        async for piece in self._part("took_part", t, person, parts, key=None):
            yield piece
        items = [{"ends_at": each} for each in ends]
        yield b',"sessions":' + orjson.dumps({"what": t("data.sessions"), "items": items})
        yield b',"elsewhere":' + orjson.dumps({"what": t("data.elsewhere")}) + b"}"

    async def _part(
        self, name: str, t: Translator, person: Person, lines: Sequence[Mapping[str, Any]], *, key: PersonKey | None
    ) -> AsyncIterator[bytes]:
        """A part with one item a petition. With the person's `key`, the name stored with the petition is read."""
        yield f',"{name}":'.encode() + b'{"what":' + orjson.dumps(t(f"data.{name}")) + b',"items":['
        separator = b""
        for start in range(0, len(lines), CHUNK):
            chunk = lines[start : start + CHUNK]
            known = {each.id: each for each in await self.queries.by_ids([line["petition"] for line in chunk])}
            for line in chunk:
                petition = known.get(line["petition"])
                item = {**line, "pseudonym": self.keyring.pseudonym(line["petition"], person.id)}
                item |= _told(petition) if key is None else _written(petition, key)
                yield separator + orjson.dumps(item)
                separator = b","
        yield b"]}"


async def resumed(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A download whose first piece was taken already."""
    yield first
    async for piece in rest:
        yield piece


def _told(petition: Petition | None) -> dict[str, Any]:
    return {"title": None if petition is None else petition.text.title}


def _written(petition: Petition | None, key: PersonKey) -> dict[str, Any]:
    if petition is None:  # written a moment ago, and not projected yet
        return {"title": None, "status": None, "created_at": None, "name": None}
    return {
        "title": petition.text.title,
        "status": petition.status,
        "created_at": petition.created_at,
        "name": _name(petition, key),
    }


def _name(petition: Petition, key: PersonKey) -> dict[str, str] | None:
    try:
        told: dict[str, str] = json.loads(key.open(petition.sealed, petition.id))
    except UnsealError:
        return None
    return {name: told[name] for name in ("given_name", "family_name")}
