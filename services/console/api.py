"""The JSON API, `/api/console/v1`: what the pages show, for operators' scripts. Read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from kenes.identity.access import Authenticate, admitted
from kenes.service.answers import json_bytes, json_response
from kenes.web.limits import Endpoint, RateClass
from kenes.web.openapi import Operation, Parameter, document, routes
from kenes.web.openapi_security import WaysIn
from kenes.web.problems import Problem
from services.console.access import may_view
from services.console.alerting.evaluating import Alerts
from services.console.rendering import (
    alert_view,
    group_detail,
    group_view,
    projection_view,
    sources,
    topic_detail,
    topic_view,
)
from services.console.sampling.sampler import Sampler
from services.console.views import GroupDetail, GroupList, OverviewView, TopicDetail, TopicList

PREFIX: Final = "/api/console/v1"


@dataclass(frozen=True)
class Api:
    """The handlers and what they need. `authenticate` raises a problem for whoever is nobody we know.

    `more` are operations of other parts of the console, read only as these.
    """

    sampler: Sampler
    alerts: Alerts
    authenticate: Authenticate
    more: Sequence[Operation] = ()

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix, and the document that describes them."""
        described = Route("/openapi.json", self.openapi, methods=["GET"])
        return [Mount(PREFIX, routes=[*routes(self.operations()), described])]

    def operations(self) -> list[Operation]:
        """Every operation of the API."""
        return [
            read("/overview", self.overview, OverviewView),
            read("/topics", self.list_topics, TopicList),
            read("/topics/{topic}", self.show_topic, TopicDetail, "topic-unknown"),
            read("/groups", self.list_groups, GroupList),
            read("/groups/{group}", self.show_group, GroupDetail, "group-unknown"),
            *self.more,
        ]

    async def openapi(self, request: Request) -> Response:
        """This API, described."""
        await operator(request, self.authenticate)
        return json_response(document("Kenes console", "1", PREFIX, self.operations(), WaysIn.of(request)))

    async def overview(self, request: Request) -> Response:
        """Whether anything is lost, late or stuck."""
        await operator(request, self.authenticate)
        seen, alerts = self.sampler.snapshot, self.alerts
        return answer(
            OverviewView(
                at=seen.at,
                sources=sources(seen),
                alerts=[alert_view(each, alerts) for each in (*alerts.firing, *alerts.pending)],
                processes={
                    name: {"ready": each.ready, "reason": each.reason} for name, each in seen.processes.value.items()
                },
            )
        )

    async def list_topics(self, request: Request) -> Response:
        """Every topic, with rates and sizes."""
        await operator(request, self.authenticate)
        seen, history = self.sampler.snapshot, self.sampler.history
        return answer(
            TopicList(at=seen.at, topics=[topic_view(each, history, seen.at) for each in seen.topics.values()])
        )

    async def show_topic(self, request: Request) -> Response:
        """A topic with its partitions and settings."""
        await operator(request, self.authenticate)
        seen = self.sampler.snapshot
        topic = seen.topics.get(request.path_params["topic"])
        if topic is None:
            raise Problem(404, "topic-unknown")
        return answer(topic_detail(topic, seen, self.sampler.history))

    async def list_groups(self, request: Request) -> Response:
        """Every consumer group, and where projections say they stand."""
        await operator(request, self.authenticate)
        seen = self.sampler.snapshot
        return answer(
            GroupList(
                at=seen.at,
                groups=[group_view(each, seen.at) for each in seen.groups],
                projections=[projection_view(each, seen.at) for each in seen.projections],
            )
        )

    async def show_group(self, request: Request) -> Response:
        """A consumer group with its partitions and members."""
        await operator(request, self.authenticate)
        seen = self.sampler.snapshot
        reading = seen.group(request.path_params["group"])
        if reading is None:
            raise Problem(404, "group-unknown")
        return answer(group_detail(reading, seen.at))


async def operator(request: Request, authenticate: Authenticate) -> None:
    """Raises a problem for whoever may not look."""
    person = await admitted(request, authenticate, RateClass.READ)
    if not may_view(person.roles):
        raise Problem(403, "not-allowed")


def read(
    path: str, handler: Endpoint, answer: type[BaseModel], *problems: str, parameters: Sequence[Parameter] = ()
) -> Operation:
    """An operation that tells operators something."""
    every = ("not-allowed", *problems)
    return Operation(
        "GET", path, handler, {200: answer}, problems=every, parameters=parameters, secured=True, session=True
    )


def answer(view: BaseModel) -> Response:
    """What it tells, as JSON."""
    return json_bytes(view.model_dump_json().encode())
