"""Notifications under the drill: people follow petitions, which are then decided on; some are told by letter.

Each petition has a few followers and is decided on once all of them have been answered: each of them
must be told. Two streams, each with a receiver of its own, get every event.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import httpx

from kenes.local import environment
from kenes.local.ports import free_port
from kenes.local.probe import HOST
from kenes.mongo.projection import Projection
from schemas.notifications.petitions import PetitionArchived, PetitionClosed, PetitionPublished
from schemas.notifications.subscriptions import ChannelAdded, Followed
from schemas.topics import PETITIONS
from services.notifications.api import PREFIX
from services.notifications.people import subscriber_of
from services.notifications.projection import projections
from tests.deciding import Deciding, petition
from tests.faults import following_checks as checks
from tests.faults.asking import Asked, Client, Counts
from tests.faults.deciding import LastingProducer
from tests.faults.drilled import Check, Stored, Telling
from tests.faults.mailbox import Mailbox, watched
from tests.integration.notifying import KEYRING, person_of
from tests.integration.streaming import active, agency
from tests.processes import Product
from tests.receiver import Receiver, receiving
from tests.sinks import free_sinks, running_sinks

FOLLOWERS = 5
"""People of the crowd that follow one petition."""
MAILED = 8
"""Every so manieth petition is followed by somebody who reads letters, too."""
READERS = 4
STREAMS = 2
CONFIRMED_WITHIN = 90.0
DUPLICATES = 7
"""Every so manieth follower asks a second time."""
LOOKED_AT = 10
"""Of every so manieth petition the followers' inboxes are read by the API."""

TOLD = (PetitionPublished.TYPE, PetitionClosed.TYPE, PetitionArchived.TYPE)
"""What the public is told of each petition, in this order."""
SHOWN = "shown"


@dataclass(frozen=True)
class _Person:
    token: str
    subscriber: str

    @classmethod
    def of(cls, token: str) -> _Person:
        return cls(token, subscriber_of(KEYRING, person_of(token)))


@dataclass
class _Running:
    """What stands while the drill goes on."""

    deciding: Deciding
    mailbox: Mailbox
    receivers: list[Receiver]
    readers: list[_Person]
    followers: dict[str, list[_Person]] = field(default_factory=dict)
    """Who was answered that they follow, by petition."""
    decided: list[str] = field(default_factory=list)
    looked_at: list[_Person] = field(default_factory=list)
    mailed: dict[str, str] = field(default_factory=dict)
    """The address that is told by letter, by petition."""


