"""Handing the list of signers over: to the body in charge alone, a few at a time, and never without a trace."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Send

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.mongo.client import Database
from kenes.observe.logs import get_logger
from kenes.web.problems import Problem
from schemas.petitions.v1 import DutyKind
from services.petitions.answering.export import Cut, SignerLists, Sum
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks

NOT_IN_CHARGE: Final = "not-in-charge"
BUSY: Final = "export-busy"
UNKNOWN: Final = "export-unknown"
COLLECTION: Final = "signer_exports"
AT_ONCE: Final = 3
"""Lists written at the same time by one process."""
PATIENCE: Final = 60.0
"""Seconds in which a reader must take a chunk; whoever does not is left with a list that lacks its last line."""

_log = get_logger(__name__)


def refusal(petition: Petition, person: Person, packs: RulePacks) -> str | None:
    """Why this person does not get the list; `None` for the body in charge while it owes an answer."""
    pack = packs.pinned(petition.rules)
    if pack.role_of_body(petition.unit) not in person.roles:
        return Refusal.NOT_ALLOWED
    if petition.open_duty(DutyKind.ANSWER) is None:
        return Refusal.NOTHING_OWED
    return None if petition.charge == pack.body else NOT_IN_CHARGE


@dataclass(frozen=True)
class Handing:
    """Streams lists, and remembers of each official's last list of a petition its length and checksum."""

    lists: SignerLists
    database: Database
    keyring: Keyring
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def hand(self, petition: Petition, person: Person, packs: RulePacks) -> Response:
        """The list as a download. Raises the problem of a refusal, and 503 while others are written, as many as may."""
        _allow(petition, person, packs)
        cut = await self.lists.cut(petition.id)
        if self._places.locked():
            raise Problem(503, BUSY, headers={"retry-after": "30"})
        name = f"signers-{petition.id}.csv"
        return _Download(
            self._stream(cut, self._who(petition, person)),
            media_type="text/csv; charset=utf-8; header=present",
            headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
        )

    async def checksum(self, petition: Petition, person: Person, packs: RulePacks) -> Response:
        """The SHA-256 of the list this person got last, as `sha256sum --check` reads it."""
        _allow(petition, person, packs)
        who = self._who(petition, person)
        found = await self.database[COLLECTION].find_one({"_id": f"{petition.id}/{who}"})
        if found is None:
            raise Problem(404, UNKNOWN)
        text = f"{found['sha256']}  signers-{petition.id}.csv\n"
        return PlainTextResponse(text, headers={"cache-control": "no-store"})

    async def _stream(self, cut: Cut, who: str) -> AsyncGenerator[bytes, None]:
        told, whole = Sum(), False
        _log.info("signer list begun", petition=cut.petition, by=who, count=cut.count)
        try:
            async with self._places:
                async for chunk in self.lists.csv(cut, told):
                    if told.digest:
                        await self._keep(cut.petition, who, told)
                    yield chunk
            whole = True
        finally:
            _log.info("signer list ended", petition=cut.petition, by=who, rows=told.rows, whole=whole)

    async def _keep(self, petition: str, who: str, told: Sum) -> None:
        made = {"rows": told.rows, "sha256": told.digest, "at": datetime.now(UTC)}
        await self.database[COLLECTION].replace_one({"_id": f"{petition}/{who}"}, made, upsert=True)

    def _who(self, petition: Petition, person: Person) -> str:
        return self.keyring.pseudonym(petition.id, person.id)


class _Download(StreamingResponse):
    """Is given up once its reader takes nothing: it holds a place that others wait for."""

    async def stream_response(self, send: Send) -> None:
        async def taken(message: Message) -> None:
            async with asyncio.timeout(PATIENCE):
                await send(message)

        try:
            await super().stream_response(taken)
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()


def _allow(petition: Petition, person: Person, packs: RulePacks) -> None:
    if code := refusal(petition, person, packs):
        raise Problem(403 if code == Refusal.NOT_ALLOWED else 409, code)
