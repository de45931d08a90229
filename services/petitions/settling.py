"""Up to when the tallies have every signature: nothing may be ended for want of one that was made in time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from kenes.kafka.producer import TIMEOUT, BrokerError, BrokerUnavailableError
from kenes.kafka.reader import ends
from kenes.observe.logs import get_logger
from schemas.topics import SIGNATURE_REQUESTS
from services.petitions.tallied import Tallied

_log = get_logger(__name__)

GRACE: Final = timedelta(seconds=3 * TIMEOUT + 5)
"""How old a request may be when it comes to the topic: it is dated before the producer starts anew, sends it and gives
it up, which takes a time-out each, and the clocks of two machines differ by some seconds."""

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
                # What comes after a look may be dated before it. After the longest wait that is past, too.
                self._until, self._looked = at if late else at - GRACE, None
        return self._until

    async def _ends(self) -> dict[int, int]:
        try:
            return await ends(self._bootstrap, SIGNATURE_REQUESTS)
        except BrokerError as error:
            raise BrokerUnavailableError(f"the ends of {SIGNATURE_REQUESTS.name} cannot be had: {error!r}") from error