class Following:
    """Followers, letters and streams of petitions that others decide on."""

    service = "notifications"
    prefix = PREFIX

    def __init__(self) -> None:
        self._ports = [free_port() for _ in range(STREAMS)]
        self._sinks = free_sinks(Path())
        self._running: _Running | None = None

    @property
    def settings(self) -> Mapping[str, str]:
        """The relay, receivers on this machine, and one address that everybody comes from."""
        targets = ",".join(f'"http://{HOST}:{port}"' for port in self._ports)
        return {
            **environment.mail(HOST, self._sinks.smtp_port),
            "KENES_EGRESS_TEST_TARGETS": f"[{targets}]",
            "KENES_WEB__READ_LIMIT": "1000000",
        }

    def projections(self, _open_owner: Callable[[str], bytes]) -> tuple[Projection, ...]:
        """The projections of the notifications service."""
        return projections()

    @asynccontextmanager
    async def opened(self, product: Product, client: Client) -> AsyncIterator[None]:
        """Starts the relay and the receivers, opens the streams, and has readers of letters confirm their addresses."""
        sinks = self._sinks.model_copy(update={"data": product.logs})
        async with AsyncExitStack() as stack:
            stack.enter_context(running_sinks(sinks, "mail"))
            mailbox = await stack.enter_async_context(watched(f"http://{HOST}:{sinks.mail_port}"))
            receivers = [await stack.enter_async_context(receiving(port)) for port in self._ports]
            owner = await stack.enter_async_context(agency(product))
            for receiver in receivers:
                await active(owner, receiver.url)
            producer = await stack.enter_async_context(LastingProducer(product.kafka.bootstrap, "petitions"))
            tokens = [product.issuer.token(f"reader-{number}") for number in range(READERS)]
            readers = [_Person.of(token) for token in tokens]
            self._running = _Running(Deciding(producer), mailbox, receivers, readers)
            await asyncio.gather(*(_confirm(client, mailbox, reader) for reader in readers))
            yield

    async def take_part(self, client: Client, number: int, token: str) -> None:
        """Follows a petition; the last of its followers to be answered sees it decided."""
        running, person, name = self._now, _Person.of(token), _name(number // FOLLOWERS)
        if await client.settle(_follow(person, name)) is None:
            return
        if number % DUPLICATES == 0:
            await client.settle(_follow(person, name), again=True)
        followers = running.followers.setdefault(name, [])
        followers.append(person)
        if len(followers) == FOLLOWERS:
            await self._decide(client, name, number // FOLLOWERS)

    async def _decide(self, client: Client, name: str, group: int) -> None:
        running, told = self._now, list(self._now.followers[name])
        if group % MAILED == 0:
            reader = running.readers[group // MAILED % READERS]
            if await client.settle(_follow(reader, name)) is not None:
                told.append(reader)
                running.mailed[name] = _address(reader)
        await running.deciding.say(PETITIONS, name, *petition(name))
        running.decided.append(name)
        client.books.counts.update({(f"{who.subscriber} {name}", kind): 1 for who in told for kind in TOLD})
        if group % LOOKED_AT == 0:
            running.looked_at += running.followers[name]
            client.books.counts.update({(who.token, SHOWN): len(TOLD) for who in running.followers[name]})

    def shown(self, client: httpx.Client) -> Iterable[Telling]:
        """How much lies in some inboxes."""
        counts: Counts = Counter()
        for who in self._now.looked_at:
            inbox = client.get("/inbox", headers={"authorization": f"Bearer {who.token}"}).json()
            counts[who.token, SHOWN] = len(inbox["items"])
        yield Telling("api", frozenset({SHOWN}), counts)

    def stored(self, documents: Stored) -> Iterable[Telling]:
        """Every inbox."""
        inboxes: Counts = Counter()
        for each in documents["deliveries"].values():
            if each["inbox"]:
                news = documents["news"][each["event"]]
                inboxes[f"{each['subscriber']} {news['data']['about']['id']}", news["kind"]] += 1
        yield Telling("inboxes", frozenset(TOLD), inboxes)

    def repeated(self, documents: Stored) -> list[str]:
        """People whose inbox has an event twice."""
        found = Counter(
            (each["subscriber"], each["event"]) for each in documents["deliveries"].values() if each["inbox"]
        )
        return [f"{who}: {event} {times} times" for (who, event), times in found.items() if times > 1]

    async def checked(self, product: Product) -> Iterable[Check]:
        """The public log, the letters and the receivers."""
        running = self._now
        expected = dict.fromkeys(running.decided, TOLD)
        log = await checks.whole_log(product, expected)
        found = [*checks.check_log(log, expected)]
        found += await checks.check_letters(self, product, running.mailbox, running.mailed, len(TOLD))
        for number, receiver in enumerate(running.receivers):
            found += await checks.check_receiver(f"webhooks_{number}", receiver, log)
        return found

    @property
    def _now(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the drill is not open")
        return self._running


def _name(group: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"drilled petition {group}"))


def _address(reader: _Person) -> str:
    return f"{reader.subscriber[:12].lower()}@mail.kz"


def _follow(who: _Person, name: str) -> Asked:
    return Asked(
        act=f"follow of {name} by {who.subscriber}",
        token=who.token,
        method="POST",
        path="/follows",
        done=200,
        decision=Followed.TYPE,
        already="same-follow",
        body={"interest": f"petition:{name}"},
    )


async def _confirm(client: Client, mailbox: Mailbox, reader: _Person) -> None:
    """Names an address and follows the link of the letter to it."""
    address = _address(reader)
    named = Asked(
        act=f"address of {reader.subscriber}",
        token=reader.token,
        method="POST",
        path="/channels",
        done=200,
        decision=ChannelAdded.TYPE,
        already="channel-confirmed",
        body={"kind": "email", "destination": address},
    )
    await client.settle(named)
    async with asyncio.timeout(CONFIRMED_WITHIN), httpx.AsyncClient(timeout=30) as browser:
        link = await mailbox.first_link(address)
        (await browser.post(link)).raise_for_status()
