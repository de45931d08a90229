"""Topics: all of them, one of them, and a look into one."""

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.cluster import ClusterUnreachableError
from kenes.web.problems import Problem
from schemas.topics import Topic, all_topics
from services.console.access import viewing
from services.console.pages.charts import drawn
from services.console.pages.site import ConsoleSite, span_of
from services.console.rendering import group_view, topic_detail, topic_view
from services.console.sampling.history import Span
from services.console.sampling.snapshot import TopicFigures

DECLARED = {topic.name: topic for topic in all_topics()}


@dataclass(frozen=True)
class TopicPages:
    """`/topics`, `/topics/TOPIC`, `/topics/TOPIC/events`."""

    site: ConsoleSite

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/topics", self.list, methods=["GET"]),
            Route("/topics/{topic}", self.show, methods=["GET"]),
            Route("/topics/{topic}/events", self.events, methods=["GET"]),
        ]

    @viewing
    async def list(self, request: Request, _person: Person) -> Response:
        """Every topic: how much comes in, how much there is."""
        site, seen = self.site, self.site.seen
        words = request.query_params.get("q", "").strip().lower()[:100]
        found = [topic_view(each, site.sampler.history, seen.at) for each in seen.topics.values()]
        return await site.show(
            request,
            "topics.html",
            {
                "topics": [each for each in found if words in each.name.lower()],
                "q": words,
            },
        )

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """One topic: rates over time, partitions, who reads it."""
        site, seen = self.site, self.site.seen
        topic, span = self._topic(request), span_of(request)
        history = site.sampler.history
        readers = [each for each in seen.groups if any(p.place.topic == topic.name for p in each.lag.partitions)]
        return await site.show(
            request,
            "topic.html",
            {
                "topic": topic_detail(topic, seen, history),
                "declared": DECLARED.get(topic.name),
                "span": span,
                "spans": list(Span),
                "rate": drawn(history.rate(f"topic/{topic.name}/end", seen.at, span)),
                "sizes": drawn(history.points(f"topic/{topic.name}/size", seen.at, span), per=1e6),
                "readers": [group_view(each, seen.at) for each in readers],
                "projections": [each for each in seen.projections if each.who.topic == topic.name and each.who.live],
            },
        )

    @viewing
    async def events(self, request: Request, _person: Person) -> Response:
        """The newest events, personal data masked, and what there is most of among them."""
        topic = self._topic(request)
        try:
            sample, failed = await self.site.events.sample(topic.name, self.site.seen.broker.value), ""
        except ClusterUnreachableError as error:
            sample, failed = None, str(error)
        declared: Topic | None = DECLARED.get(topic.name)
        return await self.site.show(
            request,
            "topic_events.html",
            {
                "topic": topic,
                "sample": sample,
                "failed": failed,
                "declared": declared,
                "pretty": lambda content: orjson.dumps(content, option=orjson.OPT_INDENT_2).decode(),
            },
        )

    def _topic(self, request: Request) -> TopicFigures:
        found = self.site.seen.topics.get(request.path_params["topic"])
        if found is None:
            raise Problem(404, "topic-unknown")
        return found
