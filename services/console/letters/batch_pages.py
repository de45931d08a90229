"""Replaying all of a filter: what it means, how far it is, and how it is stopped."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.problems import Problem
from kenes.web.site import see_other
from schemas.console.letters import BatchRequested, BatchStopRequested, LetterFilter
from schemas.console.subjects import batch_subject
from services.console.access import acting, viewing
from services.console.acts.commands import operator_of
from services.console.acts.desk import Desk, Hindrance, absent
from services.console.letters.batches import AT_ONCE, EVERY
from services.console.letters.pages import chosen_of
from services.console.letters.projection import LETTERS
from services.console.letters.reads import Batch

START: Final = "console.batch/start/{}"
STOP: Final = "console.batch/stop/{}"


@dataclass(frozen=True)
class BatchPages:
    """`/letters/replay-all`, `/letters/batches/{batch}`"""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """What explains, what starts, what shows and what stops."""
        return [
            Route("/letters/replay-all", self.ask, methods=["GET"]),
            Route("/letters/replay-all", self.start, methods=["POST"]),
            Route("/letters/batches/{batch}", self.show, methods=["GET"]),
            Route("/letters/batches/{batch}/stop", self.stop, methods=["POST"]),
        ]

    @acting
    async def ask(self, request: Request, person: Person) -> Response:
        """How many there are, and how they will be replayed."""
        chosen = _filter(request)
        return await self._ask(request, person, chosen, settled=await self.desk.settled(LETTERS))

    async def _ask(
        self,
        request: Request,
        person: Person,
        chosen: LetterFilter,
        hindrance: Hindrance | None = None,
        *,
        settled: bool = True,
    ) -> Response:
        context = {
            "settled": settled,
            "filter": chosen,
            "total": await self.desk.letters.replayable(chosen),
            "a_second": round(AT_ONCE / EVERY),
            "query": request.url.query,
            "hindrance": hindrance,
            "tokens": await self.desk.site.tokens(request, START.format(chosen.topic)),
            **self.desk.shared(person),
        }
        status = 200 if hindrance is None else hindrance.status
        return await self.desk.site.show(request, "letters_replay.html", context, status=status)

    @acting
    async def start(self, request: Request, person: Person) -> Response:
        """Starts it, and shows how far it is."""
        chosen = _filter(request)
        form = await self.desk.site.confirmed(request, START.format(chosen.topic))
        asked = BatchRequested(
            batch=uuid4().hex,
            filter=chosen,
            total=await self.desk.letters.replayable(chosen),
            operator=operator_of(person),
            reason=form.text("reason")[:1000],
        )
        decided = await self.desk.act(request, batch_subject(chosen.topic), asked)
        if isinstance(decided, Hindrance):
            return await self._ask(request, person, chosen, decided)
        return see_other(f"/letters/batches/{asked.batch}")

    @viewing
    async def show(self, request: Request, person: Person) -> Response:
        """How far it is."""
        settled = await self.desk.settled(LETTERS)
        return await self._show(request, person, await self._batch(request, settled=settled), settled=settled)

    async def _show(
        self,
        request: Request,
        person: Person,
        batch: Batch,
        hindrance: Hindrance | None = None,
        *,
        settled: bool = True,
    ) -> Response:
        context = {
            "settled": settled,
            "batch": batch,
            "hindrance": hindrance,
            "tokens": await self.desk.site.tokens(request, STOP.format(batch.id)) if batch.running else {},
            **self.desk.shared(person),
        }
        status = 200 if hindrance is None else hindrance.status
        return await self.desk.site.show(request, "letters_batch.html", context, status=status)

    @acting
    async def stop(self, request: Request, person: Person) -> Response:
        """Leaves the rest alone."""
        batch = await self._batch(request)
        await self.desk.site.confirmed(request, STOP.format(batch.id))
        asked = BatchStopRequested(batch=batch.id, operator=operator_of(person))
        decided = await self.desk.act(request, batch_subject(batch.filter.topic), asked)
        if isinstance(decided, Hindrance):
            settled = await self.desk.settled(LETTERS)
            return await self._show(request, person, await self._batch(request), decided, settled=settled)
        return see_other(f"/letters/batches/{batch.id}")

    async def _batch(self, request: Request, *, settled: bool = True) -> Batch:
        found = await self.desk.letters.batch(request.path_params["batch"])
        if found is None:
            raise absent("batch-unknown", settled=settled)
        return found


def _filter(request: Request) -> LetterFilter:
    """The filter of a query. Raises 404 where it names no topic: each topic has its own order of batches."""
    chosen = chosen_of(request)
    if not chosen.topic:
        raise Problem(404, "not-found")
    return LetterFilter(topic=chosen.topic, error=chosen.error, consumer=chosen.consumer, since=chosen.since)
