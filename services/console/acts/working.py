"""The acts of operators put together: what the stream process runs, and what the pages stand on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from starlette.routing import BaseRoute

from kenes.kafka.replaying import letter_at
from kenes.kafka.waiting import Decisions
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import LiveCollections, Projection, Version
from kenes.service.asking import Asking
from kenes.service.definition import Context, Service, Stream
from kenes.service.following import following
from kenes.tasks import Tasks
from schemas.topics import ACT_REQUESTS, Topic
from services.console.acts.commands import Commands
from services.console.acts.desk import Desk
from services.console.acts.live import ACTS_KEY, PROJECTIONS_KEY, LiveActs
from services.console.acts.pages import ActPages
from services.console.acts.reads import Trail
from services.console.acts.rules import ACT_RULES, DECIDING
from services.console.acts.trail import TRAIL
from services.console.databases import databases_of
from services.console.letters.batch_pages import BatchPages
from services.console.letters.batches import Batches
from services.console.letters.noting import SOURCE, Noting
from services.console.letters.opening import Opened, opened
from services.console.letters.pages import LetterPages
from services.console.letters.projection import LETTERS
from services.console.letters.reads import Letters
from services.console.letters.replaying import Replaying
from services.console.pages.site import ConsoleSite
from services.console.settings import Settings
from services.console.upkeep.pages import ProjectionPages
from services.console.upkeep.projection import WORKS
from services.console.upkeep.reads import Projections

PROJECTIONS: Final[tuple[Projection, ...]] = (LETTERS, TRAIL, WORKS)
PROGRESS_EVERY: Final = 1.0
"""Seconds between two looks at works and acts on behalf of all open pages."""


async def stream_of(bootstrap: str, context: Context, watched: Sequence[Topic]) -> Stream:
    """Decides acts, notes the dead letters of the topics watched, and writes again what was ordered to be."""
    noting = Noting(context.producer, watched)
    replaying = Replaying(bootstrap, context.producer, context.database, watched)
    await replaying.prepare()
    batches = Batches(LiveCollections(context.database, PROJECTIONS), context.producer)
    return Stream(
        deciding=((DECIDING, KeyedState(context.database, ACT_RULES)),),
        clocks=(batches.clock,),
        workers=(noting.worker, replaying.worker),
    )


@asynccontextmanager
async def act_routes(
    service: Service, settings: Settings, context: Context, site: ConsoleSite, watched: Sequence[Topic]
) -> AsyncIterator[list[BaseRoute]]:
    """The routes of acts, and in the background what keeps their pages live."""
    live, decisions = LiveActs(context.database, site.hub), Decisions()
    stored = LiveCollections(context.database, PROJECTIONS)
    projections = Projections(stored, databases_of(settings, context.database))
    topics = {topic.name: topic for topic in watched}

    async def open_letter(name: str, offset: int) -> Opened | None:
        topic = topics.get(name)
        letter = None if topic is None else await letter_at(settings.kafka_bootstrap, topic, offset)
        return None if topic is None or letter is None else opened(letter, topic)

    desk = Desk(
        site=site,
        commands=Commands(Asking(SOURCE, ACT_REQUESTS, context.producer, decisions)),
        live=live,
        trail=Trail(stored),
        letters=Letters(stored),
        projections=projections,
        open_letter=open_letter,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            following(service, context, LETTERS, Version.positions, decisions.note, live.take)
        )
        tasks = await stack.enter_async_context(Tasks())
        telling = tasks.create_task(_tell_progress(desk), name="progress of rebuilds")
        stack.callback(telling.cancel)
        groups = (LetterPages(desk), BatchPages(desk), ActPages(desk), ProjectionPages(desk))
        yield [route for group in groups for route in group.routes()]


async def _tell_progress(desk: Desk) -> None:
    """Has pages ask again after every look; those of projections also while a rebuild goes on, and once after it."""
    moved, looked = False, -1
    while True:
        moving = bool(await desk.projections.moving()) if desk.live.hub.clients else False
        number = desk.site.seen.number
        if moving or moved or number != looked:
            desk.live.tell(PROJECTIONS_KEY)
        if number != looked:
            desk.live.tell(ACTS_KEY)
        moved, looked = moving, number
        await asyncio.sleep(PROGRESS_EVERY)
