"""Where the mail relay hands over what comes back: a mailbox that does not exist is not written to again.

The relay posts each mail to the bounces' address as it is, `Authorization: Bearer KENES_BOUNCES_TOKEN`.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from typing import Final

from pydantic import Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.mail.bounces import LARGEST, Bounce, parse_bounce
from kenes.mongo.projection import LiveCollections
from kenes.setting_files import FileSettings
from kenes.web.bodies import read_body
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from services.notifications.following.commands import Commands

PATH: Final = "/notifications/bounces"


class BounceSettings(FileSettings):
    """Who may hand bounces over."""

    bounces_token: SecretStr | None = Field(
        default=None, min_length=16, description="What the relay proves itself by; left out: no bounces are taken."
    )


@dataclass(frozen=True)
class Bounces:
    """Takes bounces, and ends the channels of those that blame the address for good."""

    settings: BounceSettings
    live: LiveCollections
    commands: Commands

    def routes(self) -> list[BaseRoute]:
        """The hook, where there is a token. After a large mailing one relay hands over hundreds in a minute."""
        if self.settings.bounces_token is None:
            return []
        return [Route(PATH, limited(RateClass.READ)(self.take), methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """A mail, of whatever kind: the relay has done its part with any answer but an error of ours."""
        self._check(request)
        bounce = await asyncio.to_thread(parse_bounce, await read_body(request, limit=LARGEST))
        if bounce is not None and bounce.permanent:
            await self._end(bounce)
        return Response(status_code=204)

    async def _end(self, bounce: Bounce) -> None:
        deliveries = await self.live.of("deliveries")
        delivery = await deliveries.find_one({"_id": bounce.reference}, {"subscriber": 1, "channel": 1})
        if delivery is not None:
            await self.commands.end_gone(delivery["subscriber"], delivery["channel"])

    def _check(self, request: Request) -> None:
        token = self.settings.bounces_token
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token is None or not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
            raise Problem(401, "token-malformed", headers={"www-authenticate": "Bearer"})
