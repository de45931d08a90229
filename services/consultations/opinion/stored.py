"""Stored votes and withheld comments, as of a moment that the live tails have reached."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from kenes.mongo.client import Database, Document
from kenes.mongo.projection import Projection, Version, live_version
from services.consultations.domain.comment import Standing
from services.consultations.opinion.live import Sequences, StillReadingError

FOLDED_WITHIN: Final = 10.0
"""Seconds for which a projection that lags behind the topic is waited for."""
AT_ONCE: Final = 50
"""Ballots fetched at once: each may hold hundreds of votes, and a full reply of the server would hold a million."""
_ASK_AGAIN: Final = 0.1
"""Seconds between two looks at how far the projection is."""


@dataclass(frozen=True)
class StoredOpinions:
    """Reads the live versions of the projections of ballots and of comments."""

    database: Database = field(repr=False)
    of_ballots: Projection
    of_comments: Projection

    async def ballots(self, consultation: str, until: Sequences) -> AsyncIterator[Document]:
        """Each voter's ballot. Raises `StillReadingError` where the projection does not come to `until`."""
        version = await self._folded(self.of_ballots, until)
        async for document in version.collection("ballots").find({"consultation": consultation}, batch_size=AT_ONCE):
            yield document

    async def withheld(self, consultation: str, until: Sequences) -> AsyncIterator[str]:
        """Comments hidden or taken back. Raises `StillReadingError` where the projection does not come to `until`."""
        version = await self._folded(self.of_comments, until)
        query: Document = {"consultation": consultation, "standing": {"$ne": str(Standing.SHOWN)}}
        async for document in version.collection("comments").find(query, {"_id": 1}):
            yield document["_id"]

    async def _folded(self, projection: Projection, until: Sequences) -> Version:
        try:
            async with asyncio.timeout(FOLDED_WITHIN):
                while True:
                    version = await live_version(self.database, projection)
                    positions = await version.positions()
                    if all(positions[partition].sequence >= sequence for partition, sequence in until.items()):
                        return version
                    await asyncio.sleep(_ASK_AGAIN)
        except TimeoutError:
            raise StillReadingError(f"the projection {projection.name} is behind its topic") from None
