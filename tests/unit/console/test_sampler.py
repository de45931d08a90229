"""Looking: what answers is fresh, what does not is old and says since when, and nothing waits for anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from pymongo.errors import ServerSelectionTimeoutError

from kenes.kafka.cluster import ClusterUnreachableError
from kenes.kafka.cluster_model import Group, Layout, Member, Place
from kenes.kafka.decider import Position
from kenes.kafka.records import Record
from kenes.mongo.standings import ProjectionStanding, Standings
from kenes.web.live import LiveHub
from schemas.envelope import RECORDED_TIME
from services.console.alerting.evaluating import Alert, Alerts
from services.console.alerting.rules import load_rules
from services.console.sampling import broker as broker_module
from services.console.sampling import sampler as sampler_module
from services.console.sampling.broker import BrokerFigures, Slow
from services.console.sampling.history import History
from services.console.sampling.lag import lag_of
from services.console.sampling.processes import Processes, ProcessSight
from services.console.sampling.readings import Patience, State
from services.console.sampling.sampler import Sampler
from services.console.sampling.watch import Watch
from services.console.settings import FOLDER
from services.console.watching import Watching, frame

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A = Place("petitions.petitions.v1", 0)
R = Place("petitions.petition-requests.v1", 0)


class Broker:
    """A cluster of one topic that grows by ten events a look."""

    def __init__(self) -> None:
        self.away = False
        self.end = 100
        self.committed: int | None = 105
        self.group = "petitions-stream"
        self.leaderless: set[Place] = set()

    async def look(self) -> BrokerFigures:
        if self.away:
            raise ClusterUnreachableError("away")
        self.end += 10
        committed = {} if self.committed is None else {A: self.committed}
        group = Group(self.group, "classic", "Stable", 1, (Member("1", "c", "h", (A,)),), committed)
        slow = Slow(NOW, {A: 0, R: 0}, {A: 1000, R: 0}, {A: 0}, {})
        ends = {place: end for place, end in {A: self.end, R: 8}.items() if place not in self.leaderless}
        leaders = {place: -1 if place in self.leaderless else 1 for place in (A, R)}
        return BrokerFigures(Layout((1,), leaders), ends, {A: 1}, (group,), slow)

    async def times(self, _figures: BrokerFigures, wanted: Iterable[tuple[Place, int]]) -> dict[tuple[Place, int], int]:
        return {(place, offset): int((NOW.timestamp() - 20) * 1000) for place, offset in wanted}


class Asked:
    """Processes that are ready."""

    async def look(self) -> dict[str, ProcessSight]:
        return {"petitions-api": ProcessSight(True)}


STANDINGS = Standings(
    (
        ProjectionStanding("petitions", 1, A.topic, True, False, {0: Position(100, 3)}),
        ProjectionStanding("petitions", 2, A.topic, False, False, {0: Position(0, -1)}),
    ),
)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The databases that do not answer."""
    found: set[str] = set()

    async def standings(database: str) -> Standings:
        if database in found:
            raise ServerSelectionTimeoutError("no server")
        return STANDINGS if database == "petitions" else Standings()

    monkeypatch.setattr(sampler_module, "standings", standings)
    return found


def sampler(broker: Broker) -> Sampler:
    databases = {name: cast("Any", name) for name in ("petitions", "consultations")}
    patience = Patience(timedelta(seconds=10), timedelta(seconds=30))
    return Sampler(cast("Any", broker), databases, cast("Any", Asked()), History(5), patience, NOW)


async def test_one_look_tells_groups_projections_and_topics(away: set[str]) -> None:
    seen = await sampler(Broker()).look(NOW)
    assert seen.broker.at == NOW
    group = seen.group("petitions-stream")
    assert group is not None
    assert (group.lag.events, group.lag.seconds(NOW), group.state) == (5, 20.0, State.LATE)
    assert [(each.who.version, each.lag.events) for each in seen.projections] == [(1, 10), (2, 110)]
    topic = seen.topics[A.topic]
    assert (topic.end, topic.records, topic.size, topic.skew, topic.offline) == (110, 110, 1000, 1.0, 0)


async def test_an_event_that_is_replayed_waits_since_it_was_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    days_ago = int((NOW - timedelta(days=3)).timestamp() * 1000)
    again = (RECORDED_TIME, (NOW - timedelta(seconds=1)).isoformat().encode())

    async def records_from(_cluster: object, _layout: object, starts: dict[Place, int], _size: int) -> object:
        return {place: [Record(*place, at, days_ago, None, None, (again,))] for place, at in starts.items()}

    monkeypatch.setattr(broker_module, "records_from", records_from)
    figures = await Broker().look()
    times = await broker_module.Broker(cast("Any", None)).times(figures, [(A, 105)])
    assert lag_of({A: 105}, figures.ends, times).seconds(NOW) == 1.0


