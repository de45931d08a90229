"""What every service gets from the kit: its command line, its clocks, and its view of a decisions topic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import click
import pytest
from aiokafka.errors import KafkaConnectionError
from click.testing import CliRunner
from pymongo.errors import ServerSelectionTimeoutError

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.load.command import load
from kenes.service import following as following_module
from kenes.service import main as main_module
from kenes.service.definition import Clock, Service
from kenes.service.following import following
from kenes.service.maintenance import rebuild
from kenes.service.processes import ROLES, _run_clock
from kenes.setting_files import SettingError
from services.petitions.service import Petitions
from tests.unit.kafka.samples import recorded

SERVICE = cast(
    "Service", SimpleNamespace(name="test", settings=SimpleNamespace(kafka_bootstrap="broker", log_level="INFO"))
)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs a command line; what it ends with. What it called is in its `calls`."""
    calls: list[tuple[Any, ...]] = []

    async def rebuild(service: Service, names: tuple[str, ...]) -> None:
        calls.append(("rebuild", service, names))

    async def audit(service: Service) -> int:
        calls.append(("audit", service))
        return 1

    monkeypatch.setattr(main_module, "run", lambda service, role: calls.append((role, service)))
    monkeypatch.setattr(main_module, "rebuild", rebuild)
    monkeypatch.setattr(main_module, "audit", audit)
    monkeypatch.setattr(main_module, "configure_logs", lambda *_, **__: None)

    def run(
        *arguments: str, load: Callable[[], Service] = lambda: SERVICE, more: tuple[click.Command, ...] = ()
    ) -> int:
        monkeypatch.setattr("sys.argv", ["service", *arguments])
        with pytest.raises(SystemExit) as ended:
            main_module.main(load, *more)
        return cast("int", ended.value.code or 0)

    cast("Any", run).calls = calls
    return run


def test_every_process_has_its_verb(command: Any) -> None:
    assert set(ROLES) == {"api", "stream", "project"}
    for role in ROLES:
        assert command(role) == 0

    assert command.calls == [(role, SERVICE) for role in ROLES]


def test_rebuild_takes_names_or_none_and_audit_ends_with_its_status(command: Any) -> None:
    assert command("rebuild") == 0
    assert command("rebuild", "tallies", "history") == 0
    assert command("audit") == 1

    assert command.calls == [("rebuild", SERVICE, ()), ("rebuild", SERVICE, ("tallies", "history")), ("audit", SERVICE)]


@pytest.mark.parametrize("fault", [ServerSelectionTimeoutError("no server"), KafkaConnectionError("no broker")])
def test_what_does_not_answer_is_told_in_a_sentence(
    command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception
) -> None:
    async def audit(_: Service) -> int:
        raise fault

    monkeypatch.setattr(main_module, "audit", audit)
    assert command("audit") == 69
    told = capsys.readouterr().err
    assert "does not answer" in told
    assert type(fault).__name__ in told
    assert told.count("\n") == 1


async def test_a_projection_that_does_not_exist_is_refused_with_the_names_there_are() -> None:
    none = SimpleNamespace(name="test", projections=(), settings=SERVICE.settings)
    none.projection = lambda name: Service.projection(cast("Service", none), name)
    with pytest.raises(click.BadParameter, match="test has no projection 'nosuch'"):
        await rebuild(cast("Service", none), ["nosuch"])


@pytest.mark.parametrize("arguments", [["--people", "0"], ["--at-once", "0"], ["--rate", "0"], ["--first", "-1"]])
def test_a_rush_of_nobody_is_refused(arguments: list[str]) -> None:
    done = CliRunner().invoke(load, arguments)
    assert done.exit_code == 2
    assert "is not in the range" in done.output


def test_a_service_may_have_verbs_of_its_own(command: Any) -> None:
    @click.command("seed")
    def seed() -> None:
        command.calls.append(("seed",))

    assert command("seed", more=(seed,)) == 0
    assert command.calls == [("seed",)]


