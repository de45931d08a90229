"""A service's JSON API: its operations under one address, and the documents that describe them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from kenes.service.answers import json_bytes
from kenes.web.limits import Endpoint, RateClass, limited
from kenes.web.openapi import Operation, document, routes
from kenes.web.openapi_security import WaysIn


@dataclass(frozen=True)
class JsonApi:
    """Operations mounted under `prefix`. Where two addresses could be meant, the one that comes first is.

    `events` is the AsyncAPI document of the topics behind it, where clients may read those too.
    """

    title: str
    prefix: str
    operations: Sequence[Operation]
    events: Path | None = None

    def routes(self) -> list[BaseRoute]:
        """The operations' routes, `/openapi.json`, and `/asyncapi.json` where there is one."""
        documents: dict[str, Endpoint] = {"/openapi.json": self._described()}
        if self.events is not None:
            documents["/asyncapi.json"] = _content(self.events.read_bytes())
        described = [Route(path, limited(RateClass.READ)(tell), methods=["GET"]) for path, tell in documents.items()]
        return [Mount(self.prefix, routes=[*routes(self.operations), *described])]

    def _described(self) -> Endpoint:
        @cache  # a site has one way in for good, and writing it all down takes as long as many signatures
        def written(ways: WaysIn) -> bytes:
            return orjson.dumps(document(self.title, "1", self.prefix, self.operations, ways))

        async def tell(request: Request) -> Response:
            return json_bytes(written(WaysIn.of(request)))

        return tell


def _content(document: bytes) -> Endpoint:
    async def tell(_request: Request) -> Response:
        return Response(document, media_type="application/json")

    return tell
