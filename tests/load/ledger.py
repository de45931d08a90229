"""Comments a second through the real projector into the ledger on the embedded server, and one answer to many.

The comments are those of `tests.load.campaigns`; here they are events, and what is kept is in the database.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from kenes.kafka.records import Record
from kenes.mongo.client import Database, connected
from kenes.mongo.projection import live_version
from kenes.mongo.projector import Projector
from schemas.consultations.comments import CampaignReplied, Posted
from schemas.consultations.parts import ReplyOutcome, Stakeholder
from schemas.envelope import Event, decision_id
from schemas.parts import PrivateEntry, Statement
from schemas.payload import Payload
from schemas.topics import COMMENTS
from services.consultations.campaigns.clustering import CLUSTERS, Comment
from services.consultations.ledger.folding import LEDGER, LEDGERS
from tests.load.campaigns import Crowd
from tests.load.measures import Goal
from tests.load.setting import Setting

PROJECTED: Final = 20_000
BATCH: Final = 2000
_DATABASE: Final = "bench_ledger"
_SPEED: Final = Goal(">=", 1000)
_AT: Final = datetime(2026, 9, 1, 9, tzinfo=UTC)
_MINE: Final = PrivateEntry(owner="owner", entry="entry", note="note")
_STATEMENT: Final = Statement(kk="Бап сол күйінде қалады.", ru="Статья останется такой, какая она есть.")


def record(number: int, data: Posted | CampaignReplied) -> Record:
    """A decision as it stands in the topic."""
    event: Event[Payload] = Event(
        id=str(decision_id(COMMENTS.name, 0, number)),
        source="/bench",
        subject=data.consultation,
        time=_AT,
        data=data,
        sequence=number,
        offset=number,
    )
    stamp = round(_AT.timestamp() * 1000)
    return Record(COMMENTS.name, 0, number, stamp, data.consultation.encode(), data.write(), event.headers())


def _posted(comment: Comment) -> Posted:
    return Posted(
        consultation=comment.consultation,
        comment=comment.id,
        author=comment.sender,
        version=1,
        anchor=None,
        parent=None,
        thread=None,
        depth=0,
        stakeholder=Stakeholder.PUBLIC,
        verified=False,
        region=None,
        language="ru",
        text=comment.text,
        listed=True,
        sealed="",
        mine=_MINE,
        due_at=_AT + timedelta(days=15),
    )


def _batches(count: int) -> Iterator[Sequence[Record]]:
    numbered = enumerate(Crowd().comments(count))
    while batch := [record(number, _posted(comment)) for number, comment in islice(numbered, BATCH)]:
        yield batch


async def measure(database: Database, count: int) -> dict[str, float]:
    """Projects so many comments; raises `AssertionError` where one is lost, or an answer closes not all it should."""
    version = await live_version(database, LEDGER)
    projector = Projector(version, dead_letters=None)
    await projector.start()
    seconds = 0.0
    for batch in _batches(count):
        began = time.perf_counter()
        await projector.apply({0: batch})
        seconds += time.perf_counter() - began
    greatest: Any = await version.collection(CLUSTERS).find({"size": {"$gt": 1}}).sort("size", -1).limit(1).to_list(1)
    answer = CampaignReplied(
        consultation="bench", comment=greatest[0]["_id"], outcome=ReplyOutcome.ACCEPTED, statement=_STATEMENT
    )
    began = time.perf_counter()
    await projector.apply({0: [record(count, answer)]})
    answered = time.perf_counter() - began
    ledger: Any = await version.collection(LEDGERS).find_one({"_id": "bench"})
    assert (ledger["comments"], ledger["owed"]) == (count, count - greatest[0]["size"])
    return {"projected": count / seconds, "answer": answered * 1000, "answered": greatest[0]["size"]}


async def run(setting: Setting) -> None:
    """On the embedded server of the product, whose processes do not run meanwhile."""
    async with connected(setting.product.mongo.uri, _DATABASE, timeout=60.0) as database:
        figures = await measure(database, PROJECTED)
    setting.measures.add("ledger.projected", figures["projected"], "comments/s", goal=_SPEED)
    setting.measures.add("ledger.answer", figures["answer"], "ms")
    setting.measures.add("ledger.answered_at_once", figures["answered"], "count")
