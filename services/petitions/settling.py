"""Up to when the tallies have every signature: nothing may be ended for want of one that was made in time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from kenes.kafka.producer import BrokerError, BrokerUnavailableError
from kenes.kafka.reader import ends
from kenes.observe.logs import get_logger
from schemas.topics import SIGNATURE_REQUESTS
from services.petitions.tallied import Tallied

_log = get_logger(__name__)

LONGEST: Final = timedelta(minutes=15)
"""How long tallies are waited for: they come no further while what a partition ends with is set aside."""


class Settling:
    """Looks where the requests end, and waits until the tallies have come as far. One look at a time serves all."""

    def __init__(self, bootstrap: str, tallied: Tallied) -> None:
        self._bootstrap = bootstrap
        self._tallied = tallied
        self._until = datetime.min.replace(tzinfo=UTC)
        self._looked: tuple[datetime, dict[int, int]] | None = None

    async def until(self, wanted: datetime) -> datetime:
        """The instant, UTC, before which every signature asked for is counted: `wanted` or later once they are.

        Raises `BrokerUnavailableError`.
        """
        if self._until < wanted:
            now = datetime.now(UTC)
            if self._looked is None:
                self._looked = now, await self._ends()
            at, found = self._looked
            if late := now - at > LONGEST:
                _log.warning("the tallies are behind: collections end by what is counted", since=at.isoformat())
            if late or await self._tallied.has_folded(found):
                self._until, self._looked = at, None
        return self._until

    async def _ends(self) -> dict[int, int]:
        try:
            return await ends(self._bootstrap, SIGNATURE_REQUESTS)
        except BrokerError as error:
            raise BrokerUnavailableError(f"the ends of {SIGNATURE_REQUESTS.name} cannot be had: {error!r}") from error
