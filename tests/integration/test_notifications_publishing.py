"""What is decided about petitions and drafts is told to everybody once, in order, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final

import pytest

from kenes.kafka.producer import Producer
from kenes.kafka.reader import ends, read_to_end
from kenes.kafka.records import Recorded, counts, read
from schemas.notifications.about import PublicEvent
from schemas.notifications.petitions import PetitionCounted, PetitionDiscussionClosed
from schemas.petitions import v1 as petitions
from schemas.topics import COMMENTS, CONSULTATIONS, PETITIONS, PUBLIC_EVENTS, SIGNATURES
from tests.deciding import MINE, Deciding, draft, petition
from tests.processes import Product, running_product
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack

SUBJECTS: Final = 40


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """Notifications without its api; processes are started again when they end."""
    told = {"KENES_COUNTED_EVERY": "0.5"}
    with running_product(
        service="notifications", roles=["stream", "project"], environment=told, killed=True
    ) as started:
        yield started


async def told(product: Product) -> list[Recorded]:
    """The public events as a reader takes them."""
    found: list[Recorded] = []
    last = -1
    starts = dict.fromkeys(range(PUBLIC_EVENTS.partitions), 0)
    async for records in read_to_end(product.kafka.bootstrap, PUBLIC_EVENTS, starts):
        for each in (read(PUBLIC_EVENTS, record) for record in records):
            if counts(each, last):
                last = each.event.sequence or 0
                if isinstance(each.data, PublicEvent):
                    found.append(each)
    return found


async def all_told(product: Product, expected: int) -> list[Recorded]:
    """The public events, once there are as many as expected."""
    return await eventually_read(partial(told, product), lambda found: len(found) >= expected)


async def test_every_public_decision_is_told_once_and_in_order(product: Product) -> None:
    """Comments are there before the drafts they are about: they wait."""
    petition_names = [f"petition-{number}" for number in range(SUBJECTS)]
    draft_names = [f"draft-{number}" for number in range(SUBJECTS)]
    drafts = {name: draft(name) for name in draft_names}
    async with Producer(product.kafka.bootstrap, "test") as producer:
        deciding = Deciding(producer)
        for name in draft_names:
            await deciding.say(COMMENTS, name, *drafts[name][1])
        for number, name in enumerate(petition_names):
            await deciding.say(PETITIONS, name, *petition(name))
            await deciding.say(CONSULTATIONS, draft_names[number], *drafts[draft_names[number]][0])
            if number % 10 == 5:
                product.kill("stream")
                product.wait_ready()
    found = await all_told(product, 6 * SUBJECTS)
    kinds: dict[str, list[str]] = {}
    for each in found:
        kinds.setdefault(each.event.subject, []).append(each.data.TYPE.split(".", 1)[1].removesuffix(".v1"))
    for name in petition_names:
        assert kinds[name] == ["petition.published", "petition.closed", "petition.archived"]
    for name in draft_names:
        assert kinds[name] == ["consultation.opened", "comment.posted", "comment.hidden"]
    assert await ends(product.kafka.bootstrap, PUBLIC_EVENTS.dead_letters) == {0: 0}
    status, printed = await asyncio.to_thread(product.run, "audit")
    assert status == 0, printed


async def test_a_discussion_is_told_to_its_end_though_a_process_dies_in_it(product: Product) -> None:
    """How many comments were made is known after the kill as before it."""
    name, now = "discussed", datetime.now(UTC)
    created, *_ = petition(name)
    said = {"petition": name, "by": "b", "revision": 1, "language": "ru", "text": "За.", "listed": False, "sealed": "s"}
    comments = [petitions.Commented(**said, number=number, mine=MINE) for number in (1, 2, 3)]
    async with Producer(product.kafka.bootstrap, "test") as producer:
        deciding = Deciding(producer)
        opened = petitions.DiscussionBegun(petition=name, ripe_at=now, until=None)
        await deciding.say(PETITIONS, name, created, opened, *comments[:2])
        await eventually_read(partial(_of, product, name), lambda found: len(found) == 3)
        product.kill("stream")
        ripe = petitions.DiscussionRipened(petition=name)
        handed_in = petitions.ModerationBegun(petition=name, due_at=now, remind_at=now)
        published = petitions.Published(petition=name, closes_at=now)
        rest = (comments[2], ripe, handed_in, published)
        await deciding.say(PETITIONS, name, *rest)
    found = await eventually_read(partial(_of, product, name), lambda found: len(found) == 6)
    kinds = [each.TYPE.removeprefix("notifications.petition.").removesuffix(".v1") for each in found]
    assert kinds == ["discussion-opened", *["commented"] * 3, "discussion-closed", "published"]
    assert isinstance(found[4], PetitionDiscussionClosed)
    assert (found[4].comments, found[4].then) == (3, "moderation")


async def _of(product: Product, name: str) -> list[PublicEvent]:
    """The public events of one petition."""
    events = [each.data for each in await told(product) if each.event.subject == name]
    return [each for each in events if isinstance(each, PublicEvent)]


async def test_counts_are_told_where_they_have_moved(product: Product) -> None:
    """Once a petition is public; withdrawals count, and the last count told is the whole one."""
    name = "signed"
    async with Producer(product.kafka.bootstrap, "test") as producer:
        deciding = Deciding(producer)
        await deciding.say(PETITIONS, name, *petition(name)[:3])
        await eventually_read(partial(told, product), lambda found: any(each.event.subject == name for each in found))
        for signer in range(30):
            act = {"petition": name, "signer": f"signer-{signer}", "region": "KZ-75", "mine": MINE}
            accepted = petitions.SignatureAccepted(**act, act=1, listed=False, sealed="s")
            await deciding.say(SIGNATURES, name, accepted, partition=signer % SIGNATURES.partitions)
            if signer % 3 == 0:
                withdrawn = petitions.SignatureWithdrawn(**act, act=2)
                await deciding.say(SIGNATURES, name, withdrawn, partition=signer % SIGNATURES.partitions)
            if signer == 20:
                product.kill("stream")
                product.kill("project")
    await eventually_read(partial(_counted, product, name), lambda counted: counted[-1:] == [20])


async def _counted(product: Product, name: str) -> list[int]:
    """The counts that were told."""
    return [
        each.data.count
        for each in await told(product)
        if isinstance(each.data, PetitionCounted) and each.event.subject == name
    ]
