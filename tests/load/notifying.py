"""One event to 100,000 followers among a million follows: how fast they are told, and how soon the few of another are.

The follows are written straight into the projection, as its fold would have them; everything after that is the product:
relay, fan-out by pages, one decision for each delivery. BENCH_FOLLOWS and BENCH_FOLLOWERS set other numbers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from kenes.kafka.producer import Producer
from kenes.load.result import percentile
from kenes.mongo.client import Document, connected
from kenes.mongo.projection import LiveVersions, live_version
from schemas.notifications.parts import Cadence, Place
from schemas.topics import SUBSCRIPTIONS
from services.notifications.domain.subscriber import Subscriber
from services.notifications.folds.subscriptions import PER_PAGE, follow_id, page_id, shelf_id, shelf_place
from services.notifications.following.projections import FOLLOWERS
from services.notifications.matching.followers import Followers
from services.notifications.matching.requests import fan_out_of
from tests.load.setting import Setting
from tests.load.shown import fill, give_keys, owner_of, shown
from tests.publicity import publish, published

FOLLOWS: Final = int(os.environ.get("BENCH_FOLLOWS", "1000000"))
TOLD: Final = int(os.environ.get("BENCH_FOLLOWERS", "100000"))
FEW: Final = 20
"""Petitions with ten followers each: how soon these are told."""

_EACH: Final = 10
_OTHERS: Final = 1_000
"""Followers of each thing that nothing happens to."""
_HOT: Final = "hot"
_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)


async def run(setting: Setting) -> None:
    """Fills the projection, tells one event to many, and then others to few."""
    bootstrap = setting.product.kafka.bootstrap
    began = time.perf_counter()
    await give_keys(setting.product.mongo.uri, _names())
    async with connected(setting.product.mongo.uri, "notifications", timeout=120.0) as database:
        version = await live_version(database, FOLLOWERS)
        await fill(version.collection("subscribers"), _subscribers())
        await fill(version.collection("follows"), _follows())
        await fill(version.collection("shelves"), _shelves())
        setting.measures.add("notifying.filled", time.perf_counter() - began, "s")
        setting.measures.add("notifying.follows", FOLLOWS, "follows")
        await _matching(setting, Followers(LiveVersions(database), FOLLOWERS))
    async with Producer(bootstrap, "bench") as producer, shown(bootstrap) as seen:
        began = time.perf_counter()
        await publish(producer, [published(_HOT)])
        await seen.wait(TOLD)
        setting.measures.add("notifying.told", TOLD / (time.perf_counter() - began), "followers/s")
        setting.measures.add("notifying.memory.stream", setting.memory("stream") / 1e6, "MB")
        took = []
        for number in range(FEW):
            began = time.perf_counter()
            await publish(producer, [published(f"few-{number}", sequence=number + 1)])
            await seen.wait(_EACH)
            took.append(time.perf_counter() - began)
    took.sort()
    setting.measures.add("notifying.few.p50", percentile(took, 0.5) * 1000, "ms")
    setting.measures.add("notifying.few.p99", percentile(took, 0.99) * 1000, "ms")
    assert seen.beyond == 0, f"{seen.beyond} were told who should not be"


async def _matching(setting: Setting, followers: Followers) -> None:
    """How long it takes to find the ten followers of an event among all follows."""
    took = []
    for number in range(FEW):
        event = published(f"few-{number}")
        request = fan_out_of("e", event, event.about, datetime.now(UTC))
        assert request is not None
        began = time.perf_counter()
        found, following = await followers.page(request.wanted, Place())
        took.append(time.perf_counter() - began)
        assert (len(found), following) == (_EACH, None)
    took.sort()
    setting.measures.add("notifying.match.p50", percentile(took, 0.5) * 1000, "ms")
    setting.measures.add("notifying.match.p99", percentile(took, 0.99) * 1000, "ms")


def _partition(subscriber: int) -> int:
    return subscriber % SUBSCRIPTIONS.partitions


def _subscribers() -> Iterator[Document]:
    stored = Subscriber(account=True).model_dump(mode="json")
    return (
        {"_id": name, "p": _partition(number), "s": 0, **stored, "owner": owner_of(name)}
        for number, name in enumerate(_names())
    )


def _names() -> Iterator[str]:
    return (f"s{number}" for number in range(TOLD))


def _interests() -> Iterator[tuple[str, Sequence[int]]]:
    """What is followed, and by which subscribers: one thing by all, some by ten each, and others by a thousand each."""
    yield f"petition:{_HOT}", range(TOLD)
    for number in range(FEW):
        yield f"petition:few-{number}", range(number, number + _EACH)
    left = FOLLOWS - TOLD - FEW * _EACH
    for number in range(left // _OTHERS):
        yield f"petition:other-{number}", [(number * 7919 + each) % TOLD for each in range(_OTHERS)]


def _follows() -> Iterator[Document]:
    for interest, subscribers in _interests():
        counts = [0] * SUBSCRIPTIONS.partitions
        for number in subscribers:
            partition = _partition(number)
            page = page_id(interest, partition, counts[partition] // PER_PAGE)
            counts[partition] += 1
            yield _follow(f"s{number}", interest, page)


def _follow(subscriber: str, interest: str, page: str) -> Document:
    return {
        "_id": follow_id(subscriber, interest),
        "subscriber": subscriber,
        "interest": interest,
        "page": page,
        "cadence": str(Cadence.AT_ONCE),
        "channels": [],
        "since": _SINCE,
    }


def _shelves() -> Iterator[Document]:
    for interest, subscribers in _interests():
        counts = [0] * SUBSCRIPTIONS.partitions
        for number in subscribers:
            counts[_partition(number)] += 1
        for partition, count in enumerate(counts):
            if count:
                yield {"_id": shelf_id(interest, partition), **shelf_place(interest, partition), "count": count}