def test_an_unknown_verb_is_refused_before_anything_is_loaded(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def load() -> Service:
        raise AssertionError("loaded")

    assert command("dance", load=load) == 2
    assert "No such command 'dance'" in capsys.readouterr().err
    assert command("--help", load=load) == 0
    assert "rebuild" in capsys.readouterr().out


def test_a_wrong_setting_ends_with_78_and_its_name(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def load() -> Service:
        raise SettingError("KENES_OIDC_ISSUER: is not one of KENES_ISSUERS")

    assert command("api", load=load) == 78
    assert capsys.readouterr().err == "setting KENES_OIDC_ISSUER: is not one of KENES_ISSUERS\n"


async def test_a_clock_ticks_until_it_is_stopped() -> None:
    ticks = 0
    enough = asyncio.Event()

    async def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 3:
            enough.set()

    task = asyncio.create_task(_run_clock(Clock(0.001, tick)))
    await asyncio.wait_for(enough.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_clock_that_fails_is_not_silent() -> None:
    async def tick() -> None:
        raise LookupError("a mistake of ours")

    with pytest.raises(LookupError):
        await asyncio.wait_for(_run_clock(Clock(0.001, tick)), 5)


def test_a_projection_is_found_by_name() -> None:
    service = cast("Service", SimpleNamespace(name="test", projections=[SimpleNamespace(name="tallies")]))

    assert Service.projection(service, "tallies").name == "tallies"
    with pytest.raises(LookupError, match="test has no projection 'tally'; it has tallies"):
        Service.projection(service, "tally")


def test_every_topic_of_the_service_has_its_owners_name() -> None:
    assert {topic.owner for topic in Petitions.topics} == {Petitions.name}


class FollowedTail:
    """A tail that hands on what it is told to."""

    made: list[FollowedTail]

    def __init__(self, bootstrap: str, topic: object, on_event: Callable[[Recorded], None]) -> None:
        assert bootstrap == "broker"
        self.on_event = on_event
        self.positions: Mapping[int, Position] = {}
        self.caught_up = asyncio.Event()
        self.fails = asyncio.Event()
        self.ended = False
        type(self).made.append(self)

    async def follow(self, positions: Mapping[int, Position]) -> None:
        self.positions = positions
        self.on_event(recorded(1, sequence=1))
        self.caught_up.set()
        try:
            await self.fails.wait()
            raise LookupError("the tail failed")
        finally:
            self.ended = True


@pytest.fixture
def tails(monkeypatch: pytest.MonkeyPatch) -> list[FollowedTail]:
    async def live_version(_database: object, projection: Any) -> SimpleNamespace:
        return SimpleNamespace(projection=projection, number=1)

    FollowedTail.made = []
    monkeypatch.setattr(following_module, "Tail", FollowedTail)
    monkeypatch.setattr(following_module, "live_version", live_version)
    return FollowedTail.made


@asynccontextmanager
async def followed(*takers: Callable[[Recorded], None]) -> Any:
    loaded: list[object] = []

    async def load(version: Any) -> Mapping[int, Position]:
        loaded.append((version.projection.name, version.number))
        return {0: Position(7, 5)}

    context, projection = SimpleNamespace(database=None), SimpleNamespace(name="sums", topic=SimpleNamespace(name="t"))
    async with following(SERVICE, cast("Any", context), cast("Any", projection), load, *takers) as tail:
        assert loaded == [("sums", 1)]
        yield tail


async def test_the_tail_goes_on_from_what_was_loaded_and_all_takers_see_it(tails: list[FollowedTail]) -> None:
    first: list[Recorded] = []
    second: list[Recorded] = []

    async with followed(first.append, second.append):
        assert tails[0].positions == {0: Position(7, 5)}
        assert first == second == [recorded(1, sequence=1)], "the block begins once it has caught up"

    assert tails[0].ended


async def test_what_was_loaded_while_the_projection_was_switched_is_not_followed(
    tails: list[FollowedTail], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter([1, 2])

    async def live_version(*_: object) -> SimpleNamespace:
        return SimpleNamespace(projection=SimpleNamespace(name="sums"), number=next(numbers))

    monkeypatch.setattr(following_module, "live_version", live_version)

    with pytest.raises(following_module.SwitchedError, match="sums"):
        async with followed():
            pass

    assert tails == []


async def test_a_tail_that_fails_ends_the_block_with_its_error(tails: list[FollowedTail]) -> None:
    async def block() -> None:
        async with followed():
            tails[0].fails.set()
            await asyncio.wait_for(asyncio.Event().wait(), 5)

    with pytest.raises(ExceptionGroup) as found:
        await block()

    assert found.value.subgroup(LookupError) is not None
