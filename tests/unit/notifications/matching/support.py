"""What tests of matching share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Recorded
from schemas.parts import Statement
from schemas.topics import FAN_OUTS
from services.notifications.following.projections import FOLLOWERS
from services.notifications.matching.followers import Followers
from services.notifications.matching.settling import Settling
from services.notifications.matching.telling import Telling
from tests.unit.notifications.following_world import KEYRING, Keys, World


class Settled(Settling):
    """Everybody is known here at once."""

    async def settled(self) -> None:
        """Nothing lags here."""


SETTLED: Final = Settled("", "", "", cast(Any, None))
STATEMENT: Final = Statement(kk="Бап сол күйінде қалады, өзгермейді.", ru="Статья останется такой, какая она есть.")


def telling_of(world: World, keys: Keys) -> Telling:
    """The worker, in a world where some may have been erased."""
    told: Any = {"vault": keys, "producer": world}
    return Telling(Followers(cast(Any, world), FOLLOWERS), SETTLED, keyring=KEYRING, **told)


async def handled(telling: Telling, batch: Sequence[Recorded]) -> bool:
    """Whether a batch was told of. Where the broker was away meanwhile, the process ends, and it comes again."""
    done = True
    try:
        await telling.handle(FAN_OUTS, batch)
    except* BrokerUnavailableError:
        done = False
    return done