async def test_rates_are_of_the_brokers_own_offsets(away: set[str]) -> None:
    looking = sampler(Broker())
    for step in range(4):
        await looking.look(NOW + timedelta(seconds=5 * step))
    assert looking.history.rate_now(f"topic/{A.topic}/end", NOW + timedelta(seconds=15)) == 2.0
    assert (
        looking.history.fine.points("group/petitions-stream/lag", (NOW + timedelta(seconds=15)).timestamp(), 1)[0].value
        == 35
    )


async def test_a_topic_that_was_without_a_leader_for_a_while_has_not_grown_by_all_it_holds(away: set[str]) -> None:
    broker = Broker()
    looking = sampler(broker)
    for step in range(4):
        broker.leaderless = {A} if step in (1, 2) else set()
        seen = await looking.look(NOW + timedelta(seconds=5 * step))
        assert seen.topics[A.topic].end == (None if broker.leaderless else 110 + 10 * step)
        reading = seen.group("petitions-stream")
        assert reading is not None
        assert (reading.lag.read, reading.still_since) == (105, NOW)
    now = NOW + timedelta(seconds=15)
    assert looking.history.rate_now(f"topic/{A.topic}/end", now) == 2.0


async def test_while_the_broker_is_away_the_last_figures_stay_and_no_new_ones_are_noted(away: set[str]) -> None:
    broker = Broker()
    looking = sampler(broker)
    await looking.look(NOW)
    broker.away = True
    for step in (5, 10):
        seen = await looking.look(NOW + timedelta(seconds=step))
    assert (seen.broker.at, seen.broker.failing_since) == (NOW, NOW + timedelta(seconds=5))
    assert seen.topics[A.topic].end == 110
    assert looking.history.fine.points(f"topic/{A.topic}/end", NOW.timestamp() + 10, 1)[0].value is None
    broker.away = False
    seen = await looking.look(NOW + timedelta(seconds=15))
    assert (seen.broker.at, seen.broker.failing_since) == (NOW + timedelta(seconds=15), None)


async def test_one_database_that_is_away_is_its_own_trouble(away: set[str]) -> None:
    looking = sampler(Broker())
    await looking.look(NOW)
    away.add("petitions")
    seen = await looking.look(NOW + timedelta(seconds=5))
    assert seen.databases["petitions"].failing_since == NOW + timedelta(seconds=5)
    assert seen.databases["consultations"].failing_since is None
    assert len(seen.projections) == 2, "where it stood last is still told"
    assert seen.broker.failing_since is None


async def test_who_hangs_is_taken_for_away() -> None:
    async def hang() -> int:
        await asyncio.sleep(60)
        return 1

    watch = Watch("slow", hang, 0, 0.01)
    await watch.again(NOW)
    assert (watch.sight.value, watch.sight.failing_since) == (0, NOW)


async def test_a_fault_of_our_own_is_not_taken_for_a_source_that_is_away() -> None:
    async def broken() -> int:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await Watch("broken", broken, 0, 1.0).again(NOW)


class Kept:
    """In the place of what is written down."""

    def __init__(self) -> None:
        self.away = False
        self.alerts: list[Alert] = []

    async def load(self) -> dict[str, Alert]:
        if self.away:
            raise ServerSelectionTimeoutError("away")
        return {}

    async def save(self, what: object) -> None:
        if self.away:
            raise ServerSelectionTimeoutError("away")
        if isinstance(what, Alert):
            self.alerts.append(what)


async def test_alerts_that_cannot_be_written_down_are_written_later(away: set[str]) -> None:
    broker, kept, history = Broker(), Kept(), Kept()
    alerts = Alerts(load_rules(FOLDER / "alerts"), {})
    looking = sampler(broker)
    watching = Watching(looking, alerts, (cast("Any", history), cast("Any", kept)), LiveHub(event="look"), 5)
    await watching.look(NOW)
    broker.away = kept.away = True
    for step in (5, 20):
        await watching.look(NOW + timedelta(seconds=step))
    assert [each.rule for each in alerts.firing] == ["BrokerUnreachable"]
    assert kept.alerts == []
    kept.away = False
    await watching.look(NOW + timedelta(seconds=25))
    assert [each.rule for each in kept.alerts] == ["BrokerUnreachable"]
    assert b'"number":' in frame(looking.snapshot)


def started(broker: Broker, rule: str, known: dict[str, Alert]) -> tuple[Watching, Kept]:
    """A console that has just started, with one of the shipped rules and the alerts that were written down."""
    rules = tuple(each for each in load_rules(FOLDER / "alerts") if each.name == rule)
    history, kept = cast("Any", Kept()), Kept()
    alerts = Alerts(rules, dict(known))
    return Watching(sampler(broker), alerts, (history, cast("Any", kept)), LiveHub(event="look"), 5), kept


