"""A campaign of 41,203 senders is answered: how soon and at what cost all are told, and what a kill changes: nothing.

Who follows which comment is written straight into the projection, as its fold would have it, and whom the answer has
reached as consultations would decide it. Everything after that is the product. BENCH_SENDERS sets another number.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.mongo.client import Document, connected
from kenes.mongo.projection import live_version
from schemas.consultations.comments import MOST_REACHED, CampaignAnswer, CampaignReached
from schemas.consultations.parts import ReplyOutcome
from schemas.envelope import Event, decision_id
from schemas.notifications.about import Kind
from schemas.notifications.parts import Cadence
from schemas.parts import Statement
from schemas.topics import COMMENTS, SUBSCRIPTIONS
from services.notifications.domain.subscriber import Subscriber
from services.notifications.folds.subscriptions import follow_id, page_id, shelf_id, shelf_place
from services.notifications.following.projections import FOLLOWERS
from services.notifications.publishing.relay import SUBJECTS
from services.notifications.publishing.subjects import Subject
from tests.load.setting import Setting
from tests.load.shown import Shown, fill, give_keys, owner_of, shown
from tests.publicity import about

SENDERS: Final = int(os.environ.get("BENCH_SENDERS", "41203"))
KILLS: Final = (0.25, 0.5, 0.75)
"""How many are told when the stream process is killed."""

_DRAFT: Final = "draft"
_ROLES: Final = ("stream", "project", "mongo", "kafka")
_ANSWER: Final = Statement(kk="Бап сол күйінде қалады, өзгермейді.", ru="Статья останется такой, какая она есть.")
_SAID_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_QUIET: Final = 3.0
"""Seconds in which whoever were told twice would have been."""


async def run(setting: Setting) -> None:
    """Tells everybody one answer, and then a second one while the stream process is killed now and then."""
    bootstrap = setting.product.kafka.bootstrap
    await give_keys(setting.product.mongo.uri, (name for name, _, _ in _everybody()))
    async with connected(setting.product.mongo.uri, "notifications", timeout=120.0) as database:
        version = await live_version(database, FOLLOWERS)
        await fill(version.collection("subscribers"), _subscribers())
        await fill(version.collection("follows"), _follows())
        await fill(version.collection("shelves"), _shelves())
        draft = about(_DRAFT).model_copy(update={"kind": Kind.CONSULTATION})
        known = Subject(about=draft, public=True, sequence=0).model_dump(mode="json")
        await database[SUBJECTS].replace_one({"_id": _DRAFT}, known, upsert=True)
    async with Producer(bootstrap, "bench") as producer, shown(bootstrap) as seen:
        before, began = setting.cpu_seconds(), time.perf_counter()
        await _answer(producer, 0)
        await seen.wait(SENDERS)
        took, after = time.perf_counter() - began, setting.cpu_seconds()
        setting.measures.add("senders.told", SENDERS / took, "senders/s")
        for role in _ROLES:
            cost = (after[role] - before[role]) / SENDERS
            setting.measures.add(f"senders.cpu.{role}", cost * 1000, "ms/sender")
        setting.measures.add("senders.memory.stream", setting.peak_memory("stream") / 1e6, "MB")
        await _answer(producer, SENDERS)
        await _told_though_killed(setting, seen)
        setting.measures.add("senders.killed.memory.stream", setting.peak_memory("stream") / 1e6, "MB")
        await asyncio.sleep(_QUIET)
        setting.measures.add("senders.killed.twice", seen.again, "deliveries")
    assert (seen.again, seen.beyond) == (0, 0), f"{seen.again} were told twice, {seen.beyond} who should not be"


async def _told_though_killed(setting: Setting, seen: Shown) -> None:
    told, began = 0, time.perf_counter()
    for share in KILLS:
        await seen.wait(int(SENDERS * share) - told)
        told = int(SENDERS * share)
        setting.product.kill("stream")
    await seen.wait(SENDERS - told)
    setting.measures.add("senders.killed.told", SENDERS / (time.perf_counter() - began), "senders/s")


async def _answer(producer: Producer, first: int) -> None:
    """An answer, as the decisions from this sequence on have it reach all comments, a page at a time."""
    now = datetime.now(UTC)
    answer = CampaignAnswer(sequence=first, at=now, outcome=ReplyOutcome.NOTED, statement=_ANSWER)
    reached: list[tuple[bytes, Event[Any]]] = []
    for before in range(0, SENDERS, MOST_REACHED):
        sequence = first + 1 + before
        data = CampaignReached(
            consultation=_DRAFT,
            comment=_comment(0),
            answer=answer,
            before=before,
            comments=tuple(_comment(each) for each in range(before, min(before + MOST_REACHED, SENDERS))),
        )
        name = decision_id(COMMENTS.name, 0, sequence)
        reached.append((_DRAFT.encode(), Event(name, "/consultations", _DRAFT, now, data, sequence=sequence)))
    await producer.send_all(COMMENTS, 0, reached)


def _comment(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"comment {number}"))


def _everybody() -> Iterator[tuple[str, int, str]]:
    """Subscribers, the partitions they are of, and the comment each follows."""
    return (
        (f"s{number}", number % SUBSCRIPTIONS.partitions, f"comment:{_DRAFT}/{_comment(number)}")
        for number in range(SENDERS)
    )


def _subscribers() -> Iterator[Document]:
    stored = Subscriber(account=True).model_dump(mode="json")
    return (
        {"_id": name, "p": partition, "s": 0, **stored, "owner": owner_of(name)} for name, partition, _ in _everybody()
    )


def _follows() -> Iterator[Document]:
    for name, partition, interest in _everybody():
        yield {
            "_id": follow_id(name, interest),
            "subscriber": name,
            "interest": interest,
            "page": page_id(interest, partition, 0),
            "cadence": str(Cadence.AT_ONCE),
            "channels": [],
            "since": _SAID_AT,
        }


def _shelves() -> Iterator[Document]:
    return (
        {"_id": shelf_id(interest, partition), **shelf_place(interest, partition), "count": 1}
        for _, partition, interest in _everybody()
    )
