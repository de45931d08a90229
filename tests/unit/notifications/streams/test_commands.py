"""Making streams: no more than an owner may have, however many are asked for at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from kenes.egress.client import Egress
from kenes.egress.errors import EgressError
from kenes.service.asking import Asking, Outcome
from kenes.web.problems import InvalidInput, Problem
from schemas.notifications.streams import StreamDeletionRequested, StreamRequest, StreamRetryRequested
from services.notifications.domain.streams_deciding import decide
from services.notifications.streams.commands import StreamCommands, Streams, streams_directory
from services.notifications.streams.entitlements import Entitlement, Entitlements
from services.notifications.streams.views import StreamBody
from tests.unit.notifications.streams.lines import BEGAN, MemoryPages, log_of, recorded
from tests.unit.notifications.streams.test_webhooks import BOX

BODY = StreamBody(name="Events", endpoint="https://hooks.example/kenes")
MOST = 3


@dataclass
class World:
    """A decider that answers nobody before `decided`, and addresses that take their time to be looked up."""

    streams: Streams = field(default_factory=streams_directory)
    asked: list[StreamRequest] = field(default_factory=list)
    refused: bool = False

    async def ask(self, _key: str, _subject: str, request: StreamRequest, _wait: float) -> Outcome:
        self.asked.append(request)
        return cast("Outcome", None)

    async def check(self, _url: str) -> None:
        await asyncio.sleep(0)
        if self.refused:
            raise EgressError("private-address")

    def decided(self) -> None:
        for number, request in enumerate(self.asked):
            entry = self.streams.get(request.stream)
            decision = decide(None if entry is None else entry.known, request, BEGAN)
            self.streams.take(recorded(number, decision, subject=request.stream))

    def commands(self, written: int = 0) -> StreamCommands:
        entitlement = Entitlement(streams=MOST, keys=0)
        return StreamCommands(
            asking=cast("Asking", self),
            streams=self.streams,
            log=log_of(MemoryPages([]), written),
            egress=cast("Egress", self),
            box=BOX,
            entitlements=Entitlements(person=entitlement, agency=entitlement),
        )


async def codes(commands: StreamCommands, owner: str, count: int) -> list[str]:
    """How it ends to ask for so many at once: the codes of problems."""
    found = await asyncio.gather(*(commands.create(owner, BODY, 0) for _ in range(count)), return_exceptions=True)
    return [each.code for each in found if isinstance(each, Problem)]


async def test_no_more_are_asked_for_at_once_than_may_be() -> None:
    world = World()
    commands = world.commands()
    assert await codes(commands, "person", 50) == ["too-many-owned"] * 47
    assert await codes(commands, "person", 1) == ["too-many-owned"], "they are not decided yet"
    assert await codes(commands, "other", MOST) == []
    world.decided()
    assert await codes(commands, "person", 1) == ["too-many-owned"]
    assert len(world.asked) == 2 * MOST


@pytest.mark.parametrize(
    ("cursor", "code"), [("4", "cursor-future"), ("999999", "cursor-future"), ("0", "cursor-malformed")]
)
async def test_only_what_is_in_the_log_can_be_tried_again(cursor: str, code: str) -> None:
    world = World()
    commands = world.commands(3)
    await commands.create("person", BODY, 0)
    world.decided()
    stream = commands.find(("person",), world.asked.pop().stream)
    with pytest.raises(Problem) as refused:
        await commands.retry(stream, cursor, 0)
    assert (refused.value.status, refused.value.code) == (400, code)
    await commands.retry(stream, "3", 0)
    assert world.asked == [StreamRetryRequested(stream=stream.id, owner="person", cursor=3)]


async def test_what_was_refused_or_deleted_makes_room() -> None:
    world = World(refused=True)
    commands = world.commands()
    for _ in range(MOST + 1):
        with pytest.raises(InvalidInput):
            await commands.create("person", BODY, 0)
    world.refused = False
    assert await codes(commands, "person", MOST) == []
    gone = world.asked[0].stream
    await commands.ask(StreamDeletionRequested(stream=gone, owner="person"), 0)
    world.decided()
    assert await codes(commands, "person", 2) == ["too-many-owned"]
