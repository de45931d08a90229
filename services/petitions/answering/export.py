"""Who signed a petition, for the body that must answer it: one row at a time, whole or without its last line."""

import asyncio
import csv
import hashlib
import io
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from kenes.home import home_day
from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.mongo.client import Collection, Database, DatabaseUnavailableError, Document
from kenes.mongo.projection import LiveVersions, Projection, Version
from kenes.mongo.vault import Vault
from kenes.service.receipts import receipt_id
from kenes.web import csv_text
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from services.petitions.projection import BLOCK, tally_ids

BATCH: Final = 32
"""Receipts asked for at once: the embedded server's time for a list of ids grows with its square."""
AHEAD: Final = 2
"""Batches asked for while one is written."""
HEADER: Final = ("number", "name", "region", "date")
CHUNK: Final = 64 * 1024
_FIELDS: Final = {"decision": 1, "signer": 1, "region": 1, "at": 1, "sealed": 1, "owner": 1}
_ACTS: Final = (SignatureAccepted.TYPE, SignatureWithdrawn.TYPE)
_LOOKS: Final = 30
_PAUSE: Final = 0.5
"""Seconds between looks whether the receipts are as far as the tallies."""

T = TypeVar("T")


class IncompleteListError(RuntimeError):
    """What was read is not what was counted; the list must not be taken for whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a petition's signatures are in one partition, up to the request `last`."""

    partition: int
    last: int
    blocks: tuple[int, ...]

    def batches(self) -> Iterator[list[str]]:
        """Receipts to look at, the newest first."""
        for block in self.blocks:
            newest = min(self.last, (block + 1) * BLOCK - 1)
            for start in range(newest, block * BLOCK - 1, -BATCH):
                end = max(start - BATCH, block * BLOCK - 1)
                yield [receipt_id(self.partition, sequence) for sequence in range(start, end, -1)]


@dataclass(frozen=True, slots=True)
class Cut:
    """The signatures of a petition at one moment: their number, and where they are."""

    petition: str
    count: int
    places: tuple[Place, ...]


@dataclass(slots=True)
class Sum:
    """What is known of a list once it was written to the end."""

    rows: int = 0
    digest: str = ""
    """SHA-256 of the whole file, its last line included."""


class SignerLists:
    """Reads signers in batches: memory does not grow with their number."""

    def __init__(self, database: Database, projections: Sequence[Projection], keyring: Keyring, vault: Vault) -> None:
        self._versions = LiveVersions(database)
        self._projections = {name: each for each in projections for name in each.collections}
        self._keyring = keyring
        self._vault = vault

    async def cut(self, petition: str) -> Cut:
        """The signatures as they are counted now. Raises `DatabaseUnavailableError` while receipts lag behind."""
        tallies = await self._versions.get(self._projections["tallies"])
        cursor = tallies.collection("tallies").find({"_id": {"$in": tally_ids(petition)}}, {"latest": 0})
        found = cut_of(petition, [tally async for tally in cursor])
        await self._caught_up(found)
        return found

    async def csv(self, cut: Cut, told: Sum) -> AsyncIterator[bytes]:
        """The list as CSV (UTF-8 with a byte order mark, RFC 4180); `told` is filled in at the end.

        The last line has the number of rows and the SHA-256 of every byte before it. Raises `IncompleteListError`
        before it is written when rows and count differ.
        """
        digest, out = hashlib.sha256(), _Lines()
        out.write(HEADER)
        async for rows in self._rows(cut):
            for name, region, date in rows:
                told.rows += 1
                out.write((told.rows, name, region, date))
            if out.size >= CHUNK:
                chunk = out.take()
                digest.update(chunk)
                yield chunk
        if told.rows != cut.count:
            raise IncompleteListError(f"{told.rows} signatures were found, {cut.count} are counted")
        rest = out.take()
        digest.update(rest)
        out.write(("total", told.rows, "sha-256", digest.hexdigest()))
        last = out.take()
        digest.update(last)
        told.digest = digest.hexdigest()
        yield rest + last

    async def _rows(self, cut: Cut) -> AsyncIterator[list[tuple[str, str, str]]]:
        signatures = await self._versions.get(self._projections["signatures"])
        collection = signatures.collection("signatures")
        for place in cut.places:
            withdrawn: set[str] = set()
            asked = (_acts(collection, cut.petition, ids) for ids in place.batches())
            async with aclosing(_ahead(asked)) as found:
                async for acts in found:
                    standing = list(_standing(acts, withdrawn))
                    yield await self._named(cut.petition, standing) if standing else []

    async def _named(self, petition: str, signatures: Sequence[Document]) -> list[tuple[str, str, str]]:
        owners = [self._keyring.open_owner(each["owner"]) for each in signatures]
        keys = await self._vault.keys_at(owners)
        return [
            (_name(keys.get(owner), each["sealed"], petition), each["region"], home_day(each["at"]).isoformat())
            for owner, each in zip(owners, signatures, strict=True)
        ]

    async def _caught_up(self, cut: Cut) -> None:
        version = await self._versions.get(self._projections["signatures"])
        for _ in range(_LOOKS):
            if await _covers(version, cut):
                return
            await asyncio.sleep(_PAUSE)
        raise DatabaseUnavailableError("the receipts are behind the tallies")


