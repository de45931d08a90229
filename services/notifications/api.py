"""The JSON API, `/api/notifications/v1`: the operations of every part under one address, and their description."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from kenes.service.answers import json_response
from kenes.web.limits import RateClass, limited
from kenes.web.openapi import Operation, document, routes
from kenes.web.openapi_security import WaysIn

PREFIX: Final = "/api/notifications/v1"


@dataclass(frozen=True)
class Api:
    """What the parts offer. Where two addresses could be meant, the one that comes first is."""

    operations: Sequence[Operation]

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix."""
        described = Route("/openapi.json", limited(RateClass.READ)(self.openapi), methods=["GET"])
        return [Mount(PREFIX, routes=[*routes(self.operations), described])]

    async def openapi(self, request: Request) -> Response:
        """This API, described."""
        return json_response(document("Kenes notifications", "1", PREFIX, self.operations, WaysIn.of(request)))
