"""The library as the kit runs it, and its one page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import ClassVar
from uuid import uuid4

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.waiting import Decisions
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveVersions, Projection, Version
from kenes.service.definition import Context, Deciding, Served, Service, Stream
from kenes.service.following import following
from kenes.settings import KitSettings
from kenes.web.app import build_app
from kenes.web.bodies import read_json
from kenes.web.problems import Problem
from schemas.envelope import Event
from schemas.topics import Topic
from tests.example.projection import RULES, shelf
from tests.example.v1 import BorrowRequested, LoanRefused, ReturnRequested, topics

REQUESTS, LOANS = topics()
SHELF = shelf(LOANS)


class Asker(BaseModel):
    """Who asks."""

    reader: str


class Library(Service):
    """Books and readers."""

    name: ClassVar[str] = "library"
    topics: ClassVar[tuple[Topic, ...]] = (REQUESTS, LOANS)
    database = "library"
    projections: tuple[Projection, ...] = (SHELF,)
    deciding: tuple[Deciding, ...] = (Deciding(REQUESTS, LOANS, RULES),)

    def __init__(self, settings: KitSettings) -> None:
        self.settings = settings

    def check(self, role: str) -> None:
        """Nobody signs in here."""

    @asynccontextmanager
    async def stream(self, context: Context) -> AsyncIterator[Stream]:
        """One decider."""
        yield Stream(deciding=((self.deciding[0], KeyedState(context.database, RULES)),))

    @asynccontextmanager
    async def api(self, context: Context) -> AsyncIterator[Served]:
        """Borrow, return, look."""
        decisions, versions = Decisions(), LiveVersions(context.database)

        async def borrow(request: Request) -> Response:
            book, asker = request.path_params["book"], await read_json(request, Asker)
            return await _ask(context, decisions, BorrowRequested(book=book, reader=asker.reader))

        async def bring_back(request: Request) -> Response:
            book, asker = request.path_params["book"], await read_json(request, Asker)
            return await _ask(context, decisions, ReturnRequested(book=book, reader=asker.reader))

        async def look(request: Request) -> Response:
            found = await (await versions.get(SHELF)).collection("shelf").find_one({"_id": request.path_params["book"]})
            if found is None:
                raise Problem(404, "not-found")
            return JSONResponse({"reader": found["reader"], "loans": found["loans"]})

        async with following(self, context, SHELF, Version.positions, decisions.note):
            app = build_app(
                [
                    Route("/books/{book}", look, methods=["GET"]),
                    Route("/books/{book}/loan", borrow, methods=["POST"]),
                    Route("/books/{book}/return", bring_back, methods=["POST"]),
                ],
                settings=self.settings.web,
                translations={BrokerUnavailableError: lambda _: Problem(503, "unavailable")},
            )
            yield Served(app, lambda: None)


async def _ask(context: Context, decisions: Decisions, request: BorrowRequested | ReturnRequested) -> Response:
    event = Event(id=str(uuid4()), source="/library", subject=request.book, time=datetime.now(UTC), data=request)
    decided = await decisions.wait(await context.producer.send(REQUESTS, request.book.encode(), event), 10)
    if decided is None:
        return JSONResponse({"status": "pending"}, 202)
    if isinstance(decided.data, LoanRefused):
        raise Problem(409, "not-allowed", members={"reason": decided.data.code})
    return JSONResponse({"status": decided.data.TYPE})
