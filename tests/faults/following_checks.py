"""What notifications promise beside inboxes: the public log once and in order, letters and webhooks at least once."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Recorded, counts, read
from schemas.envelope import sequence_of
from schemas.notifications.about import PublicEvent
from schemas.topics import PUBLIC_EVENTS
from services.notifications.domain.delivery import Phase
from tests.faults.drilled import Check, Drilled
from tests.faults.mailbox import Mailbox
from tests.faults.verify import SETTLE_SECONDS, stored
from tests.load.measures import Goal
from tests.processes import Product
from tests.receiver import Receiver

TITLE = "Парк у реки номер "
"""How the titles of the petitions begin that `tests.deciding` writes."""
_GLANCE = 0.5
_NONE = Goal("<=", 0)

Expected = Mapping[str, Sequence[str]]
"""Types of the events that the public is told of each petition, in order."""


async def whole_log(product: Product, expected: Expected) -> list[Recorded]:
    """The public events as a reader takes them, once there are as many as expected."""
    many = sum(map(len, expected.values()))
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        found = await _log(product)
        if len(found) >= many or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_GLANCE)


async def _log(product: Product) -> list[Recorded]:
    found: list[Recorded] = []
    last = -1
    starts = dict.fromkeys(range(PUBLIC_EVENTS.partitions), 0)
    async for records in read_to_end(product.kafka.bootstrap, PUBLIC_EVENTS, starts):
        for each in (read(PUBLIC_EVENTS, record) for record in records):
            if counts(each, last):
                last = sequence_of(each.event)
                found += [each] if isinstance(each.data, PublicEvent) else []
    return found


def check_log(log: Sequence[Recorded], expected: Expected) -> Iterator[Check]:
    """Every public event once, and those of a petition in the order in which they were decided."""
    told: dict[str, list[str]] = {}
    for each in log:
        told.setdefault(each.event.subject, []).append(each.data.TYPE)
    lost = [
        f"{kind} of {name} is not public"
        for name, kinds in expected.items()
        for kind in kinds
        if kind not in told.get(name, ())
    ]
    twice = [f"{name}: {kinds}" for name, kinds in told.items() if len(set(kinds)) < len(kinds)]
    turned = [
        f"{name}: {kinds}" for name, kinds in told.items() if kinds != sorted(kinds, key=list(expected[name]).index)
    ]
    yield Check("public_events", len(log), "events", Goal(">=", 1))
    yield Check("public_events_lost", len(lost), "events", _NONE, tuple(lost))
    yield Check("public_events_twice", len(twice), "petitions", _NONE, tuple(twice))
    yield Check("public_events_out_of_order", len(turned), "petitions", _NONE, tuple(turned))


async def check_letters(
    drilled: Drilled, product: Product, mailbox: Mailbox, mailed: Mapping[str, str], each: int
) -> list[Check]:
    """Each reader was written of each event of each petition followed; `mailed` are addresses by petition."""
    expected = {(address, TITLE + name) for name, address in mailed.items()}

    def lost() -> list[str]:
        headlines = Counter((address, title) for address, title, _ in mailbox.told(TITLE))
        return [
            f"{where}: {each - headlines[where]} events in no letter" for where in expected if headlines[where] < each
        ]

    await _until(lambda: not lost())
    await _until_sent(drilled, product)
    told = mailbox.told(TITLE)
    strangers = [f"{address} was written of {title}" for address, title, _ in told if (address, title) not in expected]
    return [
        Check("told_by_letter", len(told), "events", Goal(">=", 1)),
        Check("letters_lost", len(lost()), "petitions", _NONE, tuple(lost())),
        Check("letters_repeated", told.total() - len(told), "events", None),
        Check("letters_to_others", len(strangers), "events", _NONE, tuple(strangers)),
        Check("letters_unread_by_the_drill", mailbox.missed, "letters", _NONE),
    ]


async def _until_sent(drilled: Drilled, product: Product) -> None:
    """Returns once nothing waits to be sent, or after a while."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        deliveries = (await stored(drilled, product))["deliveries"].values()
        if not any(each["phase"] == Phase.QUEUED for each in deliveries):
            return
        await asyncio.sleep(_GLANCE)


async def check_receiver(name: str, receiver: Receiver, log: Sequence[Recorded]) -> list[Check]:
    """One stream's receiver took every event, and those of a petition in order; a repeat has the id of the first."""
    events = {each.event.id: each.event for each in log}
    await _until(lambda: receiver.ids >= events.keys())
    lost = [f"{event} of {events[event].subject} was never delivered" for event in events.keys() - receiver.ids]
    first = list(dict.fromkeys(each.headers["webhook-id"] for each in receiver.taken))
    places = {event: place for place, event in enumerate(events)}
    by_petition: dict[str, list[int]] = {}
    for event in (each for each in first if each in events):
        by_petition.setdefault(events[event].subject, []).append(places[event])
    turned = [
        name for name, found in by_petition.items() if any(one > other for one, other in itertools.pairwise(found))
    ]
    return [
        Check(f"{name}_lost", len(lost), "events", _NONE, tuple(lost)),
        Check(f"{name}_out_of_order", len(turned), "petitions", _NONE, tuple(turned)),
        Check(f"{name}_repeated", len(receiver.taken) - len(receiver.ids), "events", None),
    ]


async def _until(holds: Callable[[], bool]) -> None:
    """Returns once it holds, or after a while."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        if holds() or time.monotonic() > deadline:
            return
        await asyncio.sleep(_GLANCE)