def cut_of(petition: str, tallies: Sequence[Document]) -> Cut:
    """What tallies say of a petition. A tally is exact up to the request `s` of its partition."""
    count = sum(each.get("accepted", 0) - each.get("withdrawn", 0) for each in tallies)
    places = [
        Place(each["p"], each["s"], tuple(sorted((int(block) for block in each.get("blocks", ())), reverse=True)))
        for each in sorted(tallies, key=lambda each: int(each["p"]))
    ]
    return Cut(petition, count, tuple(places))


async def _covers(version: Version, cut: Cut) -> bool:
    positions = await version.positions()
    return all(positions[place.partition].sequence >= place.last for place in cut.places)


async def _ahead(asked: Iterator[Coroutine[Any, Any, T]]) -> AsyncGenerator[T, None]:
    """What is asked for, in order. While one is looked at the database is busy with the next ones."""
    running: deque[asyncio.Task[T]] = deque()
    try:
        for each in asked:
            running.append(asyncio.create_task(each))
            if len(running) > AHEAD:
                yield await running.popleft()
        while running:
            yield await running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _acts(collection: Collection, petition: str, ids: Sequence[str]) -> list[Document]:
    """The counted acts on a petition among these receipts, in the order of the receipts."""
    query: dict[str, Any] = {"_id": {"$in": list(ids)}, "petition": petition}
    found = {each["_id"]: each for each in await collection.find(query, _FIELDS).to_list(None)}
    return [found[each] for each in ids if each in found and found[each]["decision"] in _ACTS]


def _standing(acts: Sequence[Document], withdrawn: set[str]) -> Iterator[Document]:
    """Signatures that count, of acts given the newest first. A person's acts are all in one partition.

    `withdrawn` has those whose withdrawal was seen and whose signature before it was not: it goes on between batches.
    """
    for act in acts:
        if act["decision"] == SignatureWithdrawn.TYPE:
            withdrawn.add(act["signer"])
        elif act["signer"] in withdrawn:
            withdrawn.remove(act["signer"])
        else:
            yield act


def _name(key: PersonKey | None, sealed: str, petition: str) -> str:
    """The name as verified; nothing once the person was erased."""
    if key is None:
        return ""
    try:
        told = json.loads(key.open(sealed, petition))
    except UnsealError:
        # Erased, and here again with a new key.
        return ""
    return f"{told['given_name']} {told['family_name']}".strip()


class _Lines:
    """CSV lines that wait to be sent."""

    def __init__(self) -> None:
        self._text = io.StringIO("\ufeff", newline="")
        self._text.seek(0, io.SEEK_END)
        self._writer = csv.writer(self._text)

    @property
    def size(self) -> int:
        """Letters that wait."""
        return self._text.tell()

    def write(self, row: Sequence[csv_text.Cell]) -> None:
        """Adds a line."""
        self._writer.writerow([csv_text.safe(cell) for cell in row])

    def take(self) -> bytes:
        """The lines so far, which wait no longer."""
        taken = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return taken
