"""What tests of matching share."""

from __future__ import annotations

from typing import Any, Final, cast

from schemas.parts import Statement
from services.notifications.matching.settling import Settling


class Settled(Settling):
    """Everybody is known here at once."""

    async def settled(self) -> None:
        """Nothing lags here."""


SETTLED: Final = Settled("", "", "", cast(Any, None))
STATEMENT: Final = Statement(kk="Бап сол күйінде қалады, өзгермейді.", ru="Статья останется такой, какая она есть.")
