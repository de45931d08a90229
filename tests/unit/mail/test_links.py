"""Links work once, for one purpose, for a while; letters are limited. Bound to memory and to the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kenes.mail.links import LinkLimits, LinkStore, MailedLinks, TooManyLetters
from kenes.mongo.client import connected
from kenes.mongo.mailed_links import MongoLinkStore
from kenes.web.problems import Problem
from kenes.web.sealing import decode_token, encode_token, new_token, token_hash
from tests.stores import MemoryLinkStore

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PAYLOAD = {"person": "айгерім@example.org", "listed": True}


class World:
    def __init__(self, store: LinkStore) -> None:
        self.now = NOW
        self.store = store
        limits = LinkLimits(timedelta(hours=24), to_mailbox=3, by_client=5)
        self.links = MailedLinks(store, limits, now=lambda: self.now)

    async def issue(self, purpose: str = "sign/p", mailbox: bytes = b"m", client: bytes = b"c") -> str:
        token = await self.links.issue(purpose, PAYLOAD, mailbox=mailbox, client=client)
        assert token is not None
        return token

    async def kept(self, *tokens: str) -> int:
        """How many of these links are still there."""
        ids = [token_hash(decode_token(token) or b"") for token in tokens]
        return sum([await self.store.read(each) is not None for each in ids])


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.stack)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield World(MemoryLinkStore())
        return
    server = request.getfixturevalue("mongo")
    async with connected(server.uri, f"mail_{uuid4().hex}") as database:
        store = MongoLinkStore(database)
        await store.prepare()
        yield World(store)


async def test_looking_changes_nothing_and_following_works_once(world: World) -> None:
    token = await world.issue()
    for _ in range(3):
        assert await world.links.look("sign/p", token) == PAYLOAD
    assert await world.links.spend("sign/p", token) == PAYLOAD
    for again in (world.links.look, world.links.spend):
        with pytest.raises(Problem, match="409 link-used"):
            await again("sign/p", token)


async def test_of_many_clicks_at_once_one_counts(world: World) -> None:
    token = await world.issue()
    found = await asyncio.gather(*(world.links.spend("sign/p", token) for _ in range(20)), return_exceptions=True)
    assert sum(each == PAYLOAD for each in found) == 1
    assert sum(isinstance(each, Problem) for each in found) == 19


async def test_a_link_is_for_its_purpose_alone_and_ends(world: World) -> None:
    token = await world.issue()
    strange = encode_token(new_token())
    for purpose, text in (("withdraw/p", token), ("sign/q", token), ("sign/p", strange), ("sign/p", "x")):
        with pytest.raises(Problem, match="404 link-unknown"):
            await world.links.spend(purpose, text)
    world.now += timedelta(hours=24)
    with pytest.raises(Problem, match="410 link-expired"):
        await world.links.look("sign/p", token)


async def test_the_store_has_neither_token_nor_payload(world: World) -> None:
    token = await world.issue()
    stored = await world.store.read(token_hash(decode_token(token) or b""))
    assert stored is not None
    assert decode_token(token) not in (stored.id, stored.sealed)
    assert b"example.org" not in stored.sealed
    assert token not in repr(stored)


async def test_a_mailbox_gets_so_many_letters_an_hour_and_nobody_is_told(world: World) -> None:
    for _ in range(3):
        await world.issue(client=new_token())
    assert await world.links.issue("sign/p", PAYLOAD, mailbox=b"m", client=b"z") is None
    assert await world.links.issue("erase", PAYLOAD, mailbox=b"m", client=b"z") is None, "whatever they are for"
    await world.issue(mailbox=b"another", client=b"z")
    world.now += timedelta(hours=1)
    await world.issue()


async def test_a_client_asks_for_so_many_an_hour_and_is_told(world: World) -> None:
    for number in range(5):
        await world.issue(mailbox=bytes([number]))
    with pytest.raises(TooManyLetters) as refused:
        await world.issue(mailbox=b"x")
    assert refused.value.headers == {"retry-after": "3600"}
    await world.issue(mailbox=b"x", client=b"another")
    world.now += timedelta(hours=1)
    await world.issue(mailbox=b"x")


async def test_a_letter_that_was_not_sent_counts_for_nobody(world: World) -> None:
    for _ in range(9):
        token = await world.issue()
        await world.links.discard(token)
    assert await world.kept(token) == 0


async def test_what_could_not_be_done_can_be_tried_again(world: World) -> None:
    token = await world.issue()
    await world.links.spend("sign/p", token)
    again = await world.links.again("sign/p", token)
    assert again != token
    assert await world.links.spend("sign/p", again) == PAYLOAD


async def test_forgetting_a_mailbox_ends_its_links_and_expired_ones_are_swept(world: World) -> None:
    mine, other = await world.issue(), await world.issue(mailbox=b"other")
    await world.links.forget(b"m")
    with pytest.raises(Problem, match="link-unknown"):
        await world.links.look("sign/p", mine)
    assert await world.links.look("sign/p", other) == PAYLOAD
    world.now += timedelta(hours=25)
    fresh = await world.issue()
    assert await world.kept(mine, other, fresh) == 1


async def test_of_those_who_ask_at_the_same_instant_no_more_get_a_letter(world: World) -> None:
    asked = [world.links.issue("sign/p", PAYLOAD, mailbox=b"m", client=str(number).encode()) for number in range(20)]
    given = [each for each in await asyncio.gather(*asked) if each is not None]
    assert len(given) <= 3
    later = [await world.links.issue("sign/p", PAYLOAD, mailbox=b"m", client=b"late") for _ in range(4)]
    assert sum(each is not None for each in later) == 3 - len(given), "those that were too many count for nobody"
