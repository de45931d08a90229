"""What the API and the pages do alike: read the files, compare them with the last version, and ask."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kenes.identity.person import Person
from kenes.service.asking import Outcome
from schemas.consultations.clauses import ClauseTree
from schemas.consultations.course import VersionRequested
from schemas.consultations.parts import DraftText
from schemas.parts import Statement
from schemas.topics import LARGEST_DRAFT
from services.consultations.commands import Commands
from services.consultations.domain.consultation import Consultation
from services.consultations.handing_in.drafting import Drafted, DraftFile, drafted
from services.consultations.handing_in.errors import DraftTooLargeError
from services.consultations.queries import Queries

MOST_BYTES: Final = 20_000_000
"""Bytes of all files of a version together; each alone is bounded by the reader's own limits."""
BODY_LIMIT: Final = MOST_BYTES * 4 // 3 + 512 * 1024
"""Bytes of a request with so many bytes of files in base64, and a note."""
_ROOM: Final = 64 * 1024
"""Bytes of a record beside its value: key, headers, and what the decision says that the request did not."""
AT_ONCE: Final = 2
"""Drafts that one process reads at a time; others wait, so that a rush of files does not take all memory."""


@dataclass(frozen=True)
class HandingIn:
    """Reads files for one api process. A version that cannot be decided is refused before anything is sent."""

    queries: Queries
    commands: Commands
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def drafted(self, consultation: Consultation, files: Sequence[DraftFile]) -> Drafted:
        """The next version of the draft. Raises `HandingInError`."""
        if (size := sum(len(file.data) for file in files)) > MOST_BYTES:
            raise DraftTooLargeError(size, MOST_BYTES)
        async with self._turn:
            before = await self.last(consultation)
            return await asyncio.to_thread(drafted, files, before, consultation.version + 1)

    async def last(self, consultation: Consultation) -> dict[str, ClauseTree]:
        """The texts of the last version by language; empty before the first."""
        if not consultation.versions:
            return {}
        made = consultation.versions[-1]
        found = {each: await self.queries.text(consultation.id, made.number, each) for each in made.languages}
        return {language: tree for language, tree in found.items() if tree is not None}

    def request(
        self, consultation: Consultation, person: Person, texts: tuple[DraftText, ...], note: Statement | None
    ) -> VersionRequested:
        """The request. Raises `DraftTooLargeError` where no record holds it."""
        asked = VersionRequested(
            consultation=consultation.id,
            actor=self.commands.actor(consultation.id, person),
            version=consultation.version + 1,
            texts=texts,
            note=note,
        )
        if (size := len(asked.write())) > LARGEST_DRAFT - _ROOM:
            raise DraftTooLargeError(size, LARGEST_DRAFT - _ROOM)
        return asked

    async def hand_in(self, request: VersionRequested, wait: float) -> Outcome:
        """Asks. Raises `BrokerUnavailableError`; `wait` is in seconds."""
        return await self.commands.steer(request, wait)
