"""Whatever is delivered, in whatever batches, to however many owners, with whatever crashes:
the state is the plain fold of the requests, each decided once, in order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Decider, FencedError, Position
from kenes.kafka.records import Record, Recorded
from schemas.envelope import Event, sequence_of
from schemas.payload import Payload
from schemas.topics import Topic


class Toggle(Payload):
    """Asks to turn a switch."""

    TYPE: ClassVar[str] = "test.switch.toggle-requested.v1"
    name: str


class Toggled(Payload):
    """The switch was turned by `step`, to `turns`. Owners turn by different steps, so that it shows who decided."""

    TYPE: ClassVar[str] = "test.switch.toggled.v1"
    name: str
    step: int
    turns: int


REQUESTS = Topic("test.requests.v1", "test", "name", (Toggle,), 2, "Requests.")
DECISIONS = Topic("test.decisions.v1", "test", "name", (Toggled,), 2, "Decisions.")


class CrashError(RuntimeError):
    """The process dies here."""


@dataclass
class Log:
    """A decisions topic in memory, and a crash that may come right after a write."""

    partitions: dict[int, list[Event[Payload]]] = field(default_factory=lambda: {0: [], 1: []})
    crash_after_append: bool = False

    async def append(self, partition: int, decisions: Sequence[tuple[bytes, Event[Payload]]]) -> list[int]:
        log = self.partitions[partition]
        start = len(log)
        log.extend(event for _, event in decisions)
        if self.crash_after_append:
            raise CrashError
        return list(range(start, len(log)))

    async def read(self, partition: int, start: int) -> AsyncIterator[tuple[int, Recorded | None]]:
        for offset, event in enumerate(list(self.partitions[partition])[start:], start):
            yield offset + 1, Recorded(partition, offset, event.time, None, event)


@dataclass
class Requests:
    """A requests topic in memory."""

    partitions: dict[int, list[Record]] = field(default_factory=dict)

    async def between(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        found = [record for record in self.partitions.get(partition, ()) if start <= record.offset < end]
        for first in range(0, len(found), 3):
            yield found[first : first + 3]


@dataclass
class Stored:
    """What survives a process: states with the sequence folded into them, and positions that may be old."""

    states: dict[str, tuple[int, int]] = field(default_factory=dict)
    positions: dict[int, Position] = field(default_factory=dict)


@dataclass
class State:
    """One owner's state of switches, saved to `stored`.

    `lazy` owners never save their positions; `resident` ones read `stored` only when they acquire a partition.
    """

    stored: Stored
    lazy: bool
    resident: bool
    step: int
    crash_in_save: bool = False
    held: dict[str, tuple[int, int]] = field(default_factory=dict)
    saving: dict[str, tuple[int, int]] = field(default_factory=dict)

    async def restore(self, partition: int) -> Position:
        if self.resident:
            self.held |= {key: state for key, state in self.stored.states.items() if key[0] == str(partition)}
        return self.stored.positions.get(partition, Position())

    async def prepare(self, events: Sequence[Event[Payload]]) -> None:
        if not self.resident:
            self.held = {event.subject: self.stored.states.get(event.subject, NEW) for event in events} | self.saving

    def decide(self, request: Recorded) -> Payload:
        turns, _ = self.held.get(request.event.subject, NEW)
        return Toggled(name=request.event.subject, step=self.step, turns=turns + self.step)

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        turns, sequence = self.held.get(decision.subject, NEW)
        if sequence_of(decision) > sequence:
            toggled = cast("Toggled", decision.data)
            self.held[decision.subject] = (turns + toggled.step, sequence_of(decision))

    def save(
        self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]
    ) -> Coroutine[Any, Any, None]:
        assert not self.saving, "one batch at a time"
        self.saving = {decision.subject: self.held[decision.subject] for _, decision in decisions}
        return self._record(positions, crash=self.crash_in_save)

    async def _record(self, positions: Mapping[int, Position], *, crash: bool) -> None:
        for number, (key, state) in enumerate(self.saving.items()):
            await asyncio.sleep(0)
            if crash and number == len(self.saving) // 2:
                raise CrashError
            self.stored.states[key] = max(state, self.stored.states.get(key, NEW), key=lambda found: found[1])
        if not self.lazy:
            before = self.stored.positions
            self.stored.positions |= {p: max(at, before.get(p, at), key=_reached) for p, at in positions.items()}
        self.saving = {}

    def forget(self, partition: int) -> None:
        self.held = {key: state for key, state in self.held.items() if key[0] != str(partition)}


def _reached(position: Position) -> int:
    return position.next_offset


def request_record(offset: int, partition: int, name: str) -> Record:
    event = Event(id=f"{partition}/{offset}", source="/test", subject=f"{partition}:{name}", time=NOW,
                  data=Toggle(name=name))  # fmt: skip
    return Record(REQUESTS.name, partition, offset, 0, name.encode(), event.data.write(), event.headers())


NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = (0, -1)


@dataclass(frozen=True)
class Kind:
    """What both owners have in common."""

    lazy: bool
    resident: bool


def owner(log: Log, requests: Requests, stored: Stored, kind: Kind, step: int) -> tuple[Decider, State]:
    state = State(stored, kind.lazy, kind.resident, step)
    no_letters = cast("DeadLetters", None)
    made = Decider(
        REQUESTS, DECISIONS, source="/test", state=state, log=log, request_log=requests, dead_letters=no_letters
    )
    return made, state


STEP = st.fixed_dictionaries(
    {
        "owner": st.integers(0, 1),
        "start": st.integers(0, 12),
        "length": st.integers(1, 12),
        "dropped": st.sets(st.integers(0, 11), max_size=3),
        "fault": st.sampled_from(["none", "none", "none", "after append", "in save"]),
    }
)


@settings(max_examples=300)
@given(
    names=st.lists(st.tuples(st.integers(0, 1), st.sampled_from("abc")), min_size=4, max_size=30),
    steps=st.lists(STEP, min_size=4, max_size=25),
    kind=st.builds(Kind, lazy=st.booleans(), resident=st.booleans()),
)
def test_state_is_the_plain_fold(names: list[tuple[int, str]], steps: list[dict[str, Any]], kind: Kind) -> None:
    requests: dict[int, list[Record]] = {0: [], 1: []}
    for partition, name in names:
        requests[partition].append(request_record(len(requests[partition]), partition, name))
    log, stored = Log(), Stored()

    asyncio.run(run(requests, steps, log, stored, kind))

    for partition, asked in requests.items():
        first = first_decisions(log.partitions[partition])
        assert [sequence for sequence, _ in first] == [record.offset for record in asked], "each request once"
        turns: dict[str, int] = {}
        for record, (_, decision) in zip(asked, first, strict=True):
            name = f"{partition}:{(record.key or b'').decode()}"
            assert isinstance(decision, Toggled)
            assert decision.name == name
            turns[name] = turns.get(name, 0) + decision.step
            assert decision.turns == turns[name], "decided on the fold of the decisions before it"
        for name, number in turns.items():
            assert stored.states[name][0] == number, "what is stored is the fold"


def first_decisions(log: Sequence[Event[Payload]]) -> list[tuple[int, Payload]]:
    """What every consumer sees: a decision counts when its sequence is greater than all before it and it stands where
    its decider expected it."""
    last, found = -1, list[tuple[int, Payload]]()
    for offset, event in enumerate(log):
        if sequence_of(event) > last and event.offset == offset:
            last = sequence_of(event)
            found.append((last, event.data))
    return found


async def run(
    requests: dict[int, list[Record]], steps: list[dict[str, Any]], log: Log, stored: Stored, kind: Kind
) -> None:
    """Two owners work on the same partitions; whoever crashes or is fenced starts again from the log."""
    topic = Requests(requests)
    owners = [owner(log, topic, stored, kind, step=1), owner(log, topic, stored, kind, step=2)]
    for step in steps:
        number = step["owner"]
        decider, state = owners[number]
        batch = [record for p in requests for record in window(requests[p], step)]
        state.crash_in_save = step["fault"] == "in save"
        log.crash_after_append = step["fault"] == "after append"
        try:
            await decider.handle(batch)
        except (CrashError, FencedError):
            owners[number] = owner(log, topic, stored, kind, step=number + 1)
        state.crash_in_save = log.crash_after_append = False
    last, _ = owner(log, topic, stored, kind, step=3)
    await last.take_over(list(requests))
    for _ in range(2):  # what the first sweep sees waiting, the second decides
        await last.sweep({partition: len(asked) for partition, asked in requests.items()})
    for partition in requests:
        await last.acquire(partition)


def window(requests: list[Record], step: dict[str, Any]) -> list[Record]:
    """What a consumer delivers: it may repeat requests, and pass some over."""
    delivered = requests[step["start"] : step["start"] + step["length"]]
    return [record for number, record in enumerate(delivered) if number not in step["dropped"]]
