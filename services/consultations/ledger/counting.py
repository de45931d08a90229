"""Counting for a report: only once every request on comments that was made until then is decided and in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from kenes.kafka.reader import ends
from kenes.mongo.projection import LiveVersions
from schemas.topics import COMMENT_REQUESTS
from services.consultations.clocks import Counted
from services.consultations.domain.consultation import Consultation
from services.consultations.ledger.folding import LEDGER, LEDGERS
from services.consultations.ledger.reads import owed_in

ON_ITS_WAY: Final = timedelta(seconds=30)
"""How much later than it is dated a request may reach the broker: longer than any producer goes on trying."""


@dataclass(frozen=True)
class Counting:
    """Counts the ledger of consultations whose reports were handed in.

    A comment counts by when it was made, and only comments made before the end are accepted. So the ends of the topic
    are read once, some time after that: when the ledger has come as far, no comment can be missing. A request that was
    set aside as unreadable at the very end of a partition holds reports back until another is decided.
    """

    bootstrap: str
    versions: LiveVersions
    _asked: dict[tuple[str, int], Mapping[int, int]] = field(default_factory=dict)

    async def count(self, consultation: Consultation) -> Counted | None:
        """What the ledger says, or `None` while it does not know everything."""
        if consultation.closes_at is None or datetime.now(UTC) < consultation.closes_at + ON_ITS_WAY:
            return None
        key = consultation.id, len(consultation.path)
        if key not in self._asked:
            for old in [each for each in self._asked if each[0] == consultation.id]:
                del self._asked[old]
            self._asked[key] = await ends(self.bootstrap, COMMENT_REQUESTS)
        version = await self.versions.get(LEDGER)
        positions = await version.positions()
        if any(positions[partition].sequence < end - 1 for partition, end in self._asked[key].items()):
            return None
        # Of the very version whose positions these are: another one may not have come as far.
        owed = await owed_in(version.collection(LEDGERS), consultation.id, datetime.now(UTC))
        return Counted(owed.comments, owed.owed)
