"""Duties as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.access import Authenticate
from kenes.web.openapi import Operation
from services.console.api import answer, operator, read
from services.console.duties.reads import Duties, DutyList


@dataclass(frozen=True)
class DutyApi:
    """`/duties` of the JSON API."""

    duties: Duties
    authenticate: Authenticate

    def operations(self) -> list[Operation]:
        return [read("/duties", self.list_duties, DutyList)]

    async def list_duties(self, request: Request) -> Response:
        """Every duty of every service that is late or due within three days."""
        await operator(request, self.authenticate)
        return answer(await self.duties.owed(datetime.now(UTC)))
