"""Consultations whose time is over: what was asked in them is dated in the past."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from kenes.identity.sealing import Keyring
from kenes.kafka.producer import Producer
from schemas.consultations.comments import PostRequested
from schemas.consultations.course import OpenRequested
from schemas.consultations.parts import Stakeholder
from schemas.envelope import Event
from schemas.parts import Actor, Assurance, Eligibility, PrivateEntry, Seen
from schemas.payload import Payload
from schemas.topics import CONSULTATION_REQUESTS, Topic
from tests.integration.consulting import BODY, STATEMENT, Consulting
from tests.processes import Product
from tests.waiting import PATIENCE


def ask_then(product: Product, topic: Topic, days_ago: int, requests: Sequence[Payload]) -> None:
    """Writes requests that are dated so many days ago, all at once."""
    at = datetime.now(UTC) - timedelta(days=days_ago)

    async def write() -> None:
        async with Producer(product.kafka.bootstrap, "past", timeout=PATIENCE) as producer:
            events: list[tuple[bytes, Event[Payload]]] = []
            for data in requests:
                subject = str(getattr(data, "consultation", ""))
                asked = Event(id=str(uuid4()), source="/past", subject=subject, time=at, data=data)
                events.append((subject.encode(), asked))
            await producer.send_each(topic, events)

    asyncio.run(write())


def closed(api: Consulting) -> str:
    """A consultation that was open a month ago and is being answered now."""
    consultation = api.prepare()
    opening = OpenRequested(
        consultation=consultation, actor=Actor(pseudonym="official", roles=(BODY,)), working_days=15
    )
    ask_then(api.product, CONSULTATION_REQUESTS, 60, [opening])
    api.eventually(f"/consultations/{consultation}", lambda found: found.get("status") == "answering")
    return consultation


def comment(product: Product, consultation: str, text: str) -> PostRequested:
    """A comment of somebody new, as the API would have asked for it."""
    keyring = Keyring(b64decode(product.environment("api")["KENES_MASTER_KEY"]))
    key = str(uuid4())
    return PostRequested(
        consultation=consultation,
        comment=key,
        seen=Seen(partition=0, sequence=0),
        actor=Actor(pseudonym=key),
        eligibility=Eligibility(age=30, region="KZ-75", assurance=Assurance.HIGH, citizen=True),
        version=1,
        stakeholder=Stakeholder.PUBLIC,
        language="kk",
        verified=False,
        text=text,
        listed=True,
        sealed="",
        mine=PrivateEntry(owner=keyring.seal_owner(b"o" * 16), entry=key[:22], note="note"),
    )


def hand_in(api: Consulting, consultation: str) -> None:
    """The body wants to publish the report."""
    api.done("POST", f"/consultations/{consultation}/report", api.agent, json={"conclusions": STATEMENT})


def answer(api: Consulting, asked: PostRequested, how: str) -> None:
    """The body answers a comment, or all that say the same."""
    path = f"/consultations/{asked.consultation}/comments/{asked.comment}/{how}"
    api.done("POST", path, api.agent, json={"outcome": "accepted", "statement": STATEMENT})