async def fired(broker: Broker, rule: str) -> dict[str, Alert]:
    """What a console writes down that sees the same for a minute."""
    before, kept = started(broker, rule, {})
    for step in (0, 65):
        await before.look(NOW + timedelta(seconds=step))
    assert kept.alerts
    return {alert.key: alert for alert in kept.alerts}


async def test_a_reader_that_is_still_stuck_after_a_restart_is_not_told_anew(away: set[str]) -> None:
    broker = Broker()
    firing = await fired(broker, "ConsumerStuck")
    again, kept = started(broker, "ConsumerStuck", firing)
    for step in (100, 105, 170, 300):
        await again.look(NOW + timedelta(seconds=step))
    assert kept.alerts == []
    broker.committed = 106
    await again.look(NOW + timedelta(seconds=305))
    (over,) = kept.alerts
    assert over.what == "consumer=petitions-stream"
    assert (over.since, over.resolved) == (firing[over.key].since, NOW + timedelta(seconds=305))


@pytest.mark.parametrize(
    ("name", "behind", "state"),
    [
        ("petitions-stream", 110, State.STUCK),
        ("notifications.matching", 110, State.STUCK),
        ("petitions.tallies.v1", None, State.FINE),
        ("subscriber.newspaper", None, State.FINE),
    ],
)
async def test_a_group_of_ours_that_has_never_committed_has_everything_to_read(
    away: set[str], name: str, behind: int | None, state: State
) -> None:
    broker = Broker()
    broker.committed, broker.group = None, name
    looking = sampler(broker)
    reading = (await looking.look(NOW)).group(name)
    assert reading is not None
    assert (reading.lag.events, reading.lag.partitions[0].next) == (behind, None)
    reading = (await looking.look(NOW + timedelta(seconds=30))).group(name)
    assert reading is not None
    assert reading.state is state


async def test_a_broker_that_is_still_away_after_a_restart_is_not_told_anew(away: set[str]) -> None:
    broker = Broker()
    broker.away = True
    firing = await fired(broker, "BrokerUnreachable")
    again, kept = started(broker, "BrokerUnreachable", firing)
    for step in (100, 105, 120):
        await again.look(NOW + timedelta(seconds=step))
    assert kept.alerts == []
    broker.away = False
    await again.look(NOW + timedelta(seconds=125))
    assert [(alert.key, alert.since, alert.resolved) for alert in kept.alerts] == [
        (alert.key, alert.since, NOW + timedelta(seconds=125)) for alert in firing.values()
    ]


async def test_it_starts_without_a_database_and_goes_on_until_it_is_told_to_stop(away: set[str]) -> None:
    kept, history = Kept(), Kept()
    kept.away = history.away = True
    looking = sampler(Broker())
    watching = Watching(looking, Alerts((), {}), (cast("Any", history), cast("Any", kept)), LiveHub(event="look"), 1)
    beats: list[None] = []
    looked = asyncio.Event()

    def beat() -> None:
        beats.append(None)
        if len(beats) == 2:
            looked.set()

    running = asyncio.create_task(watching.run(beat))
    async with asyncio.timeout(20):
        await looked.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert looking.snapshot.broker.at is not None


async def test_a_look_that_fails_unexpectedly_does_not_end_the_console(away: set[str]) -> None:
    class Odd(Broker):
        async def look(self) -> BrokerFigures:
            self.end += 10
            if self.end == 110:
                raise ZeroDivisionError
            return await super().look()

    looking, kept, again = sampler(Odd()), cast("Any", Kept()), asyncio.Event()

    class Hub(LiveHub):
        def publish(self, *told: Any) -> None:
            again.set()

    watching = Watching(looking, Alerts((), {}), (kept, kept), Hub(event="look"), 0)
    running = asyncio.create_task(watching.run(lambda: None))
    told = asyncio.create_task(again.wait())
    await asyncio.wait([running, told], return_when=asyncio.FIRST_COMPLETED)
    assert told.done()
    assert looking.snapshot.broker.at is not None
    for each in (running, told):
        each.cancel()
    await asyncio.gather(running, told, return_exceptions=True)


async def test_processes_are_asked_as_an_orchestrator_would(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.host:
            case "ready":
                return httpx.Response(200, json={"status": "ready"})
            case "waiting":
                return httpx.Response(503, json={"status": "not ready", "reasons": {"kafka": "away"}})
            case "odd":
                return httpx.Response(502, text="<html>")
        raise httpx.ConnectError("refused")

    found = Processes({name: f"http://{name}" for name in ("ready", "waiting", "odd", "gone")})
    await found.aclose()
    monkeypatch.setattr(found, "_http", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    assert await found.look() == {
        "ready": ProcessSight(True),
        "waiting": ProcessSight(False, "kafka: away"),
        "odd": ProcessSight(False, "status 502"),
        "gone": ProcessSight(False, "ConnectError"),
    }
    await found.aclose()
