"""Has the answer to a campaign reach everybody who says the same, whenever they said it: a page of them at a time.

The ledger knows whom an answer answers, and decisions say whom it has reached. What is between them is asked for, and
each page goes on where the one before ended: a page that is asked for twice, by two processes or after a crash, is
refused.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveVersions, Version
from kenes.observe.logs import get_logger
from schemas.consultations.comments import MOST_REACHED, CampaignAnswer, CampaignReachRequested
from schemas.envelope import Event
from schemas.topics import COMMENT_REQUESTS
from services.consultations.campaigns.clustering import MEMBERS
from services.consultations.folds.places import place
from services.consultations.ledger.accounts import Account, load_account
from services.consultations.ledger.folding import ACCOUNTS, LEDGER

_log = get_logger(__name__)

EVERY: Final = 0.5
"""Seconds between two ticks: at each, a campaign is asked for one page of the comments that its answer is to reach."""
SOURCE: Final = "/consultations/reaching"
AT_ONCE: Final = 20
"""Campaigns that a page is asked for at one tick."""

AGAIN: Final = 30.0
"""Seconds after which a page is asked for again that the ledger still does not know of."""


@dataclass(frozen=True)
class Reaching:
    """A clock. It remembers what it has asked for, since the ledger comes to know of it a little later."""

    versions: LiveVersions
    producer: Producer
    _asked: dict[str, float] = field(default_factory=dict)

    async def tick(self) -> None:
        """Asks for the next page of campaigns whose answer has not reached everybody."""
        now = time.monotonic()
        for old in [each for each, at in self._asked.items() if at < now - AGAIN]:
            del self._asked[old]
        version = await self.versions.get(LEDGER)
        pages = 0
        async for document in version.collection(ACCOUNTS).find({"reaching": True}):
            account = load_account(document)
            occasion = f"{account.id}/{document['reply']['s']}/{len(account.reached)}"
            if occasion not in self._asked and await self._ask(_event(await _page(version, account), occasion)):
                self._asked[occasion] = now
                pages += 1
            if pages == AT_ONCE:
                break

    async def _ask(self, request: Event[CampaignReachRequested]) -> bool:
        """Writes a request; what the broker did not take is asked for again at the next tick."""
        try:
            await self.producer.send(COMMENT_REQUESTS, request.subject.encode(), request)
        except BrokerUnavailableError as error:
            _log.warning("an answer will reach its campaign later", consultation=request.subject, error=str(error))
            return False
        return True


async def _page(version: Version, account: Account) -> CampaignReachRequested:
    """The next of those whom the answer has not reached, in the order they spoke. Raises `ValueError` without one."""
    if account.reply is None:
        raise ValueError(f"{account.id} has no answer")
    places = [place(account.consultation, number) for number in islice(account.unreached, MOST_REACHED)]
    members = await find_in(version.collection(MEMBERS), Lookup(MEMBERS, "place", places))
    given = account.reply
    return CampaignReachRequested(
        consultation=account.consultation,
        comment=given["comment"],
        answer=CampaignAnswer(
            sequence=given["s"], at=given["at"], outcome=given["outcome"], statement=given["statement"]
        ),
        before=len(account.reached),
        comments=tuple(each["_id"] for each in sorted(members, key=lambda each: str(each["place"]))),
    )


def _event(request: CampaignReachRequested, occasion: str) -> Event[CampaignReachRequested]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:{request.TYPE}:{occasion}")),
        source=SOURCE,
        subject=request.consultation,
        time=datetime.now(UTC),
        data=request,
    )
