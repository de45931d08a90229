"""`/feeds/INTEREST.atom` and `.json`: what happened to a petition, a draft, a region, a topic or a body."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.mongo.client import Document
from kenes.web.caching import etag, publish
from kenes.web.feeds import ATOM_TYPE, JSON_FEED_TYPE, Entry, Feed, atom, json_feed
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from schemas.notifications.about import PublicEvent
from schemas.notifications.public import PUBLIC_TYPES
from services.notifications.domain.interests import FOLLOWABLE, SEARCH, kind_of
from services.notifications.feeds.folding import NAME
from services.notifications.following.naming import is_interest
from services.notifications.pages.site import NotificationSite
from services.notifications.wording.events import item_of

MAX_AGE: Final = 30


@dataclass(frozen=True)
class FeedPages:
    """Written anew for each reader, and kept by their caches."""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """One for each format."""
        read = limited(RateClass.READ)
        return [
            Route("/feeds/{interest:path}.atom", read(self.atom), methods=["GET"]),
            Route("/feeds/{interest:path}.json", read(self.json), methods=["GET"]),
        ]

    async def atom(self, request: Request) -> Response:
        """As Atom (RFC 4287)."""
        return self._answer(request, atom(await self._feed(request)), ATOM_TYPE)

    async def json(self, request: Request) -> Response:
        """As JSON Feed 1.1."""
        return self._answer(request, json_feed(await self._feed(request)), JSON_FEED_TYPE)

    async def _feed(self, request: Request) -> Feed:
        interest = request.path_params["interest"]
        if kind_of(interest) not in FOLLOWABLE - {SEARCH} or not is_interest(interest):
            raise Problem(404, "not-found")
        found = await (await self.site.live.of(NAME)).find_one({"_id": interest})
        t = self.site.translator(request)
        entries = [] if found is None else [self._entry(each, t) for each in reversed(found["entries"])]
        named = await self.site.names.one(interest, t)
        return Feed(
            title=f"{named.name} · {t('site.name')}",
            author=t("site.name"),
            own=f"{self.site.origin}{request.url.path}",
            page=named.href,
            language=t.language,
            entries=entries,
        )

    def _entry(self, stored: Document, t: Translator) -> Entry:
        event: PublicEvent = PUBLIC_TYPES[stored["type"]].model_validate(stored["data"])
        told = self.site.wording.item(
            item_of(event, t.language, url=self.site.addresses.event(event), at=stored["at"]), t
        )
        return Entry(
            id=f"urn:uuid:{stored['id']}",
            title=f"{told.headline}: {told.title}",
            address=told.url,
            published=stored["at"],
            updated=stored["at"],
            text="\n".join(f"{label}: {value}" for label, value in told.facts),
            language=t.language,
            category=event.about.category,
        )

    def _answer(self, request: Request, body: bytes, media_type: str) -> Response:
        answer = Response(body, media_type=media_type)
        return publish(request, answer, max_age=MAX_AGE, tag=etag(body), vary="Accept-Language, Cookie")
