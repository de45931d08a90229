"""Deliveries as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.access import Authenticate
from kenes.web.openapi import Operation
from services.console.api import answer, operator, read
from services.console.deliveries.reads import Deliveries, DeliveryFigures


@dataclass(frozen=True)
class DeliveryApi:
    """`/deliveries` of the JSON API."""

    deliveries: Deliveries
    authenticate: Authenticate

    def operations(self) -> list[Operation]:
        return [read("/deliveries", self.list_deliveries, DeliveryFigures)]

    async def list_deliveries(self, request: Request) -> Response:
        """Deliveries of the last 48 hours by hour, channel and outcome, and what waits now."""
        await operator(request, self.authenticate)
        return answer(await self.deliveries.figures(datetime.now(UTC)))
