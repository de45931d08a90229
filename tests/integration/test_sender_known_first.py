"""On an old log events are there before it is read who acted: who started a petition is told of it all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from kenes.kafka.admin import ensure_topics
from kenes.kafka.producer import Producer
from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from schemas.consultations.course import Prepared, VersionAdded
from schemas.consultations.parts import DraftKind, DraftText, Title
from schemas.topics import CONSULTATIONS, all_topics
from tests.integration.notifying import RULES, Deciding, Notifying, keys_of, person_of
from tests.processes import Product, running_product
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.stack

UNHURRIED = 3.0
"""Seconds in which who does not wait for the acts would have told of the event."""


@pytest.fixture(scope="module")
def servers() -> Iterator[Product]:
    """Broker and database, and nobody who reads them."""
    with running_product(service="notifications", roles=()) as started:
        yield started


async def test_who_acted_is_told_of_what_was_there_before_the_act_was_read(servers: Product) -> None:
    await ensure_topics(servers.kafka.bootstrap, all_topics((CONSULTATIONS,)), 1)
    async with Producer(servers.kafka.bootstrap, "test", timeout=PATIENCE) as producer:
        others, draft, petition = Deciding(producer), str(uuid4()), str(uuid4())
        # Whoever reads the acts has to wait here for the beginning of the draft; the public log goes on.
        clause = Clause(id="art_1", kind=ClauseKind.ARTICLE, text="x")
        texts = (DraftText(language="kk", tree=ClauseTree(clauses=(clause,))),)
        await others.say(CONSULTATIONS, draft, VersionAdded(consultation=draft, version=1, texts=texts, note=None))
        with running_product(service="notifications", beside=servers) as product, Notifying(product) as api:
            token = api.person()
            await keys_of(servers, person_of(token))
            await others.publish(petition, author=person_of(token))
            await asyncio.to_thread(eventually, lambda: api.ask("GET", "/events?after=0", wait=0).json(), bool)
            await asyncio.sleep(UNHURRIED)
            title = Title(kk="Медиа туралы заң", ru="Закон о медиа")
            begun = Prepared(consultation=draft, body="kz-government", rules=RULES, kind=DraftKind.LAW, title=title)
            await others.say(CONSULTATIONS, draft, begun)
            told = await asyncio.to_thread(
                eventually, lambda: api.ask("GET", "/inbox", token, wait=0).json()["items"], bool
            )
    assert [(each["event"], each["data"]["about"]["id"]) for each in told] == [
        ("notifications.petition.published.v1", petition)
    ]
