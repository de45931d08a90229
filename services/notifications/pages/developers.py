"""The page for those who write programs: four ways to read, every event with an example, and programs to begin with."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.service.answers import json_response
from kenes.web.caching import publish
from kenes.web.limits import RateClass, limited
from kenes.web.openapi_security import CONFIGURATION, WaysIn
from schemas.contracts import asyncapi
from schemas.topics import PUBLIC_EVENTS
from services.notifications.developers.reference import described_events, shared_members
from services.notifications.pages.site import NotificationSite

PATH: Final = "/developers"
ASYNCAPI: Final = "/api/notifications/v1/asyncapi.json"
KEPT: Final = 60
CLIENTS: Final = Path(__file__).parent.parent / "developers" / "clients"
LOCAL_SITE: Final = "http://127.0.0.1:8082"
LOCAL_ISSUER: Final = "http://127.0.0.1:8090"


@dataclass(frozen=True)
class Client:
    """A program to copy. `key` names it in messages."""

    key: str
    file: str
    text: str


@dataclass(frozen=True)
class DeveloperPage:
    """`/developers`"""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """The page, and the same for programs."""
        return [
            Route(PATH, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(ASYNCAPI, limited(RateClass.READ)(self.asyncapi), methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The whole reference; it changes with a new version of the product only."""
        issuer, *_ = WaysIn.of(request).issuers
        return await self.site.published(request, "developers.html", partial(self._page, issuer), max_age=KEPT)

    async def asyncapi(self, request: Request) -> Response:
        """The public topic, described."""
        return publish(request, json_response(asyncapi((PUBLIC_EVENTS,))), max_age=KEPT, vary="")

    async def _page(self, issuer: str) -> dict[str, object]:
        return {
            "origin": self.site.origin,
            "events": described_events(),
            "shared": shared_members(),
            "clients": clients(self.site.origin, issuer),
            "configuration": f"{issuer}{CONFIGURATION}",
        }


@cache
def clients(origin: str, issuer: str) -> tuple[Client, ...]:
    """The programs, with the addresses of this site and of its identity provider in them."""
    found = sorted(path for path in CLIENTS.iterdir() if path.is_file())
    return tuple(
        Client(
            path.stem.replace("-", "_"),
            path.name,
            path.read_text("utf-8").replace(LOCAL_SITE, origin).replace(LOCAL_ISSUER, issuer),
        )
        for path in found
    )
